"""Typed reading of a messenger's raw JSON.

``get_*`` raises `MalformedUpdate` where the value is missing or of another type; ``find_*`` returns ``None`` then, and
``list_objects`` and ``object_or_empty`` return nothing. Three functions are for fields that may be absent but must be
valid when present (``find_nonzero_int``, ``text_or_empty``, ``get_objects``); they say so.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messengers.errors import MalformedUpdate
from bot.messengers.text_fitting import clean_text

JsonObject = Mapping[str, Any]


def get_object(source: JsonObject, key: str) -> JsonObject:
    """Return the object under *key*."""
    found = find_object(source, key)
    if found is None:
        raise MalformedUpdate(f"no object {key!r}")
    return found


def find_object(source: JsonObject, key: str) -> JsonObject | None:
    """Return the object under *key*, or ``None``."""
    found = source.get(key)
    return found if isinstance(found, Mapping) else None


def object_or_empty(source: JsonObject, key: str) -> JsonObject:
    """Return the object under *key*, or an empty one."""
    return find_object(source, key) or {}


def list_objects(source: JsonObject, key: str) -> list[JsonObject]:
    """Return the objects of the array under *key*; an empty list if there is no array."""
    found = source.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def get_objects(source: JsonObject, key: str) -> list[JsonObject]:
    """Return the objects of the array under *key*, none if it is absent; any other value is malformed."""
    if source.get(key) is not None and not isinstance(source[key], list):
        raise MalformedUpdate(f"no array {key!r}")
    return list_objects(source, key)


def get_int(source: JsonObject, key: str) -> int:
    """Return the integer under *key*."""
    found = find_int(source, key)
    if found is None:
        raise MalformedUpdate(f"no number {key!r}")
    return found


def find_int(source: JsonObject, key: str) -> int | None:
    """Return the integer under *key*, or ``None``."""
    found = source.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def find_nonzero_int(source: JsonObject, key: str) -> int | None:
    """Return the integer under *key*, ``None`` if it is absent or 0 (in VK both mean none); any other value is
    malformed."""
    return get_int(source, key) or None if source.get(key) is not None else None


def find_float(source: JsonObject, key: str) -> float | None:
    """Return the number under *key*, or ``None``."""
    found = source.get(key)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def get_text(source: JsonObject, key: str) -> str:
    """Return the non-empty text under *key*, without the characters that a database or another messenger refuses."""
    found = find_text(source, key)
    if found is None:
        raise MalformedUpdate(f"no text {key!r}")
    return found


def find_text(source: JsonObject, key: str) -> str | None:
    """Return the text under *key*, cleaned as by ``get_text``; ``None`` for an empty one."""
    found = source.get(key)
    return clean_text(found) or None if isinstance(found, str) else None


def text_or_empty(source: JsonObject, key: str) -> str:
    """Return the text under *key*, cleaned as by ``get_text``, empty if it is absent; any other value is malformed."""
    if source.get(key) is not None and not isinstance(source[key], str):
        raise MalformedUpdate(f"no text {key!r}")
    return find_text(source, key) or ""


def get_timestamp(source: JsonObject, key: str, *, units_per_second: int = 1) -> datetime:
    """Return the time under *key*, counted from 1970 in seconds or, with *units_per_second*, in parts of a second."""
    try:
        return datetime.fromtimestamp(get_int(source, key) / units_per_second, UTC)
    except (ValueError, OverflowError, OSError):
        raise MalformedUpdate(f"impossible time {key!r}") from None


def get_timestamp_ms(source: JsonObject, key: str = "timestamp") -> datetime:
    """Return the time under *key*, counted from 1970 in milliseconds as everywhere in MAX."""
    return get_timestamp(source, key, units_per_second=1000)
