"""Methods that make new messages."""

import re
from typing import Any

from sandbox.telegram import markup, text
from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.html import parse_html
from sandbox.telegram.media import DAMAGED_PICTURE, file_field
from sandbox.telegram.world import Chat, StoredFile, World, to_wire

Json = dict[str, Any]

CAPTION_FIELDS = ("caption", "caption_entities")
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
_ALBUMS = {"photo": "visual", "video": "visual", "document": "document", "audio": "audio"}


def send_message(world: World, call: Call) -> Json:
    """``sendMessage``"""
    fields = text_fields(call)
    chat, placed = _target_chat(world, call)
    fields |= _style_fields(call)
    return _store_message(world, chat, call, placed | fields)


def send_location(world: World, call: Call) -> Json:
    """``sendLocation``"""
    latitude, longitude = call.number("latitude"), call.number("longitude")
    if latitude is None or longitude is None:
        raise bad_request("latitude is empty" if latitude is None else "longitude is empty")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    chat, placed = _target_chat(world, call)
    place = {"latitude": latitude, "longitude": longitude}
    return _store_message(world, chat, call, placed | {"location": place} | _style_fields(call))


def send_file(kind: str) -> Any:
    """A method that sends one file: ``sendPhoto``, ``sendDocument`` …"""

    def method(world: World, call: Call) -> Json:
        stored = _file(world, call, kind, call.params.get(kind), call.files.get(kind))
        fields = caption_fields(call.text("caption"), call.array("caption_entities"), call.text("parse_mode"))
        chat, placed = _target_chat(world, call)
        fields |= _style_fields(call)
        return _store_message(world, chat, call, placed | {kind: file_field(world, stored)} | fields)

    return method


def send_media_group(world: World, call: Call) -> list[Json]:
    """``sendMediaGroup``"""
    items = call.array("media")
    if items is None or not all(isinstance(item, dict) for item in items):
        raise bad_request("can't parse media JSON object")
    if not 2 <= len(items) <= 10:
        raise bad_request("wrong number of messages to send" if items else "expected an Array of InputMedia")
    if any(item.get("type") not in _ALBUMS for item in items):
        raise bad_request("type must be one of photo, video, document, audio")
    if len({_ALBUMS[item["type"]] for item in items}) > 1:
        raise bad_request("documents and audio can't be mixed with other types of media in an album")
    chat, placed = _target_chat(world, call)
    prepared = [_album_item(world, call, item) for item in items]
    group = str(13_000_000_000 + world.next_serial())
    return [_store_message(world, chat, call, placed | one | {"media_group_id": group}) for one in prepared]


def copy_message(world: World, call: Call) -> Json:
    """``copyMessage``"""
    source = world.readable_chat(call.params.get("from_chat_id"))
    original = source.messages.get(call.integer("message_id") or 0)
    if original is None:
        raise bad_request("message to copy not found")
    kept = ("text", "entities", "caption", "caption_entities", "location", "venue", "contact")
    media = ("photo", "video", "document", "voice", "audio", "video_note", "sticker", "animation")
    fields = {name: original[name] for name in (*kept, *media) if name in original}
    if not fields:
        raise bad_request("message can't be copied")
    if "caption" in call.params:
        fields = {name: value for name, value in fields.items() if name not in CAPTION_FIELDS}
        fields |= caption_fields(call.text("caption"), call.array("caption_entities"), call.text("parse_mode"))
    chat, placed = _target_chat(world, call)
    return {"message_id": _store_message(world, chat, call, placed | fields | _style_fields(call))["message_id"]}


# What they have in common


def text_fields(call: Call) -> Json:
    """``text`` and ``entities`` of a request, checked."""
    if not call.has("text"):
        raise bad_request("message text is empty")
    found, entities = _parse_formatted_text(
        call.text("text"), call.array("entities"), call.text("parse_mode"), text.TEXT_LIMIT
    )
    if not text.has_visible_text(found):
        raise bad_request("text must be non-empty")
    return {"text": found, **({"entities": entities} if entities else {})}


def caption_fields(caption: str, entities: list[Any] | None, parse_mode: str) -> Json:
    """``caption`` and ``caption_entities``, checked; nothing for an empty caption."""
    found, checked = _parse_formatted_text(caption, entities, parse_mode, text.CAPTION_LIMIT)
    if not found:
        return {}
    return {"caption": found, **({"caption_entities": checked} if checked else {})}


def _parse_formatted_text(raw: str, entities: list[Any] | None, parse_mode: str, limit: int) -> tuple[str, list[Json]]:
    if parse_mode.lower() == "html":
        raw, entities = parse_html(raw)
    elif parse_mode:
        raise bad_request("unsupported parse_mode")
    return text.parse_formatted(raw, entities, limit)


def _target_chat(world: World, call: Call) -> tuple[Chat, Json]:
    """The chat to write to, and the fields that say to what this is a reply."""
    chat = world.writable_chat(call.params.get("chat_id"))
    thread = call.integer("message_thread_id")
    if thread is not None and not (chat.is_forum and thread in chat.messages):
        raise bad_request("message thread not found")
    wanted = call.object("reply_parameters")
    if not wanted:
        return chat, world.thread_fields(chat, None, thread)
    if not isinstance(wanted.get("message_id"), int):
        raise bad_request("can't parse reply parameters: Can't find field \"message_id\"")
    replied = chat.messages.get(wanted["message_id"])
    if wanted.get("chat_id") not in (None, chat.id):
        replied = world.readable_chat(wanted["chat_id"]).messages.get(wanted["message_id"])
    if replied is None:
        if not wanted.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return chat, world.thread_fields(chat, None, thread)
    return chat, world.thread_fields(chat, replied, thread)


def _style_fields(call: Call) -> Json:
    keyboard = markup.parse_inline_keyboard(call.object("reply_markup"))
    return {"reply_markup": keyboard} if keyboard and "inline_keyboard" in keyboard else {}


def _store_message(world: World, chat: Chat, call: Call, fields: Json) -> Json:
    if call.flag("disable_notification"):
        fields = {**fields, "disable_notification": True}
    if chat.type == "channel":
        return to_wire(world.add_message(chat, {"sender_chat": chat.as_json(), **fields}))
    return to_wire(world.add_message(chat, {"from": world.me.user(), **fields}))


def _album_item(world: World, call: Call, item: Json) -> Json:
    kind = item["type"]
    named = str(item.get("media", ""))
    upload = call.files.get(named.removeprefix("attach://")) if named.startswith("attach://") else None
    if named.startswith("attach://") and upload is None:
        raise bad_request("file attachment not found: there is no file in the request")
    stored = _file(world, call, kind, named, upload)
    entities = item.get("caption_entities")
    caption = caption_fields(str(item.get("caption") or ""), entities, str(item.get("parse_mode") or ""))
    return {kind: file_field(world, stored), **caption}


def _file(world: World, call: Call, kind: str, named: Any, upload: Any) -> StoredFile:
    attached = re.fullmatch(r"attach://(.+)", str(named or ""))
    if upload is None and attached:
        upload = call.files.get(attached[1])
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > (MAX_PHOTO_BYTES if kind == "photo" else MAX_UPLOAD_BYTES):
            raise bad_request(f"file is too big for a {kind}")
        if kind == "photo" and upload.data.startswith(DAMAGED_PICTURE):
            raise bad_request("IMAGE_PROCESS_FAILED")
        return world.store_file(kind, upload.data, upload.name, upload.mime)
    if not named:
        raise bad_request(f"there is no {kind} in the request")
    stored = world.files.get(str(named))
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored
