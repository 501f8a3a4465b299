"""Workbooks of Excel since 2007 (XLSX, XLSM), read row by row.

The libraries at hand do not bear foreign files: calamine 0.9 asks for memory by the last cell, and a file of 5 KB whose
last cell is XFD1048576 kills the process; openpyxl 3.1 is slower, keeps a part of every row, and refuses whole
workbooks whose styles it does not understand. A table needs little of the format: names of sheets, texts, which styles
are dates, and the cells.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import IO, BinaryIO

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.sheets import EPOCH_1900, EPOCH_1904, Line, Sheet
from bot.spreadsheets.workbook_cells import read_lines
from bot.spreadsheets.workbook_parts import read_date_styles, read_elements, read_texts

MAX_SHEET_BYTES, MAX_TEXTS_BYTES, MAX_PART_BYTES = 384 << 20, 64 << 20, 8 << 20
"""Unpacked sizes of the sheets together, of the common texts, and of any other part that is read."""

MAX_PARTS = 10_000
MAX_SHEETS = 255

_DEFAULT_WORKBOOK = "xl/workbook.xml"


def open_workbook(stream: BinaryIO) -> list[Sheet]:
    """Return the sheets of the workbook in *stream*, those that people see first.

    Raises :class:`UnreadableFile`, and the errors of a damaged file (``sheets.DAMAGED_FILE_ERRORS``).
    """
    archive = zipfile.ZipFile(stream)
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise UnreadableFile(FileFault.TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):  # a password of the archive
        raise UnreadableFile(FileFault.ENCRYPTED)
    return _Workbook(archive).sheets()


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_part_key(part.filename): part for part in archive.infolist()}

    def sheets(self) -> list[Sheet]:
        path = self._find_workbook()
        targets = self._relations(path)
        epoch = EPOCH_1900
        found: list[tuple[bool, str, str]] = []
        with self._open(path, MAX_PART_BYTES) as stream:
            for name, attributes in read_elements(stream):
                if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                    epoch = EPOCH_1904
                elif name == "sheet":
                    relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                    kind, target = targets.get(relation, ("", ""))
                    if kind.endswith("/worksheet") and target in self._parts:
                        is_hidden = attributes.get("state", "visible") != "visible"
                        found.append((is_hidden, attributes.get("name", ""), target))
        if sum(self._parts[target].file_size for _, _, target in found) > MAX_SHEET_BYTES or len(found) > MAX_SHEETS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        texts: list[str] = []
        date_styles: frozenset[str] = frozenset()
        for kind, target in targets.values():
            if kind.endswith("/styles") and target in self._parts:
                with self._open(target, MAX_PART_BYTES) as stream:
                    date_styles = read_date_styles(stream)
            elif kind.endswith("/sharedStrings") and target in self._parts:
                with self._open(target, MAX_TEXTS_BYTES) as stream:
                    texts = read_texts(stream)

        def lines(target: str) -> Iterator[Line]:
            with self._open(target, MAX_SHEET_BYTES) as stream:
                yield from read_lines(stream, texts, date_styles, epoch)

        # Sorting keeps the order of the workbook among the sheets that people see, and among the others.
        return [Sheet(name, partial(lines, target), epoch) for _, name, target in sorted(found, key=lambda one: one[0])]

    def _find_workbook(self) -> str:
        for kind, target in self._relations("").values():
            if kind.endswith("/officeDocument") and target in self._parts:
                if target.endswith((".bin", "document.xml", "presentation.xml")):
                    is_book = target.endswith(".bin")
                    raise UnreadableFile(FileFault.OTHER_FORMAT if is_book else FileFault.NOT_A_TABLE)
                return target
        if _DEFAULT_WORKBOOK in self._parts:
            return _DEFAULT_WORKBOOK
        is_open_document = "content.xml" in self._parts
        raise UnreadableFile(FileFault.OTHER_FORMAT if is_open_document else FileFault.NOT_A_TABLE)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the path of each part that *part* names ("": that the file names), by its id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._parts:
            return {}
        with self._open(path, MAX_PART_BYTES) as stream:
            elements = read_elements(stream)
        found: dict[str, tuple[str, str]] = {}
        for element, attributes in elements:
            if element == "Relationship":
                target = attributes.get("Target", "")
                full = target if target.startswith(("/", "\\")) else posixpath.join(folder, target)
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), _part_key(full))
        return found

    def _open(self, part: str, limit: int) -> IO[bytes]:
        found = self._parts[part]
        if found.file_size > limit:
            raise UnreadableFile(FileFault.TOO_LARGE)
        # zipfile ends a part at its declared size, whatever the compressed data would unpack to.
        return self._archive.open(found)


def _part_key(name: str) -> str:
    """Return the name by which a part is found: some programs write «xl\\SharedStrings.xml»."""
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").casefold()
