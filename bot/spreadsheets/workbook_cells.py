"""The lines of one sheet of a workbook, out of its XML.

A table of 50,000 rows has three million elements: the handlers do the least that they can.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import IO

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.dates import moment_of_serial
from bot.spreadsheets.foreign_xml import feed
from bot.spreadsheets.sheets import MAX_COLUMNS, MAX_LINES, Cell, Line
from bot.spreadsheets.workbook_parts import unescaped

_MAX_WIDTH = 16_384
_MAX_PIECES_CHARS = 1 << 20


def read_lines(stream: IO[bytes], texts: Sequence[str], date_styles: Set[str], epoch: datetime) -> Iterator[Line]:
    """Yield the lines that are not empty. *texts*: the common texts; *date_styles*: the styles that are dates."""
    handler = _Lines(texts, date_styles, epoch)
    for _ in feed(stream, handler):
        yield from handler.ready
        handler.ready.clear()


class _Lines:
    def __init__(self, texts: Sequence[str], date_styles: Set[str], epoch: datetime) -> None:
        self.ready: list[Line] = []
        self._texts, self._date_styles, self._epoch = texts, date_styles, epoch
        self._cell_name, self._value_name, self._text_name, self._row_name = "c", "v", "t", "row"
        self._is_begun = False
        self._line = self._count = self._column = self._chars = 0
        self._cells: list[Cell] = []
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        self._kept = 0  # pieces that belong to the value, without the spaces between tags

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._cell_name:
            place = attributes.get("r")
            self._column = _column_of(place) if place is not None else self._column + 1
            self._attributes = attributes
            self._pieces.clear()
            self._kept = self._chars = 0
        elif name == self._value_name or name == self._text_name:
            del self._pieces[self._kept :]
        elif name == self._row_name:
            self._begin_row(attributes.get("r"))
        elif not self._is_begun:
            self._is_begun = True
            prefix = name.rpartition(":")[0]
            if prefix:
                names = (f"{prefix}:{short}" for short in ("c", "v", "t", "row"))
                self._cell_name, self._value_name, self._text_name, self._row_name = names

    def on_text(self, text: str) -> None:
        self._pieces.append(text)
        self._chars += len(text)
        if self._chars > _MAX_PIECES_CHARS:
            raise UnreadableFile(FileFault.TOO_LARGE, line=self._line)

    def on_end(self, name: str) -> None:
        if name == self._value_name or name == self._text_name:
            self._kept = len(self._pieces)
        elif name == self._cell_name:
            if self._kept:
                self._end_cell()
        elif name == self._row_name:
            self._pieces.clear()
            self._kept = self._chars = 0
            if self._cells:
                self.ready.append((self._line, self._cells))

    def _begin_row(self, number: str | None) -> None:
        self._line = int(number) if number is not None else self._line + 1
        self._cells, self._column = [], 0
        self._count += 1
        if not 0 < self._line <= MAX_LINES or self._count > MAX_LINES:
            raise UnreadableFile(FileFault.TOO_MANY_ROWS)

    def _end_cell(self) -> None:
        value = "".join(self._pieces[: self._kept])
        cell = self._cell(self._attributes.get("t", "n"), value)
        if cell is None:
            return
        column, cells = self._column, self._cells
        if column > MAX_COLUMNS:
            raise UnreadableFile(FileFault.TOO_MANY_COLUMNS, line=self._line)
        missing = column - 1 - len(cells)
        if missing > 0:
            cells.extend([None] * missing)
        cells[column - 1 :] = [cell]

    def _cell(self, kind: str, value: str) -> Cell:
        if kind == "s":
            return self._texts[int(value)] or None
        if kind == "n":
            number = float(value)
            if self._attributes.get("s", "0") in self._date_styles:
                return moment_of_serial(number, self._epoch) or number
            return number
        if kind == "b":
            return "Да" if value.strip() in ("1", "true") else "Нет"
        if kind == "e":  # «#Н/Д» and other errors of formulas
            return None
        if kind == "d":
            return datetime.fromisoformat(value.strip()).replace(tzinfo=None)
        return unescaped(value) or None  # "str": the result of a formula; "inlineStr"


def _column_of(place: str) -> int:
    """Return 28 for «AB17»."""
    column = 0
    for letter in place:
        if letter < "A":
            break
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= _MAX_WIDTH:
        raise ValueError("not a place of a cell")
    return column
