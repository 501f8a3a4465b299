"""Records of a text table, as separators and quotes divide it; what is wrong in one of them spoils no other."""

import csv
import io
from collections import deque
from collections.abc import Iterator

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.sheets import MAX_LINES, BrokenLine

MAX_RECORD_CHARS = 1 << 20
"""Characters of one record: a line, and the further lines that belong to it by quotes."""

MAX_RECORD_LINES = 500
"""Lines of one record: a cell of Excel has 253 line feeds, and few cells of a row have any. A quote that nobody closes
takes in one row after another."""

MAX_REREAD_COST = 200_000_000
"""Characters that are read once more because the record that began before them was none, and 50 for each line: enough
for a thousand quotes that nobody closes, little for a file that is made of them."""

_LINE_COST = 50

_MIN_SWALLOWED_CELLS = 12
"""Cells that the inner lines of a record must have together to be taken for rows: a line of a message may have as many
separators as a narrow table by chance."""


class _EndlessRecordError(Exception):
    """A record that goes on for longer than any row."""


class RecordReader:
    """Iterates over the records of *text* with their numbers.

    The numbers count line breaks inside of quotes as nothing, like a spreadsheet. *width*: the number of cells that the
    records have in common; 0 if they have none. Of a record whose quotes are wrong, a :class:`BrokenLine` is yielded
    with its first cells, and reading goes on at the line that follows its first. What such a line lacks of a row is
    looked for in lines that are too short for one: they belong to it.
    """

    def __init__(self, text: io.TextIOWrapper, separator: str, width: int = 0) -> None:
        self._lines = _Lines(text)
        self._separator, self._width = separator, width
        self._reader = csv.reader(self._lines, delimiter=separator, strict=True)
        self._missing = 0  # cells of the broken record
        self._rest_before = 0
        self._cost = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | BrokenLine]]:
        number = 0
        while (record := self._next()) is not None:
            number += 1
            if number > MAX_LINES:
                raise UnreadableFile(FileFault.TOO_MANY_ROWS)
            if self._missing > 0 and number < self._rest_before and self._is_rest(record):
                self._missing -= max(_width_of(record) - 1, 0)
                continue
            self._missing = self._width - record.width if isinstance(record, BrokenLine) else 0
            self._rest_before = number + MAX_RECORD_LINES
            yield number, record

    def _next(self) -> list[str] | BrokenLine | None:
        self._lines.begin_record()
        try:
            cells = next(self._reader, None)
        except (csv.Error, _EndlessRecordError):
            return self._break_off()
        return self._break_off() if cells is not None and self._has_swallowed_rows() else cells

    def _break_off(self) -> BrokenLine:
        """Return what is certain of the record, and give back all lines but its first."""
        first, *others = self._lines.taken
        self._cost += _LINE_COST * len(others) + sum(map(len, others))
        if self._cost > MAX_REREAD_COST:
            raise UnreadableFile(FileFault.DAMAGED)
        self._lines.give_back(others)
        return BrokenLine(_sound_cells(first, self._separator), first.count(self._separator) + 1)

    def _has_swallowed_rows(self) -> bool:
        """Return whether the lines inside of the record look like rows, each with as many separators as a row has."""
        inner = self._lines.taken[1:-1]
        if len(inner) * self._width < _MIN_SWALLOWED_CELLS:
            return False
        return all(line.count(self._separator) == self._width - 1 for line in inner)

    def _is_rest(self, record: list[str] | BrokenLine) -> bool:
        """Return whether a record can be the rest of a broken one: too short, or with the quote that ends a cell."""
        if isinstance(record, BrokenLine):
            return record.width < self._width
        return len(record) < self._width or record[0].count('"') % 2 == 1


def _width_of(record: list[str] | BrokenLine) -> int:
    return record.width if isinstance(record, BrokenLine) else len(record)


def _sound_cells(line: str, separator: str) -> list[str]:
    """Return the cells at the beginning of *line* whose quotes are right."""
    found: list[str] = []
    for piece in line.rstrip("\r\n").split(separator):
        is_quoted = len(piece) > 1 and piece[0] == piece[-1] == '"'
        text = piece[1:-1] if is_quoted else piece
        if '"' in text:
            break
        found.append(text)
    return found


class _Lines:
    """The lines of a text, as long as a record can be that a table has: a file may be one line.

    ``taken``: the lines of the present record.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self._chars = 0
        self.taken: list[str] = []

    def begin_record(self) -> None:
        self.taken = []
        self._chars = 0

    def give_back(self, lines: list[str]) -> None:
        """Let *lines* come once more."""
        self._waiting.extendleft(reversed(lines))

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(MAX_RECORD_CHARS + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_RECORD_CHARS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        self.taken.append(line)
        self._chars += len(line)
        if self._chars > MAX_RECORD_CHARS or len(self.taken) > MAX_RECORD_LINES:
            raise _EndlessRecordError
        return line
