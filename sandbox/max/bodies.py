"""``NewMessageBody``, checked by the rules of the schema and the documentation.

dev.max.ru: text up to 4000; up to 12 attachments; pictures and videos together, audio and files alone, each with at
most one keyboard; 30 rows of 7 buttons (3 in a row with one that opens something), 210 in all; a button's text up to
128, its payload up to 1024, its address up to 2048.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from sandbox.max.errors import attachment_not_ready, bad_request
from sandbox.max.markup import parse_html
from sandbox.max.render import file_object
from sandbox.max.world import World

Json = dict[str, Any]

TEXT_LIMIT = 4000
MAX_ATTACHMENTS = 12
MAX_KEYBOARD_ROWS = 30
MAX_BUTTONS_IN_ROW = 7
MAX_WIDE_BUTTONS_IN_ROW = 3
BUTTON_TEXT_LIMIT = 128
PAYLOAD_LIMIT = 1024
URL_LIMIT = 2048

_FIELDS = frozenset({"text", "attachments", "link", "notify", "format"})
_WIDE_BUTTONS = frozenset({"link", "open_app", "request_geo_location", "request_contact"})
_BUTTONS = _WIDE_BUTTONS | {"callback", "message", "clipboard"}
_GROUPABLE_KINDS = frozenset({"image", "video"})
_FILE_KINDS = frozenset({"image", "video", "audio", "file"})


@dataclass(slots=True)
class MessageDraft:
    """A checked body. ``text`` and ``attachments`` are ``None`` where the request leaves them as they are."""

    text: str | None = None
    markup: list[Json] = field(default_factory=list)
    attachments: list[Json] | None = None
    link: Json | None = None
    notify: bool = True


def parse_body(world: World, body: Json, *, comment: bool = False) -> MessageDraft:
    """*body* checked; a *comment* has neither attachments nor links in its text."""
    if unknown := sorted(set(body) - _FIELDS):
        raise bad_request(f"unknown field {unknown[0]}")
    text, markup = _parse_text(body)
    found = MessageDraft(text, markup, link=_parse_link(body.get("link")))
    if body.get("attachments") is not None:
        if comment:
            raise bad_request("comments have no attachments")
        found.attachments = _parse_attachments(world, body["attachments"])
    if comment and any(span["type"] == "link" for span in markup):
        raise bad_request("comments have no links")
    notify = body.get("notify", True)
    if not isinstance(notify, bool):
        raise bad_request("notify: must be a boolean")
    found.notify = notify
    return found


def require_content(text: str, attachments: list[Json]) -> None:
    """A message without a visible sign and without attachments is none."""
    visible = any(unicodedata.category(sign)[0] not in "CZ" for sign in text)
    if not visible and not any(one["type"] != "inline_keyboard" for one in attachments):
        raise bad_request("Key: errors.send.message.empty")


def _parse_text(body: Json) -> tuple[str | None, list[Json]]:
    text, style = body.get("text"), body.get("format")
    if style not in (None, "html", "markdown"):
        raise bad_request("format: must be html or markdown")
    if style == "markdown":
        raise bad_request("the sandbox reads html only")
    if text is None:
        return None, []
    if not isinstance(text, str):
        raise bad_request("text: must be a string")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
        raise bad_request(f"text: must be at most {TEXT_LIMIT} characters")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
        raise bad_request("text: control characters")
    return parse_html(text) if style == "html" else (text, [])


def _parse_link(link: Any) -> Json | None:
    if link is None:
        return None
    if not isinstance(link, dict) or link.get("type") not in ("reply", "forward") or set(link) != {"type", "mid"}:
        raise bad_request("link: needs a type (reply or forward) and a mid")
    if not isinstance(link["mid"], str) or not link["mid"]:
        raise bad_request("link.mid: must be a string")
    return link


def _parse_attachments(world: World, wanted: Any) -> list[Json]:
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise bad_request("attachments: must be an array of objects")
    if len(wanted) > MAX_ATTACHMENTS:
        raise bad_request(f"attachments: at most {MAX_ATTACHMENTS}")
    kinds = [one.get("type") for one in wanted if one.get("type") != "inline_keyboard"]
    if len(wanted) - len(kinds) > 1:
        raise bad_request("attachments: only one keyboard")
    if len(kinds) > 1 and not set(kinds) <= _GROUPABLE_KINDS:
        raise bad_request(f"attachments: {kinds} do not go together")
    return [_parse_attachment(world, one) for one in wanted]


def _parse_attachment(world: World, wanted: Json) -> Json:
    kind = wanted.get("type")
    if kind == "location":
        place = (wanted.get("latitude"), wanted.get("longitude"))
        if not all(isinstance(one, int | float) for one in place):
            raise bad_request("location: needs latitude and longitude")
        return {"type": "location", "latitude": place[0], "longitude": place[1]}
    payload = wanted.get("payload")
    if not isinstance(payload, dict):
        raise bad_request(f"Missing `payload` in {kind} attachment")
    if kind == "inline_keyboard":
        return {"type": "inline_keyboard", "payload": {"buttons": _parse_buttons(payload)}}
    if kind in _FILE_KINDS:
        return _parse_file(world, str(kind), payload)
    if kind == "sticker" and isinstance(payload.get("code"), str):
        shown = {"code": payload["code"], "url": f"{world.base_url}/stickers/{payload['code']}"}
        return {"type": "sticker", "payload": shown, "width": 128, "height": 128}
    raise bad_request(f"the sandbox takes no {kind} attachment like this")


def _parse_file(world: World, kind: str, payload: Json) -> Json:
    token = payload.get("token")
    if kind == "image" and token is None:
        raise bad_request("No `photos`, `url` or `token` provided. Check payload.")
    if not isinstance(token, str):
        raise bad_request(f"Missing `token` in {kind} attachment")
    stored = world.files.get(token)
    if stored is None or stored.kind != kind:
        raise bad_request(f"Invalid `token` in {kind} attachment")
    if stored.sends_until_ready:
        stored.sends_until_ready -= 1
        raise attachment_not_ready()
    return file_object(world, stored)


def _parse_buttons(payload: Json) -> list[list[Json]]:
    rows = payload.get("buttons")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
        raise bad_request("buttons: must be rows of buttons")
    if len(rows) > MAX_KEYBOARD_ROWS:
        raise bad_request(f"buttons: at most {MAX_KEYBOARD_ROWS} rows")
    for row in rows:
        if not all(isinstance(button, dict) for button in row):
            raise bad_request("buttons: must be objects")
        most = (
            MAX_WIDE_BUTTONS_IN_ROW
            if any(button.get("type") in _WIDE_BUTTONS for button in row)
            else MAX_BUTTONS_IN_ROW
        )
        if len(row) > most:
            raise bad_request(f"buttons: at most {most} in this row")
    return [[_parse_button(button) for button in row] for row in rows]


def _parse_button(button: Json) -> Json:
    kind, text = button.get("type"), button.get("text")
    if kind not in _BUTTONS:
        raise bad_request(f"buttons: unknown type {kind}")
    if not isinstance(text, str) or not 1 <= len(text) <= BUTTON_TEXT_LIMIT:
        raise bad_request(f"buttons: the text must be from 1 to {BUTTON_TEXT_LIMIT} characters")
    if kind in ("callback", "clipboard"):
        payload = button.get("payload")
        if not isinstance(payload, str) or len(payload) > PAYLOAD_LIMIT:
            raise bad_request(f"buttons: the payload must be at most {PAYLOAD_LIMIT} characters")
    if kind == "link":
        url = button.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://", "max://")) or len(url) > URL_LIMIT:
            raise bad_request("buttons: not an address")
    return button
