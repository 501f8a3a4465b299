"""Search of the row that names the columns, below titles and above the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from bot.domain.imports import Field
from bot.domain.layouts import Layout, heading_key
from bot.spreadsheets.sheets import BrokenLine, Line, Sheet
from bot.spreadsheets.values import text_of

_HEADER_WITHIN_LINES = 60
"""Lines among which the header is looked for: titles, filters and dates of the export come before it."""

_MAX_HEADING_CHARS = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is understood. ``position`` counts from 0."""

    field: Field
    heading: str
    position: int


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns of one sheet."""

    sheet: Sheet
    line: int
    columns: tuple[Column, ...]
    new_headings: tuple[str, ...]  # that the layout does not know

    @property
    def indices(self) -> Mapping[Field, tuple[int, ...]]:
        """Field → which of ``columns`` are its own, in the order in which the layout names them."""
        found: dict[Field, tuple[int, ...]] = {}
        for at, column in enumerate(self.columns):
            found[column.field] = (*found.get(column.field, ()), at)
        return found


def find_header(sheet: Sheet, layout: Layout) -> Header | None:
    """Return the header of *sheet*: the row that names the most columns of *layout*; ``None`` if no row names any."""
    best: Header | None = None
    for line in islice(sheet.lines(), _HEADER_WITHIN_LINES):
        if isinstance(line[1], BrokenLine):
            continue
        header = _header(sheet, line, layout)
        if header.columns and (best is None or _score(header) > _score(best)):
            best = header
    return best


def broken_line_at_beginning(sheet: Sheet) -> int | None:
    """Return the number of the first line among those of the header that cannot be divided into its cells."""
    lines = islice(sheet.lines(), _HEADER_WITHIN_LINES)
    return next((number for number, cells in lines if isinstance(cells, BrokenLine)), None)


def _score(header: Header) -> tuple[bool, int]:
    return any(column.field is Field.NUMBER for column in header.columns), len(header.columns)


def _header(sheet: Sheet, line: Line, layout: Layout) -> Header:
    number, cells = line
    positions: dict[str, int] = {}
    headings: dict[str, str] = {}
    for position, cell in enumerate(cells):
        text = text_of(cell) if isinstance(cell, str) else None
        if text is None or len(text) > _MAX_HEADING_CHARS:
            continue
        key = heading_key(text)
        if key and key not in positions:
            positions[key], headings[key] = position, " ".join(text.split())
    # A field's columns come in the order of the layout: the first of them that is not empty counts.
    columns = tuple(
        Column(field, headings[key], positions[key]) for key, field in layout.fields.items() if key in positions
    )
    known = {column.position for column in columns}
    new = tuple(headings[key] for key, position in positions.items() if position not in known)
    return Header(sheet, number, columns, new)
