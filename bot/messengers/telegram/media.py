"""Files: which of them travel together, and with which method."""

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
from bot.messengers.telegram.attachments import MARKED
from bot.messengers.text_fitting import cleaned

ALBUM = 10
_PHOTO_LIMIT = 10 * 1024 * 1024  # bytes; larger ones go as documents
_NAME_LIMIT = 120
_PHOTO_MIMES = frozenset({"image/jpeg", "image/png", "image/webp"})
_SILENT_KINDS = ("sticker", "video_note", "location")  # no words can stand under these
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
_TOGETHER = {"photo": "visual", "video": "visual", "document": "document"}
_IN_ALBUM: dict[str, type[Any]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
}


def can_send(item: Media, account: str) -> bool:
    """Whether *account* can show *item* itself: its bytes are here, or the account has seen it."""
    if isinstance(item, Upload):
        return True
    if item.kind is MediaKind.LOCATION:
        return item.latitude is not None and item.longitude is not None
    return item.origin == account and bool(item.ref) and item.kind is not MediaKind.OTHER


def kind_of(item: Media) -> str:
    """Telegram's name for what *item* is sent as."""
    if isinstance(item, Upload):
        fits = item.mime in _PHOTO_MIMES and len(item.data) <= _PHOTO_LIMIT
        return "document" if item.kind is MediaKind.PHOTO and not fits else _named(item.kind)
    mark = item.ref.partition(":")[0]
    return mark if mark in MARKED else _named(item.kind)


def _named(kind: MediaKind) -> str:
    return "document" if kind is MediaKind.OTHER else kind.value


def chunks(media: Sequence[Media]) -> list[tuple[Media, ...]]:
    """*media* as messages: photos and videos together, documents together, at most ten; everything else alone."""
    groups: dict[str, list[Media]] = {}
    for number, item in enumerate(media):
        kind = kind_of(item)
        groups.setdefault(_TOGETHER.get(kind, f"{kind} {number}"), []).append(item)
    return [tuple(group[at : at + ALBUM]) for group in groups.values() for at in range(0, len(group), ALBUM)]


def takes_caption(chunk: Sequence[Media]) -> bool:
    """Whether words can stand under this message."""
    return kind_of(chunk[0]) not in _SILENT_KINDS


def media_method(
    chunk: Sequence[Media], caption: str, entities: list[MessageEntity], common: dict[str, Any]
) -> TelegramMethod[Any]:
    """The call that sends one chunk. *common* are the fields that every sending has; only a single file can have
    ``reply_markup`` among them."""
    worded: dict[str, Any] = {"caption": caption, "caption_entities": entities} if caption else {}
    if len(chunk) > 1:
        album = [
            _IN_ALBUM[kind_of(item)](media=_file(item), **(worded if number == 0 else {}))
            for number, item in enumerate(chunk)
        ]
        return SendMediaGroup(media=album, **common)
    item = chunk[0]
    kind = kind_of(item)
    if isinstance(item, Attachment) and kind == "location":
        return SendLocation(latitude=item.latitude or 0.0, longitude=item.longitude or 0.0, **common)
    return _METHODS[kind](**{kind: _file(item)}, **worded, **common)


def _file(item: Media) -> str | InputFile:
    if isinstance(item, Upload):
        return BufferedInputFile(item.data, _file_name(item.name))
    return file_id(item)


def _file_name(name: str) -> str:
    """A name that can stand in a header of the request, where aiogram puts it without quoting; its end is kept."""
    safe = "".join("_" if sign in '"\\/' or not sign.isprintable() else sign for sign in cleaned(name))
    return safe[-_NAME_LIMIT:] or "file"


def file_id(item: Attachment) -> str:
    """Telegram's own id of a file."""
    mark, _, rest = item.ref.partition(":")
    return rest if mark in MARKED else item.ref
