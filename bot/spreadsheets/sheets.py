"""Sheets of plain cells, the form in which the file of any spreadsheet program is read, and their limits."""

import csv
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO

from bot.domain.imports import FileFault, UnreadableFile

Cell = str | float | datetime | None
"""A cell: words, a number, a local moment that the spreadsheet shows as a date, or nothing.

An empty text is ``None``; «истина» and «ложь» are «Да» and «Нет».
"""

Line = tuple[int, list[Cell]]
"""A line that is not empty: its number as a spreadsheet program shows it, and its cells from column A on.

A line that cannot be divided into its cells has a :class:`BrokenLine` instead.
"""


class BrokenLine(list[Cell]):
    """The first cells of a line of a text whose quotes are wrong, up to the first one that is not certain.

    ``width``: the number of cells that the line would have if its quotes were letters like others.
    """

    def __init__(self, cells: Iterable[Cell], width: int) -> None:
        super().__init__(cells)
        self.width = width


EPOCH_1900, EPOCH_1904 = (datetime.combine(day, time.min) for day in (date(1899, 12, 30), date(1904, 1, 1)))
"""Day 0 of the two ways in which workbooks count days. Excel takes 1900 for a leap year, so its day 1 is one later."""

MAX_FILE_BYTES = 64 << 20
MAX_LINES = 1_048_576
"""Lines of a sheet in the present format; those of the old one and of texts can be no more."""

MAX_COLUMNS = 1000
"""Columns that may hold something: a table of people is narrower, and every line takes memory by its width."""

MAX_CELL_CHARS = 131_072
"""Characters in a cell; Excel writes 32,767."""

DAMAGED_FILE_ERRORS = (
    *(csv.Error, UnicodeError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, RecursionError),
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError, ArithmeticError),  # as xlrd raises them
    *(NotImplementedError, RuntimeError),  # an unknown compression; a password
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``lines`` may be called again and again, as long as the file is open."""

    name: str | None  # None: the format has no sheets
    lines: Callable[[], Iterator[Line]]
    epoch: datetime = EPOCH_1900


@contextmanager
def faults_as_refusals() -> Iterator[None]:
    """Turn the errors of a damaged file into :class:`UnreadableFile`."""
    try:
        yield
    except UnreadableFile:
        raise
    except MemoryError:
        raise UnreadableFile(FileFault.TOO_LARGE) from None
    except DAMAGED_FILE_ERRORS:
        raise UnreadableFile(FileFault.DAMAGED) from None


def file_size(stream: BinaryIO) -> int:
    """Return the size of *stream* in bytes, and go back to its beginning."""
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
