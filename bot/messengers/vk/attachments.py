"""Attachments of messages, comments and posts in neutral form; an unknown one becomes a placeholder."""

from collections.abc import Callable, Sequence

from bot.messengers.errors import MalformedUpdate
from bot.messengers.events import Attachment, MediaKind
from bot.messengers.json_reader import (
    JsonObject,
    find_point,
    find_text,
    get_int,
    get_object,
    get_objects,
    text_or_empty,
)
from bot.messengers.vk.chats import SITE
from bot.messengers.vk.words import MAX_NESTED_LEVELS, NESTED_KINDS, attachment_words, list_nested


def parse_attachments(source: JsonObject, origin: str, level: int = 0) -> tuple[Attachment, ...]:
    """Return all attachments of a message, comment or post, with those of what it forwards; a location is the last.

    Attachments that are words (`bot.messengers.vk.words`) are not among them.
    """
    found = [one for item in get_objects(source, "attachments") for one in _parse_one(item, origin, level)]
    found += [one for nested in list_nested(source, level) for one in parse_attachments(nested, origin, level + 1)]
    place = _location(source, origin)
    return (*found, place) if place else tuple(found)


def _parse_one(item: JsonObject, origin: str, level: int) -> Sequence[Attachment]:
    kind = find_text(item, "type") or ""
    reader = _PARSERS.get(kind)
    try:
        if reader is not None:
            return (reader(get_object(item, kind), origin),)
        if kind in NESTED_KINDS and level < MAX_NESTED_LEVELS:
            return parse_attachments(get_object(item, kind), origin, level + 1)
        if attachment_words(item):
            return ()
    except MalformedUpdate:
        pass  # an unreadable photo must not make the bot lose the text
    return (Attachment(MediaKind.OTHER, origin, name=kind[:64] or None),)


def _photo(thing: JsonObject, origin: str) -> Attachment:
    best = max(get_objects(thing, "sizes"), key=_area, default=None) or get_object(thing, "orig_photo")
    return Attachment(
        MediaKind.PHOTO,
        origin,
        text_or_empty(best, "url"),
        name=f"photo{get_int(thing, 'owner_id')}_{get_int(thing, 'id')}.jpg",
        mime="image/jpeg",
        link=f"{SITE}/photo{get_int(thing, 'owner_id')}_{get_int(thing, 'id')}",
    )


def _posted_photo(thing: JsonObject, origin: str) -> Attachment:
    """Read a photo that was put on the wall directly, as old posts have them."""
    url = find_text(thing, "photo_604") or text_or_empty(thing, "photo_130")
    return Attachment(MediaKind.PHOTO, origin, url, name="photo.jpg", mime="image/jpeg", link=url or None)


_SIZE_LETTERS = "smxopqryzw"  # sizes of old photos carry a letter and zeros for width and height; w is the largest


def _area(size: JsonObject) -> tuple[int, int]:
    width, height, letter = size.get("width"), size.get("height"), size.get("type")
    area = width * height if isinstance(width, int) and isinstance(height, int) else 0
    return area, _SIZE_LETTERS.find(letter) if isinstance(letter, str) else -1


def _video(thing: JsonObject, origin: str) -> Attachment:
    name = f"video{get_int(thing, 'owner_id')}_{get_int(thing, 'id')}"
    key = text_or_empty(thing, "access_key")
    return Attachment(
        MediaKind.VIDEO,
        origin,
        f"{name}_{key}" if key else name,
        text_or_empty(thing, "title") or None,
        link=f"{SITE}/{name}",
    )


def _document(thing: JsonObject, origin: str) -> Attachment:
    size = thing.get("size")
    return Attachment(
        MediaKind.DOCUMENT,
        origin,
        text_or_empty(thing, "url"),
        name=text_or_empty(thing, "title") or None,
        size=size if isinstance(size, int) else None,
        link=f"{SITE}/doc{get_int(thing, 'owner_id')}_{get_int(thing, 'id')}",
    )


def _voice(thing: JsonObject, origin: str) -> Attachment:
    ogg = text_or_empty(thing, "link_ogg")
    mime = "audio/ogg" if ogg else "audio/mpeg"
    return Attachment(
        MediaKind.VOICE, origin, ogg or text_or_empty(thing, "link_mp3"), f"voice.{'ogg' if ogg else 'mp3'}", mime
    )


def _audio(thing: JsonObject, origin: str) -> Attachment:
    title = " — ".join(part for part in (text_or_empty(thing, "artist"), text_or_empty(thing, "title")) if part)
    return Attachment(MediaKind.AUDIO, origin, name=title or None)


def _sticker(thing: JsonObject, origin: str) -> Attachment:
    best = max(get_objects(thing, "images"), key=_area, default=None)
    return Attachment(MediaKind.STICKER, origin, text_or_empty(best, "url") if best else "", mime="image/png")


def _graffiti(thing: JsonObject, origin: str) -> Attachment:
    """Read a drawing; on walls its pictures have a width in their names."""
    url = next((found for key in ("url", "photo_586", "photo_200") if (found := find_text(thing, key))), "")
    return Attachment(MediaKind.PHOTO, origin, url, "graffiti.png", "image/png")


def _location(source: JsonObject, origin: str) -> Attachment | None:
    geo = source.get("geo")
    if not isinstance(geo, dict):
        return None
    point = geo.get("coordinates") or geo.get("place")
    if isinstance(point, str):  # posts on walls carry «latitude longitude» in one string
        parts = point.replace(",", " ").split()
        pair: tuple[object, object] = (parts[0], parts[1]) if len(parts) == 2 else (None, None)
    else:
        pair = (point.get("latitude"), point.get("longitude")) if isinstance(point, dict) else (None, None)
    try:
        found = find_point({"latitude": float(str(pair[0])), "longitude": float(str(pair[1]))})
    except ValueError:
        return None
    return found and Attachment(MediaKind.LOCATION, origin, latitude=found[0], longitude=found[1])


_PARSERS: dict[str, Callable[[JsonObject, str], Attachment]] = {
    "photo": _photo,
    "posted_photo": _posted_photo,
    "video": _video,
    "clip": _video,
    "doc": _document,
    "audio_message": _voice,
    "audio": _audio,
    "sticker": _sticker,
    "graffiti": _graffiti,
}
