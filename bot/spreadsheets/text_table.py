"""Tables of text (CSV): every encoding, separator and end of line that spreadsheet programs write in Russia."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from bot.bounded_files import text_encoding
from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.sheets import MAX_COLUMNS, BrokenLine, Cell, Line, Sheet
from bot.spreadsheets.text_records import RecordReader

_SEPARATORS = ";\t,|"
_SAMPLE_LINES = 50
_MIN_SHARE_OF_USUAL_WIDTH = 0.9
"""Records that must have the same number of cells for a shorter one to be no row."""

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
    separators = told[1] if told else _SEPARATORS
    samples = {one: _count_widths(stream, encoding, one) for one in separators}
    separator = max(separators, key=lambda one: _agreement(samples[one]))
    form = _Form(encoding, separator, _usual_width(samples[separator]), has_separator_line=told is not None)
    return [Sheet(None, lambda: _lines(stream, form))]


@dataclass(frozen=True, slots=True)
class _Form:
    encoding: str
    separator: str
    width: int  # cells of a record; 0 if the records have no number of them in common
    has_separator_line: bool


def _beginning(stream: BinaryIO, encoding: str) -> str:
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    try:
        return text.readline(_SEPARATOR_LINE_CHARS)
    finally:
        text.detach()


def _count_widths(stream: BinaryIO, encoding: str, separator: str) -> Counter[int]:
    """Return how many of the first records have how many cells; a broken record has none."""
    sample = islice(_records(stream, encoding, separator, 0), _SAMPLE_LINES)
    try:
        return Counter(0 if isinstance(cells, BrokenLine) else len(cells) for _, cells in sample)
    except UnreadableFile:
        return Counter()


def _agreement(widths: Counter[int]) -> float:
    """Return how wide the lines are that agree about it, the less the fewer they are among all.

    A list in one long message has more lines than its table, and its own commas.
    """
    return max((width * count / widths.total() for width, count in widths.items() if width > 1), default=0)


def _usual_width(widths: Counter[int]) -> int:
    several = {width: count for width, count in widths.items() if width > 1}
    width, count = max(several.items(), key=lambda one: one[1], default=(0, 0))
    return width if count >= _MIN_SHARE_OF_USUAL_WIDTH * sum(several.values()) else 0


def _lines(stream: BinaryIO, form: _Form) -> Iterator[Line]:
    for line, texts in _records(stream, form.encoding, form.separator, form.width):
        if isinstance(texts, BrokenLine):
            yield line, texts
            continue
        if line == 1 and form.has_separator_line:
            continue
        if len(texts) > MAX_COLUMNS:
            raise UnreadableFile(FileFault.TOO_MANY_COLUMNS, line=line)
        cells: list[Cell] = [_cell(text) for text in texts]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield line, cells


def _records(
    stream: BinaryIO, encoding: str, separator: str, width: int
) -> Iterator[tuple[int, list[str] | BrokenLine]]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    try:
        yield from RecordReader(text, separator, width)
    finally:
        text.detach()


def _cell(text: str) -> Cell:
    forced = _FORCED_TEXT.fullmatch(text)
    if forced is not None:
        return forced[1] or None
    if _GUARDED.match(text):
        return text[1:]
    return text or None
