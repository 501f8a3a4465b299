"""Typed reading of a messenger's raw JSON.

``get_*`` raises `MalformedUpdate` where the value is missing or of another type; ``find_*`` returns ``None`` then, and
``list_objects`` and ``object_or_empty`` return nothing. Four functions are for fields that may be absent but must be
valid when present (``find_nonzero_int``, ``find_id``, ``text_or_empty``, ``get_objects``); they say so.

Numbers have at most 64 bits, ids at most `MAX_ID_CHARS` characters: no more fits into the database's columns.
"""

import hashlib
import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messengers.errors import MalformedUpdate
from bot.messengers.text_fitting import clean_text

JsonObject = Mapping[str, Any]

MAX_ID_CHARS = 64
"""Characters of an id in the database: messengers' ids have up to about forty."""

_INT_BOUND = 1 << 63
_MAX_TIMESTAMP = 1 << 32
"""Seconds since 1970 up to the year 2106: a moment near the last that Python knows would overflow with any term."""


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
    if not isinstance(found, int) or isinstance(found, bool) or not -_INT_BOUND <= found < _INT_BOUND:
        return None
    return found


def find_nonzero_int(source: JsonObject, key: str) -> int | None:
    """Return the integer under *key*, ``None`` if it is absent or 0 (in VK both mean none); any other value is
    malformed."""
    return get_int(source, key) or None if source.get(key) is not None else None


def find_float(source: JsonObject, key: str) -> float | None:
    """Return the finite number under *key*, or ``None``."""
    found = source.get(key)
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    whole = find_int(source, key)
    return None if whole is None else float(whole)


def find_point(source: JsonObject) -> tuple[float, float] | None:
    """Return the ``latitude`` and ``longitude`` of *source* in degrees, or ``None`` if there is no such place."""
    latitude, longitude = find_float(source, "latitude"), find_float(source, "longitude")
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude


def get_text(source: JsonObject, key: str) -> str:
    """Return the non-empty text under *key*, without the characters that a database or another messenger refuses."""
    found = find_text(source, key)
    if found is None:
        raise MalformedUpdate(f"no text {key!r}")
    return found


def find_text(source: JsonObject, key: str) -> str | None:
    """Return the text under *key*, cleaned as by ``get_text``; ``None`` for an empty one."""
    found = source.get(key)
    return clean(found) or None if isinstance(found, str) else None


def clean(text: str) -> str:
    """Return *text* as the bot stores, compares and searches it.

    Phones of Apple may send «й» and «ё» as a letter and a mark; the composed letters (NFC) are the ones that everybody
    else types.
    """
    return unicodedata.normalize("NFC", clean_text(text))


def get_id(source: JsonObject, key: str) -> str:
    """Return the id under *key*, a text that the messenger needs unchanged."""
    found = find_id(source, key)
    if found is None:
        raise MalformedUpdate(f"no id {key!r}")
    return found


def find_id(source: JsonObject, key: str) -> str | None:
    """Return the id under *key*, ``None`` for an empty one; too long an id is malformed."""
    found = source.get(key)
    if not isinstance(found, str):
        return None
    if len(found) > MAX_ID_CHARS:
        raise MalformedUpdate(f"too long an id {key!r}")
    return clean_text(found) or None


def find_label(source: JsonObject, key: str) -> str | None:
    """Return the text under *key* that is only compared with others, as short as an id; ``None`` for an empty one."""
    found = find_text(source, key)
    if found is None or len(found) <= MAX_ID_CHARS:
        return found
    return hashlib.sha256(found.encode()).hexdigest()


def text_or_empty(source: JsonObject, key: str) -> str:
    """Return the text under *key*, cleaned as by ``get_text``, empty if it is absent; any other value is malformed."""
    if source.get(key) is not None and not isinstance(source[key], str):
        raise MalformedUpdate(f"no text {key!r}")
    return find_text(source, key) or ""


def get_timestamp(source: JsonObject, key: str, *, units_per_second: int = 1) -> datetime:
    """Return the time under *key*, counted from 1970 in seconds or, with *units_per_second*, in parts of a second."""
    seconds = get_int(source, key) / units_per_second
    if not 0 <= seconds < _MAX_TIMESTAMP:
        raise MalformedUpdate(f"impossible time {key!r}")
    return datetime.fromtimestamp(seconds, UTC)


def get_timestamp_ms(source: JsonObject, key: str = "timestamp") -> datetime:
    """Return the time under *key*, counted from 1970 in milliseconds as everywhere in MAX."""
    return get_timestamp(source, key, units_per_second=1000)
