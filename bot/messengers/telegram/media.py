"""Grouping of files into messages, and the methods that send them."""

from collections.abc import Sequence
from typing import Any

from aiogram.methods import (
    SendAnimation,
    SendAudio,
    SendDocument,
    SendLocation,
    SendMediaGroup,
    SendPhoto,
    SendSticker,
    SendVideo,
    SendVideoNote,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import (
    BufferedInputFile,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    MessageEntity,
)

from bot.messengers.events import Attachment, Media, MediaKind, Upload
from bot.messengers.telegram.attachments import PREFIXED_KINDS
from bot.messengers.text_fitting import clean_text

MAX_ALBUM_ITEMS = 10
_MAX_PHOTO_BYTES = 10 * 1024 * 1024  # bytes; larger ones go as documents
_MAX_FILE_NAME_LENGTH = 120
_PHOTO_MIMES = frozenset({"image/jpeg", "image/png", "image/webp"})
_CAPTIONLESS_KINDS = ("sticker", "video_note", "location")  # these cannot have a caption
_METHODS: dict[str, type[TelegramMethod[Any]]] = {
    "photo": SendPhoto,
    "video": SendVideo,
    "animation": SendAnimation,
    "video_note": SendVideoNote,
    "voice": SendVoice,
    "audio": SendAudio,
    "document": SendDocument,
    "sticker": SendSticker,
}
_ALBUM_GROUPS = {"photo": "visual", "video": "visual", "document": "document"}
_ALBUM_MEDIA_TYPES: dict[str, type[Any]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
}


def can_send(item: Media, account: str) -> bool:
    """Return whether *account* can send *item* itself: its bytes are here, or the account received it."""
    if isinstance(item, Upload):
        return True
    if item.kind is MediaKind.LOCATION:
        return item.latitude is not None and item.longitude is not None
    return item.origin == account and bool(item.ref) and item.kind is not MediaKind.OTHER


def send_kind(item: Media) -> str:
    """Return Telegram's kind for sending *item*."""
    if isinstance(item, Upload):
        fits = item.mime in _PHOTO_MIMES and len(item.data) <= _MAX_PHOTO_BYTES
        return "document" if item.kind is MediaKind.PHOTO and not fits else _kind_name(item.kind)
    mark = item.ref.partition(":")[0]
    return mark if mark in PREFIXED_KINDS else _kind_name(item.kind)


def _kind_name(kind: MediaKind) -> str:
    return "document" if kind is MediaKind.OTHER else kind.value


def group_media(media: Sequence[Media]) -> list[tuple[Media, ...]]:
    """Return *media* as messages: photos and videos together, documents together, at most ten; all others alone."""
    groups: dict[str, list[Media]] = {}
    for number, item in enumerate(media):
        kind = send_kind(item)
        groups.setdefault(_ALBUM_GROUPS.get(kind, f"{kind} {number}"), []).append(item)
    return [
        tuple(group[at : at + MAX_ALBUM_ITEMS])
        for group in groups.values()
        for at in range(0, len(group), MAX_ALBUM_ITEMS)
    ]


def can_have_caption(chunk: Sequence[Media]) -> bool:
    """Return whether these files can have a caption."""
    return send_kind(chunk[0]) not in _CAPTIONLESS_KINDS


def build_media_method(
    chunk: Sequence[Media], caption: str, entities: list[MessageEntity], common: dict[str, Any]
) -> TelegramMethod[Any]:
    """Return the call that sends one chunk.

    *common* are the fields that every call has; ``reply_markup`` may be one of them only for a single file.
    """
    caption_fields: dict[str, Any] = {"caption": caption, "caption_entities": entities} if caption else {}
    if len(chunk) > 1:
        album = [
            _ALBUM_MEDIA_TYPES[send_kind(item)](media=_input_file(item), **(caption_fields if number == 0 else {}))
            for number, item in enumerate(chunk)
        ]
        return SendMediaGroup(media=album, **common)
    item = chunk[0]
    kind = send_kind(item)
    if isinstance(item, Attachment) and kind == "location":
        return SendLocation(latitude=item.latitude or 0.0, longitude=item.longitude or 0.0, **common)
    return _METHODS[kind](**{kind: _input_file(item)}, **caption_fields, **common)


def _input_file(item: Media) -> str | InputFile:
    if isinstance(item, Upload):
        return BufferedInputFile(item.data, _file_name(item.name))
    return file_id(item)


def _file_name(name: str) -> str:
    """Return a name that is valid in a header, where aiogram puts it without quoting; its end is kept."""
    safe = "".join("_" if sign in '"\\/' or not sign.isprintable() else sign for sign in clean_text(name))
    return safe[-_MAX_FILE_NAME_LENGTH:] or "file"


def file_id(item: Attachment) -> str:
    """Return Telegram's own id of a file."""
    mark, _, rest = item.ref.partition(":")
    return rest if mark in PREFIXED_KINDS else item.ref
