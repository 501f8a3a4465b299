"""Reading raw JSON carefully: what is not as VK promises makes the update malformed, nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messengers.errors import MalformedUpdate
from bot.messengers.text_fitting import cleaned

Json = Mapping[str, Any]


def record(source: Json, name: str) -> Json:
    """An object that must be there."""
    value = source.get(name)
    if not isinstance(value, Mapping):
        raise MalformedUpdate(f"{name} is no object")
    return value


def whole(source: Json, name: str) -> int:
    """A whole number that must be there."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedUpdate(f"{name} is no whole number")
    return value


def maybe_whole(source: Json, name: str) -> int | None:
    """A whole number, or ``None`` where there is none (0 also means none in VK)."""
    return whole(source, name) or None if source.get(name) is not None else None


def words(source: Json, name: str) -> str:
    """A text, cleaned of what a database or another messenger refuses; absent means empty."""
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedUpdate(f"{name} is no text")
    return cleaned(value)


def items(source: Json, name: str) -> list[Json]:
    """The objects of a list; absent means none."""
    value = source.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedUpdate(f"{name} is no list")
    return [item for item in value if isinstance(item, Mapping)]


def moment(source: Json, name: str = "date") -> datetime:
    """A time in seconds since 1970, as an aware moment in UTC."""
    try:
        return datetime.fromtimestamp(whole(source, name), UTC)
    except (OverflowError, ValueError, OSError):
        raise MalformedUpdate(f"{name} is no time") from None
