"""Reading raw JSON of the MAX Bot API: what must be there, and what may be there or be odd."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messengers.errors import MalformedUpdate
from bot.messengers.text_fitting import clean_text

JsonObject = Mapping[str, Any]


def get_object(source: JsonObject, key: str) -> JsonObject:
    """The object under *key*; :class:`MalformedUpdate` without one."""
    found = source.get(key)
    if not isinstance(found, Mapping):
        raise MalformedUpdate(f"no object {key!r}")
    return found


def object_or_empty(source: JsonObject, key: str) -> JsonObject:
    """The object under *key*; an empty one if there is none."""
    found = source.get(key)
    return found if isinstance(found, Mapping) else {}


def get_int(source: JsonObject, key: str) -> int:
    """The integer under *key*; :class:`MalformedUpdate` without one."""
    found = find_int(source, key)
    if found is None:
        raise MalformedUpdate(f"no number {key!r}")
    return found


def find_int(source: JsonObject, key: str) -> int | None:
    """The integer under *key*, if there is one."""
    found = source.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def get_text(source: JsonObject, key: str) -> str:
    """The text under *key*, cleaned of what a database or another messenger refuses; :class:`MalformedUpdate` without
    one."""
    found = find_text(source, key)
    if found is None:
        raise MalformedUpdate(f"no text {key!r}")
    return found


def find_text(source: JsonObject, key: str) -> str | None:
    """The same, but ``None`` for none and for an empty one."""
    found = source.get(key)
    return clean_text(found) or None if isinstance(found, str) else None


def find_float(source: JsonObject, key: str) -> float | None:
    """The number under *key*, if there is one."""
    found = source.get(key)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def list_objects(source: JsonObject, key: str) -> list[JsonObject]:
    """The objects in the array under *key*; none if it is no array."""
    found = source.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def get_timestamp_ms(source: JsonObject, key: str = "timestamp") -> datetime:
    """The time under *key*, in MAX always milliseconds since 1970; :class:`MalformedUpdate` without a possible one."""
    try:
        return datetime.fromtimestamp(get_int(source, key) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise MalformedUpdate(f"impossible time {key!r}") from None
