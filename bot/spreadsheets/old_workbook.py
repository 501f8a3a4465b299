"""Workbooks of Excel before 2007 (XLS)."""

import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO

import xlrd

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.dates import moment_of_serial
from bot.spreadsheets.sheets import EPOCH_1900, EPOCH_1904, MAX_CELL_CHARS, Cell, Line, Sheet

_HEAD_BYTES = 1 << 20
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""A stream of the container that Excel puts a workbook with a password into."""

_VISIBLE = 0


def open_old_workbook(stream: BinaryIO) -> list[Sheet]:
    """Return the sheets of the workbook in *stream*, those that people see first.

    Raises :class:`UnreadableFile`, and the errors of a damaged file (``sheets.DAMAGED_FILE_ERRORS``).
    """
    data = stream.read()
    try:
        # What xlrd prints about a strange file is nothing for the log: it may quote it.
        book = xlrd.open_workbook(file_contents=data, on_demand=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if _ENCRYPTED_PACKAGE in data or "encrypted" in str(error):
            raise UnreadableFile(FileFault.ENCRYPTED) from None
        if "Can't find workbook" in str(error):
            raise UnreadableFile(FileFault.NOT_A_TABLE) from None
        raise UnreadableFile(FileFault.DAMAGED) from None
    except xlrd.compdoc.CompDocError:
        raise UnreadableFile(FileFault.DAMAGED) from None
    epoch = EPOCH_1904 if book.datemode else EPOCH_1900
    order = sorted(range(book.nsheets), key=lambda at: book._sheet_visibility[at] != _VISIBLE)
    return [Sheet(book.sheet_names()[at], partial(_lines, book, at, epoch), epoch) for at in order]


def _lines(book: xlrd.Book, at: int, epoch: datetime) -> Iterator[Line]:
    try:
        sheet = book.sheet_by_index(at)
    except xlrd.XLRDError:
        raise UnreadableFile(FileFault.DAMAGED) from None
    for line in range(sheet.nrows):
        types, values = sheet.row_types(line), sheet.row_values(line)
        cells = [_cell(kind, value, epoch) for kind, value in zip(types, values, strict=True)]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield line + 1, cells


def _cell(kind: int, value: str | float, epoch: datetime) -> Cell:
    if kind == xlrd.XL_CELL_TEXT:
        text = str(value)
        if len(text) > MAX_CELL_CHARS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        return text or None
    if kind == xlrd.XL_CELL_NUMBER:
        return float(value)
    if kind == xlrd.XL_CELL_DATE:
        return moment_of_serial(float(value), epoch) or float(value)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "Да" if value else "Нет"
    return None
