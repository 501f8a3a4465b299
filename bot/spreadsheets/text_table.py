"""Tables of text (CSV): every encoding, separator and end of line that spreadsheet programs write in Russia."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from bot.bounded_files import text_encoding
from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.sheets import MAX_COLUMNS, MAX_LINES, Cell, Line, Sheet

MAX_RECORD_CHARS = 1 << 20
"""Characters of one record: a line, and the further lines that belong to it by quotes."""

_SEPARATORS = ";\t,|"
_SAMPLE_LINES = 50
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The first line by which a program tells Excel the separator."""

_SEPARATOR_LINE_CHARS = 20

_FORCED_TEXT = re.compile(r'="([^"]*)"')
"""«="007"»: how programs keep Excel from dropping the zeros. It is the only formula that is read, as its text."""

_GUARDED = re.compile(r"'[=+\-@\t\r\n＝＋－＠\d]")
"""The apostrophe that ``export`` puts before what a spreadsheet would take for a formula."""


def open_text_table(stream: BinaryIO) -> list[Sheet]:
    """Return the only sheet. Raises :class:`UnreadableFile` for what is no text at all."""
    encoding = text_encoding(stream)
    told = _SEPARATOR_LINE.fullmatch(_beginning(stream, encoding))
    separator = told[1] if told else _guess_separator(stream, encoding)
    return [Sheet(None, lambda: _lines(stream, encoding, separator, has_separator_line=told is not None))]


def _beginning(stream: BinaryIO, encoding: str) -> str:
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    try:
        return text.readline(_SEPARATOR_LINE_CHARS)
    finally:
        text.detach()


def _guess_separator(stream: BinaryIO, encoding: str) -> str:
    """Return the separator that most lines at the beginning have in common."""
    return max(_SEPARATORS, key=lambda one: _columns_in_common(stream, encoding, one))


def _columns_in_common(stream: BinaryIO, encoding: str, separator: str) -> int:
    try:
        widths = [len(cells) for _, cells in _records(stream, encoding, separator, limit=_SAMPLE_LINES) if cells]
    except (csv.Error, UnreadableFile):
        return 0
    return max((width * widths.count(width) for width in widths if width > 1), default=0)


def _lines(stream: BinaryIO, encoding: str, separator: str, *, has_separator_line: bool) -> Iterator[Line]:
    for line, texts in _records(stream, encoding, separator):
        if line == 1 and has_separator_line:
            continue
        if len(texts) > MAX_COLUMNS:
            raise UnreadableFile(FileFault.TOO_MANY_COLUMNS, line=line)
        cells: list[Cell] = [_cell(text) for text in texts]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield line, cells


def _records(
    stream: BinaryIO, encoding: str, separator: str, limit: int = MAX_LINES + 1
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with their numbers, which count line breaks inside of quotes as nothing, like a spreadsheet."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    lines = _BoundedLines(text)
    try:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        for line, cells in enumerate(reader, 1):
            lines.record_chars = 0
            if line > MAX_LINES:
                raise UnreadableFile(FileFault.TOO_MANY_ROWS)
            if line > limit:
                return
            yield line, cells
    except csv.Error:
        raise UnreadableFile(FileFault.DAMAGED, line=reader.line_num) from None
    finally:
        text.detach()


class _BoundedLines:
    """The lines of a text, as long as a record can be that a table has: a file may be one line."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.record_chars = 0

    def __iter__(self) -> "_BoundedLines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_RECORD_CHARS + 1)
        if not line:
            raise StopIteration
        self.record_chars += len(line)
        if self.record_chars > MAX_RECORD_CHARS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        return line


def _cell(text: str) -> Cell:
    forced = _FORCED_TEXT.fullmatch(text)
    if forced is not None:
        return forced[1] or None
    if _GUARDED.match(text):
        return text[1:]
    return text or None
