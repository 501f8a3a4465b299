"""A table of another system: what it has, and its rows one by one."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.domain.imports import Field, FileFault, ImportedRow, RefusalReason, RefusedRow, UnreadableFile
from bot.domain.layouts import BUILT_IN, Layout, heading_key
from bot.spreadsheets.books import open_book
from bot.spreadsheets.headers import Column, Header, broken_line_at_beginning, find_header
from bot.spreadsheets.municipalities import Ours, Town
from bot.spreadsheets.rows import RowReader, shortened
from bot.spreadsheets.sheets import Sheet

Row = ImportedRow | RefusedRow

MAX_ROWS = 200_000
"""Rows of a table: four times the largest export that a town is known to have; each takes a hundred bytes while the
file is read."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that can be read. Iterating reads the file from its beginning, as often as needed, row by row.

    ``columns``: those that are understood; ``new_headings``: the others; ``missing``: fields that the layout knows and
    the file does not have; ``row_count``: all rows, taken or refused, and each that the file repeats once.
    """

    layout: Layout
    columns: tuple[Column, ...]
    new_headings: tuple[str, ...]
    missing: tuple[Field, ...]
    row_count: int
    _source: "_Source"
    _contradicting: Mapping[bytes, str]  # number → the name of the first fact that differs

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the order of the file; a row that says the same as an earlier one is left out.

        Raises :class:`UnreadableFile` if the file has changed meanwhile.
        """
        seen: set[bytes] = set()
        for row in self._source.rows():
            if row.number is not None and isinstance(row, ImportedRow):
                key = _digest(row.number)
                if key in self._contradicting:
                    yield self._contradiction(row, self._contradicting[key])
                    continue
                if key in seen:
                    continue
                seen.add(key)
            yield row

    def _contradiction(self, row: ImportedRow, name: str) -> RefusedRow:
        field, value = _FIELDS_OF_FACTS.get(name), getattr(row, name)
        if isinstance(value, datetime):
            value = f"{value.astimezone(self._source.zone):%d.%m.%Y %H:%M}"
        shown = shortened(value) if isinstance(value, str) else None
        heading = next((one.heading for one in self.columns if one.field is field), None)
        return RefusedRow(row.place, RefusalReason.CONTRADICTION, row.number, heading, shown)


def read_rows(
    data: bytes | Path,
    layout: Layout,
    zone: ZoneInfo,
    now: datetime,
    town: str | None = None,
    blocks: Collection[str] | None = None,
    on_line: Callable[[], None] = lambda: None,
    layouts: Collection[Layout] = tuple(BUILT_IN.values()),
) -> ReadTable:
    """Read the whole table once, so that a file is refused before any of its rows is taken.

    *zone*: the zone of its dates; *now*: the present moment, dates of messages cannot be later; *town*: the name of the
    municipality whose rows are taken, *blocks*: the codes and titles of blocks that a row may name, ``None`` for all;
    *on_line* is called with every line that is read, now and later, and may rest; *layouts*: the tables of all systems,
    by which that of another one is recognised.
    Raises :class:`UnreadableFile`. Takes about six seconds for 50,000 rows of 25 columns, and memory for the numbers
    and the common texts alone: call it in a thread.
    """
    ours = Ours(
        None if town is None else Town.named(town),
        None if blocks is None else frozenset(map(heading_key, blocks)),
    )
    source = _Source(data, layout, zone, now, ours, on_line, layouts)
    headers = source.headers()
    survey = _Survey()
    for row in source.rows():
        survey.add(row)
    survey.check()
    columns = tuple(dict.fromkeys(column for header in headers for column in header.columns))
    present = {column.field for column in columns}
    return ReadTable(
        layout=layout,
        columns=columns,
        new_headings=tuple(dict.fromkeys(heading for header in headers for heading in header.new_headings)),
        missing=tuple(field for field in layout.headings if field not in present),
        row_count=survey.distinct_count,
        _source=source,
        _contradicting=survey.contradicting,
    )


