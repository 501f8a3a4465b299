"""Templates of answers, with fields in braces: {имя}, {место}, {дата} …"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"\{ ?([а-яё][а-яё ]{0,28}[а-яё]) ?\}", re.IGNORECASE)

AUTHOR_FIELD, PLACE_FIELD, NUMBER_FIELD, DATE_FIELD = "имя", "место", "номер", "дата"


@dataclass(frozen=True, slots=True)
class Template:
    """A text with fields. ``sector`` and ``topic``: the tickets that it is offered for; ``None``: any."""

    id: int
    sector: str | None
    topic: str | None
    text: str


def fill_fields(text: str, values: Mapping[str, str | None]) -> str:
    """Return *text* with the fields that have a value; the others stay, so that people see what is missing."""
    return _FIELD.sub(lambda found: values.get(found[1].lower()) or found[0], text)


def list_fields(text: str) -> list[str]:
    """List the fields that are not filled, as they are written."""
    return [found[0] for found in _FIELD.finditer(text)]


def fill_first_field(text: str, value: str) -> str:
    """Return *text* with *value* for its first unfilled field, wherever that occurs."""
    fields = list_fields(text)
    return text.replace(fields[0], value) if fields else text
