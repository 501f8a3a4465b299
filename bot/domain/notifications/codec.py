"""Dataclasses to and from the JSON that rows store, key by key."""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.domain.json_types import Json

T = TypeVar("T")


def encode(record: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by their stored keys."""
    found: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if one.metadata.get("flatten"):
            found |= encode(value)
        elif not (one.metadata.get("omit_default") and value == one.default):
            found[_key(one)] = _encode_value(value)
    return found


def decode(kind: type[T], facts: Json) -> T:
    """Return the *kind* that *facts* hold; keys of others are ignored.

    Raises ``KeyError`` if a key without a default is missing.
    """
    values = {}
    for one, decode_value in _decoders(kind):  # type: ignore[arg-type]  # a class is hashable
        if one.metadata.get("flatten"):
            values[one.name] = decode_value(facts)
        elif _key(one) in facts or one.default is MISSING:
            values[one.name] = decode_value(facts[_key(one)])
    return kind(**values)


def _key(one: "Field[Any]") -> str:
    return one.metadata.get("key") or one.name


def _encode_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encode_value(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return encode(value) if is_dataclass(value) else value


@cache
def _decoders(kind: type) -> tuple[tuple["Field[Any]", Callable[[Any], Any]], ...]:
    hints = get_type_hints(kind)
    return tuple((one, _decoder(hints[one.name])) for one in fields(kind))


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:
    """Return the function that makes a value of the type *hint* from its JSON."""
    if get_origin(hint) in (Union, UnionType):
        [inner] = [_decoder(one) for one in get_args(hint) if one is not NoneType]
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        item = _decoder(get_args(hint)[0])
        return lambda value: tuple(item(one) for one in value)
    if issubclass(hint, datetime):
        return datetime.fromisoformat
    if issubclass(hint, date):
        return date.fromisoformat
    if issubclass(hint, tuple):  # a named tuple is stored as an array; older rows may be shorter
        items = [_decoder(one) for one in get_type_hints(hint).values()]
        return lambda value: hint(*(item(one) for item, one in zip(items, value, strict=False)))
    if issubclass(hint, Enum):
        return lambda value: hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: decode(hint, value)
    return lambda value: value
