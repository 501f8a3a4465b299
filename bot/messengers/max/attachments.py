"""Attachments of people's messages in neutral form; an unknown one becomes a placeholder, never an error."""

from bot.messengers.events import Attachment, MediaKind
from bot.messengers.json_reader import JsonObject, find_int, find_point, find_text, list_objects, object_or_empty
from bot.messengers.max.chats import ACCOUNT
from bot.messengers.max.words import attachment_words

_MEDIA_KINDS = {
    "image": MediaKind.PHOTO,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "file": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
_KEYBOARDS = ("inline_keyboard", "reply_keyboard")
_DEFAULT_NAMES = {"image": "photo.jpg", "video": "video.mp4", "audio": "audio.mp3"}
_DEFAULT_MIMES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg", "sticker": "image/webp"}
_MIMES_BY_EXTENSION = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def pack_ref(token: str, url: str) -> str:
    """Return an ``Attachment.ref``: the token to send the file again with, and the address of its bytes."""
    return f"{token}\n{url}"


def unpack_ref(ref: str) -> tuple[str, str]:
    """Return the token (a sticker's code) and the address; either may be empty."""
    token, _, url = ref.partition("\n")
    return token, url


def parse_attachments(body: JsonObject) -> tuple[Attachment, ...]:
    """Return all attachments except keyboards and those that are words (`bot.messengers.max.words`)."""
    shown = (item for item in list_objects(body, "attachments") if item.get("type") not in _KEYBOARDS)
    return tuple(_parse_one(item) for item in shown if _is_file(item) or not attachment_words(item))


def _is_file(item: JsonObject) -> bool:
    return find_text(item, "type") in _MEDIA_KINDS


def _parse_one(item: JsonObject) -> Attachment:
    kind = find_text(item, "type") or "?"
    payload = object_or_empty(item, "payload")
    if kind in _MEDIA_KINDS:
        return _file(kind, item, payload)
    if kind == "location":
        point = find_point(item)
        if point is not None:
            return Attachment(MediaKind.LOCATION, ACCOUNT, latitude=point[0], longitude=point[1])
    return Attachment(MediaKind.OTHER, ACCOUNT, name=kind[:64], link=_find_url(payload) or None)


def _file(kind: str, item: JsonObject, payload: JsonObject) -> Attachment:
    name = find_text(item, "filename") or _DEFAULT_NAMES.get(kind)
    token = find_text(payload, "code" if kind == "sticker" else "token") or ""
    url = _find_url(payload)
    mime = _DEFAULT_MIMES.get(kind) or _MIMES_BY_EXTENSION.get((name or "").rpartition(".")[2].lower())
    return Attachment(
        _MEDIA_KINDS[kind], ACCOUNT, pack_ref(token, url), name, mime, find_int(item, "size"), link=url or None
    )


def _find_url(payload: JsonObject) -> str:
    url = find_text(payload, "url") or ""
    return url if url.startswith(("https://", "http://")) else ""
