"""Opening of a file as a book of sheets, by its content."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from bot.bounded_files import open_regular
from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.sheets import MAX_FILE_BYTES, Line, Sheet, faults_as_refusals, file_size
from bot.spreadsheets.text_table import open_text_table
from bot.spreadsheets.workbook import open_workbook

MAX_OLD_BOOK_BYTES = 40 << 20
"""XLS is read as a whole: a record of 15 bytes can become a text of 80 bytes in the memory."""

_HEAD_BYTES = 4096
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BOOK_MARKS = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
"""Books of Excel 2 to 4, which are in no container, and later ones without theirs."""

_OTHER_MARKS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"%PDF", b"{\\rtf", b"\x7fELF", b"MZ", b"Rar!", b"7z\xbc\xaf"),
    *(b"\x1f\x8b", b"RIFF", b"II*\x00", b"MM\x00*", b"SQLite format"),
)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes({*range(32)} - {9, 10, 12, 13, 26, 27})


@contextmanager
def open_book(data: bytes | Path) -> Iterator[list[Sheet]]:
    """Open a file of any format for reading; its sheets can be read until the context ends.

    Raises :class:`UnreadableFile`.
    """
    with _open(data) as stream:
        yield open_sheets(stream)


def open_sheets(stream: BinaryIO, max_text_bytes: int = MAX_FILE_BYTES) -> list[Sheet]:
    """Return the sheets of a file that is open; the first is the first that people see in it.

    Raises :class:`UnreadableFile`, and so does reading their lines. A text may have *max_text_bytes*.
    """
    with faults_as_refusals():
        sheets = _sheets(stream, max_text_bytes)
    return [replace(sheet, lines=partial(_refusing, sheet.lines)) for sheet in sheets]


def _sheets(stream: BinaryIO, max_text_bytes: int) -> list[Sheet]:
    size = file_size(stream)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    is_workbook, is_old = head.startswith(_ZIP_MARKS), head.startswith(_COMPOUND_MARK)
    if size > (MAX_FILE_BYTES if is_workbook else MAX_OLD_BOOK_BYTES if is_old else max_text_bytes):
        raise UnreadableFile(FileFault.TOO_LARGE)
    if is_workbook:
        return open_workbook(stream)
    if is_old:
        from bot.spreadsheets.old_workbook import open_old_workbook  # xlrd is seldom needed

        return open_old_workbook(stream)
    _check_text(head)
    return open_text_table(stream)


def _refusing(lines: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    """Yield the lines; only the errors of reading them are refusals, not those of the code that takes them."""
    found = lines()
    while True:
        with faults_as_refusals():
            line = next(found, None)
        if line is None:
            return
        yield line


@contextmanager
def _open(data: bytes | Path) -> Iterator[BinaryIO]:
    if isinstance(data, bytes):
        yield io.BytesIO(data)
        return
    try:
        stream = open_regular(data)
    except OSError as error:
        raise UnreadableFile(FileFault.UNREADABLE) from error
    with stream:
        yield stream


def _check_text(head: bytes) -> None:
    """Refuse what is no table of text, though somebody may have called it one."""
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile(FileFault.NOT_A_TABLE if b"\x00" in head else FileFault.EMPTY)
    if head.startswith(_BARE_BOOK_MARKS):
        raise UnreadableFile(FileFault.OTHER_FORMAT)
    if head.startswith(_OTHER_MARKS):
        raise UnreadableFile(FileFault.NOT_A_TABLE)
    is_wide = head.startswith(_UTF16_MARKS) or b"\x00" in head[:200]
    text = head.replace(b"\x00", b"") if is_wide else head
    beginning = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<div")):
        raise UnreadableFile(FileFault.WEB_PAGE)
    if beginning.startswith(b"<?xml") or b"mime-version:" in beginning[:200]:
        is_page = b"<html" in beginning or b"mime-version:" in beginning[:200]
        raise UnreadableFile(FileFault.WEB_PAGE if is_page else FileFault.OTHER_FORMAT)
    if not is_wide and len(text.translate(None, _CONTROLS)) < len(text):
        raise UnreadableFile(FileFault.NOT_A_TABLE)
