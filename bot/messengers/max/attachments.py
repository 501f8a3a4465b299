"""What is attached to people's messages, in neutral words. A strange thing is kept as a word, never an error."""

from bot.messengers.events import Attachment, MediaKind
from bot.messengers.max.chats import ACCOUNT
from bot.messengers.max.raw import Raw, may_obj, may_real, may_whole, may_words, objects

_KINDS = {
    "image": MediaKind.PHOTO,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "file": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
_NAMES = {"image": "photo.jpg", "video": "video.mp4", "audio": "audio.mp3"}
_MIMES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg", "sticker": "image/webp"}
_BY_NAME = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def pack_ref(token: str, url: str) -> str:
    """``Attachment.ref``: what to send it again by, and where its bytes are."""
    return f"{token}\n{url}"


def unpack_ref(ref: str) -> tuple[str, str]:
    """Token (a sticker's: its code) and address; either may be empty."""
    token, _, url = ref.partition("\n")
    return token, url


def attachments_of(body: Raw) -> tuple[Attachment, ...]:
    """Everything attached; a keyboard is none of it."""
    return tuple(_one(item) for item in objects(body, "attachments") if item.get("type") != "inline_keyboard")


def _one(item: Raw) -> Attachment:
    kind = may_words(item, "type") or "?"
    payload = may_obj(item, "payload")
    if kind in _KINDS:
        return _file(kind, item, payload)
    if kind == "location":
        latitude, longitude = may_real(item, "latitude"), may_real(item, "longitude")
        if latitude is not None and longitude is not None:
            return Attachment(MediaKind.LOCATION, ACCOUNT, latitude=latitude, longitude=longitude)
    title = may_words(item, "title") if kind == "share" else None
    return Attachment(MediaKind.OTHER, ACCOUNT, name=title or kind[:100], link=_address(payload) or None)


def _file(kind: str, item: Raw, payload: Raw) -> Attachment:
    name = may_words(item, "filename") or _NAMES.get(kind)
    token = may_words(payload, "code" if kind == "sticker" else "token") or ""
    url = _address(payload)
    mime = _MIMES.get(kind) or _BY_NAME.get((name or "").rpartition(".")[2].lower())
    return Attachment(
        _KINDS[kind], ACCOUNT, pack_ref(token, url), name, mime, may_whole(item, "size"), link=url or None
    )


def _address(payload: Raw) -> str:
    url = may_words(payload, "url") or ""
    return url if url.startswith(("https://", "http://")) else ""
