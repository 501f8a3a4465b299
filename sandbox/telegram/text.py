"""Text as the server treats it: UTF-16 units are counted, entities cleaned, trimmed and checked."""

import re
import unicodedata
from typing import Any

from sandbox.telegram.errors import bad_request

Json = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_CONTROL = {code: " " for code in [*range(9), 9, 11, 12, *range(14, 32)]}
_REMOVED = {13: None, **dict.fromkeys(range(0x2028, 0x202F))}
_AUTO_ENTITIES = re.compile(
    r"(?P<url>https?://[^\s<>«»\"]+)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w+)?)"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<!\w)(?P<hashtag>#\w+)"
)
_ENTITY_TYPES = frozenset(
    (
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    )
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, Telegram's measure."""
    return len(text) + sum(character > "\uffff" for character in text)


def has_visible_text(text: str) -> bool:
    """Return whether *text* has a visible character: zero-width signs alone are no text."""
    return any(unicodedata.category(sign)[0] not in "CZ" for sign in text)


def detect_entities(text: str) -> list[Json]:
    """Return the entities that Telegram detects: links, commands, mentions, hashtags."""
    found = []
    for match in _AUTO_ENTITIES.finditer(text):
        offset = utf16_length(text[: match.start()])
        found.append({"type": match.lastgroup, "offset": offset, "length": utf16_length(match.group())})
    return found


def _boundaries(text: str) -> set[int]:
    at, edges = 0, {0}
    for character in text:
        at += 2 if character > "\uffff" else 1
        edges.add(at)
    return edges


def _parse_entity(entity: Any, text_units: int, edges: set[int]) -> Json:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    if entity.get("type") not in _ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    if entity["type"] == "text_link" and not str(entity.get("url", "")).startswith(
        ("http://", "https://", "tg://", "mailto:", "tel:")
    ):
        raise bad_request("can't parse MessageEntity: URL is invalid")
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    if begin < 0 or entity["length"] <= 0 or end > text_units:
        raise bad_request(
            f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
        )
    if begin not in edges:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {begin}")
    if end not in edges:
        raise bad_request(f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol")
    return dict(entity)


def parse_formatted(text: str, entities: list[Any] | None, limit: int) -> tuple[str, list[Json]]:
    """The text and entities as they are stored.

    Raises the server's errors for entities out of range and for what is longer than *limit* after trimming.
    """
    total, edges = utf16_length(text), _boundaries(text)
    kept = [_parse_entity(entity, total, edges) for entity in entities or []]
    cleaned = text.translate(_CONTROL)
    if not any(character in text for character in "\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e"):
        stripped = cleaned.rstrip()
    else:  # removing characters moves offsets: keep it simple, drop what would be off
        stripped = cleaned.translate(_REMOVED).rstrip()
        kept = [entity for entity in kept if entity["offset"] + entity["length"] <= utf16_length(stripped)]
    lead = utf16_length(stripped) - utf16_length(stripped.lstrip())
    stripped = stripped.lstrip()
    end = utf16_length(stripped)
    if end > limit:
        raise bad_request("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    fitted = []
    for entity in kept:
        begin = max(entity["offset"] - lead, 0)
        length = min(entity["offset"] + entity["length"] - lead, end) - begin
        if length > 0:
            fitted.append({**entity, "offset": begin, "length": length})
    fitted += [one for one in detect_entities(stripped) if not any(_overlap(one, other) for other in fitted)]
    return stripped, sorted(fitted, key=lambda one: (one["offset"], -one["length"]))


def _overlap(one: Json, other: Json) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
