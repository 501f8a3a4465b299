"""Quotations of a citizen's words in stored JSON: found, and taken out."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.domain.json_types import Json

_MIN_QUOTATION_CHARS = 12
"""Shorter strings are parts of too many texts."""


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _scalars(one)
    elif isinstance(value, list):
        for one in value:
            yield from _scalars(one)
    else:
        yield value


def mentions(payload: Json, user_id: str | None, words: Collection[str]) -> bool:
    """Return whether a raw update names the account of a citizen, or repeats their words."""
    return any(
        (user_id is not None and str(value) == user_id) or (isinstance(value, str) and _quotes(value, words))
        for value in _scalars(payload)
    )


def _quotes(value: str, words: Collection[str]) -> bool:
    piece = value.rstrip("…")
    return any(
        value == one
        or (len(one) >= _MIN_QUOTATION_CHARS and one in value)
        or (len(piece) >= _MIN_QUOTATION_CHARS and piece in one)
        for one in words
    )


def without_quotations(value: Any, words: Collection[str]) -> Any:
    """Return *value* with an empty string for every string that quotes one of *words*."""
    if isinstance(value, Mapping):
        return {name: without_quotations(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [without_quotations(one, words) for one in value]
    return "" if isinstance(value, str) and _quotes(value, words) else value
