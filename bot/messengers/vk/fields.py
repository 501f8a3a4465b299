"""Reading raw JSON carefully: what is not as VK promises makes the update malformed, nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messengers.errors import MalformedUpdate
from bot.messengers.text_fitting import clean_text

JsonObject = Mapping[str, Any]


def get_object(source: JsonObject, name: str) -> JsonObject:
    """An object that must be there."""
    value = source.get(name)
    if not isinstance(value, Mapping):
        raise MalformedUpdate(f"{name} is no object")
    return value


def get_int(source: JsonObject, name: str) -> int:
    """A whole number that must be there."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedUpdate(f"{name} is no whole number")
    return value


def find_nonzero_int(source: JsonObject, name: str) -> int | None:
    """A whole number, or ``None`` where there is none (0 also means none in VK)."""
    return get_int(source, name) or None if source.get(name) is not None else None


def text_or_empty(source: JsonObject, name: str) -> str:
    """A text, cleaned of what a database or another messenger refuses; absent means empty."""
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedUpdate(f"{name} is no text")
    return clean_text(value)


def get_objects(source: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a list; absent means none."""
    value = source.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedUpdate(f"{name} is no list")
    return [item for item in value if isinstance(item, Mapping)]


def get_timestamp(source: JsonObject, name: str = "date") -> datetime:
    """A time in seconds since 1970, as an aware moment in UTC."""
    try:
        return datetime.fromtimestamp(get_int(source, name), UTC)
    except (OverflowError, ValueError, OSError):
        raise MalformedUpdate(f"{name} is no time") from None
