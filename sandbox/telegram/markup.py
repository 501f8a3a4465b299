"""Reply markup as the server accepts it."""

import json
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import bad_request

Json = dict[str, Any]

MAX_BUTTONS = 100
MAX_BUTTONS_IN_ROW = 8
MAX_DATA_BYTES = 64
MAX_COPY_TEXT_LENGTH = 256  # characters of a CopyTextButton
MAX_MARKUP_BYTES = 10_000  # of all of it as JSON: measured by others, not written in the reference
_ACTIONS = frozenset(
    (
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    )
)
_STYLE_FIELDS = frozenset({"text", "icon_custom_emoji_id", "style"})
_OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def parse_inline_keyboard(markup: Any, *, only_inline: bool = False) -> Json | None:
    """A checked copy of *markup*; ``None`` for a keyboard without buttons."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        if not only_inline and any(name in markup for name in _OTHER_MARKUPS):
            return dict(markup)
        raise bad_request("inline keyboard expected")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    checked = [[_parse_button(button) for button in row] for row in rows if row]
    too_many = any(len(row) > MAX_BUTTONS_IN_ROW for row in checked) or sum(map(len, checked)) > MAX_BUTTONS
    if too_many or len(json.dumps(checked, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_MARKUP_BYTES:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _parse_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if unknown := set(button) - _ACTIONS - _STYLE_FIELDS:
        raise bad_request(f"can't parse inline keyboard button: unknown field {sorted(unknown)[0]}")
    actions = [name for name in _ACTIONS if button.get(name) not in (None, False)]
    if len(actions) != 1:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "surrogatepass")) <= MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions:
        _check_url(button["url"])
    if "copy_text" in actions:
        copied = button["copy_text"].get("text") if isinstance(button["copy_text"], dict) else None
        if (
            not isinstance(copied, str)
            or not 1 <= len(copied.encode("utf-16-le", "surrogatepass")) // 2 <= MAX_COPY_TEXT_LENGTH
        ):
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {name: value for name, value in button.items() if value is not None}


def _check_url(url: Any) -> None:
    parts = urlsplit(str(url))
    if parts.scheme == "tg":
        return
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or ""):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