@dataclass(slots=True)
class _Survey:
    """The findings of the first reading: rows that contradict each other, and reasons to refuse the whole file."""

    contradicting: dict[bytes, str] = field(default_factory=dict)
    """The name of the first fact that differs, by the digest of the number."""
    _facts: dict[bytes, bytes] = field(default_factory=dict)
    _repeats: Counter[bytes] = field(default_factory=Counter)
    _count: int = 0
    _foreign: int = 0
    _foreign_name: str | None = None
    _broken: list[int] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count *row*. Raises :class:`UnreadableFile` if there are too many."""
        self._count += 1
        if self._count > MAX_ROWS:
            raise UnreadableFile(FileFault.TOO_MANY_ROWS, line=row.place.line)
        if isinstance(row, ImportedRow):
            key, own = _digest(row.number), _facts(row)
            if key in self._facts:
                self._repeats[key] += 1
            other = self._facts.setdefault(key, own)
            if other != own:
                self.contradicting.setdefault(key, _first_difference(own, other))
        elif row.reason is RefusalReason.OTHER_MUNICIPALITY:
            self._foreign += 1
            self._foreign_name = row.value
        elif row.reason is RefusalReason.BROKEN_LINE:
            self._broken.append(row.place.line)

    def check(self) -> None:
        """Raise :class:`UnreadableFile` if no row can be taken for one reason."""
        if not self._count:
            raise UnreadableFile(FileFault.EMPTY)
        if len(self._broken) == self._count:
            raise UnreadableFile(FileFault.DAMAGED, line=self._broken[0])
        if self._foreign == self._count:
            raise UnreadableFile(FileFault.OTHER_MUNICIPALITY, detail=self._foreign_name)

    @property
    def distinct_count(self) -> int:
        """All rows, and each that the file repeats once."""
        return self._count - sum(times for key, times in self._repeats.items() if key not in self.contradicting)


def find_systems(data: bytes | Path, layouts: Iterable[Layout]) -> list[str]:
    """Return the codes of the systems whose headings a file has, the most fitting first; reads its beginning alone.

    Raises :class:`UnreadableFile`.
    """
    with open_book(data) as sheets:
        found = [
            (max((len(header.columns) for header in _whole_headers(sheets, layout)), default=0), layout.code)
            for layout in layouts
        ]
        if not any(count for count, _ in found):
            _check_beginning(sheets)
    return [code for count, code in sorted(found, key=lambda one: -one[0]) if count]


def _whole_headers(sheets: Iterable[Sheet], layout: Layout) -> list[Header]:
    found = (find_header(sheet, layout) for sheet in sheets)
    return [header for header in found if header is not None and _is_whole(header)]


@dataclass(frozen=True, slots=True)
class _Source:
    data: bytes | Path
    layout: Layout
    zone: ZoneInfo
    now: datetime
    ours: Ours
    on_line: Callable[[], None]
    layouts: Collection[Layout]

    def headers(self) -> list[Header]:
        with open_book(self.data) as sheets:
            return self._headers(sheets)

    def rows(self) -> Iterator[Row]:
        with open_book(self.data) as sheets:
            for header in self._headers(sheets):
                name = header.sheet.name if len(sheets) > 1 else None
                reader = RowReader(self.layout, header, name, self.zone, self.now, self.ours)
                for line in header.sheet.lines():
                    self.on_line()
                    row = reader.read(line) if line[0] > header.line else None
                    if row is not None:
                        yield row

    def _headers(self, sheets: list[Sheet]) -> list[Header]:
        """Return the headers of the sheets that hold the table."""
        found = [header for sheet in sheets if (header := find_header(sheet, self.layout)) is not None]
        whole = [header for header in found if _is_whole(header)]
        if whole:
            return whole
        other = self._other_system(sheets)
        if other is not None:
            raise UnreadableFile(FileFault.OTHER_SYSTEM, detail=other)
        if not found:
            _check_beginning(sheets)
            raise UnreadableFile(FileFault.NO_HEADER)
        has_number = any(Field.NUMBER in header.indices for header in found)
        raise UnreadableFile(FileFault.NO_WORDS_COLUMN if has_number else FileFault.NO_NUMBER_COLUMN)

    def _other_system(self, sheets: list[Sheet]) -> str | None:
        others = (one for one in self.layouts if one.code != self.layout.code)
        return next((one.code for one in others if _whole_headers(sheets, one)), None)


def _check_beginning(sheets: Iterable[Sheet]) -> None:
    """Refuse a file in which no header is found if that may be because a line cannot be divided into its cells."""
    line = next(filter(None, map(broken_line_at_beginning, sheets)), None)
    if line is not None:
        raise UnreadableFile(FileFault.DAMAGED, line=line)


def _is_whole(header: Header) -> bool:
    """Return whether a table with these columns can be taken."""
    fields = header.indices
    return Field.NUMBER in fields and (Field.TEXT in fields or Field.SUBJECT in fields)


_FIELDS_OF_FACTS = {
    **{field.value: field for field in Field},
    "registered_at": Field.REGISTERED,
    "is_finished": Field.STATUS,
    "finished_at": Field.FINISHED,
}
_FACT_NAMES = tuple(one.name for one in fields(ImportedRow) if one.name not in ("place", "number", "cells", "is_own"))
_CHECKSUM_BYTES = 4


def _facts(row: ImportedRow) -> bytes:
    """Return a checksum of each fact of *row*: two rows with the same number must have the same ones."""
    return b"".join(_checksum(getattr(row, name)) for name in _FACT_NAMES)


def _checksum(value: object) -> bytes:
    return bytes(_CHECKSUM_BYTES) if value is None else crc32(str(value).encode()).to_bytes(_CHECKSUM_BYTES, "big")


def _first_difference(one: bytes, other: bytes) -> str:
    at = next(at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right)
    return _FACT_NAMES[at // _CHECKSUM_BYTES]


def _digest(number: str) -> bytes:
    return hashlib.blake2b(number.encode(), digest_size=12).digest()
