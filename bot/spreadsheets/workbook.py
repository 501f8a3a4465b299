"""Workbooks of Excel since 2007 (XLSX, XLSM), read row by row.

The libraries at hand do not bear foreign files: calamine 0.9 asks for memory by the last cell, and a file of 5 KB whose
last cell is XFD1048576 kills the process; openpyxl 3.1 needs five times as long, keeps every row, and refuses whole
workbooks whose styles it does not understand. A table needs little of the format: names of sheets, texts, which styles
are dates, and the cells.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.dates import is_date_format, moment_of_serial
from bot.spreadsheets.sheets import EPOCH_1900, EPOCH_1904, MAX_CELL_CHARS, MAX_COLUMNS, MAX_LINES, Cell, Line, Sheet
from bot.spreadsheets.xml_events import Event, Kind, read_xml

MAX_SHEET_BYTES, MAX_TEXTS_BYTES, MAX_PART_BYTES = 384 << 20, 96 << 20, 8 << 20
"""Unpacked sizes of the sheets together, of the common texts, and of any other part that is read."""

MAX_SHEETS = 255

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the date formats that every workbook has (ECMA-376, 18.8.30)."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DEFAULT_WORKBOOK = "xl/workbook.xml"


def open_workbook(stream: BinaryIO) -> list[Sheet]:
    """Return the sheets of the workbook in *stream*, those that people see first.

    Raises :class:`UnreadableFile`, and the errors of a damaged file (``sheets.DAMAGED_FILE_ERRORS``).
    """
    return _Workbook(zipfile.ZipFile(stream)).sheets()


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sizes = {part.filename: part.file_size for part in archive.infolist()}
        # Entries of a password-protected archive, which Excel itself never writes.
        if any(part.flag_bits & 1 for part in archive.infolist()):
            raise UnreadableFile(FileFault.ENCRYPTED)
        self._path = self._find_workbook()
        self._epoch = EPOCH_1900
        self._texts: list[str] = []
        self._date_styles: frozenset[int] = frozenset()

    def sheets(self) -> list[Sheet]:
        targets = self._relations(self._path)
        found: list[tuple[bool, str, str]] = []
        for event in self._read(self._path, MAX_PART_BYTES):
            if event.kind == Kind.START and event.name == "workbookPr":
                is_1904 = event.attributes.get("date1904") in ("1", "true")
                self._epoch = EPOCH_1904 if is_1904 else EPOCH_1900
            elif event.kind == Kind.START and event.name == "sheet":
                relation = next((value for key, value in event.attributes.items() if key.endswith(":id")), "")
                kind, target = targets.get(relation, ("", ""))
                if kind.endswith("/worksheet") and target in self._sizes:
                    is_hidden = event.attributes.get("state", "visible") != "visible"
                    found.append((is_hidden, event.attributes.get("name", ""), target))
        total = sum(self._sizes[target] for _, _, target in found)
        if total > MAX_SHEET_BYTES or len(found) > MAX_SHEETS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        for kind, target in targets.values():
            if kind.endswith("/styles") and target in self._sizes:
                self._date_styles = self._read_date_styles(target)
            elif kind.endswith("/sharedStrings") and target in self._sizes:
                self._texts = list(self._read_texts(target))
        # Sorting keeps the order of the workbook among the visible ones and among the others.
        return [
            Sheet(name, partial(self._lines, target), self._epoch)
            for _, name, target in sorted(found, key=lambda one: one[0])
        ]

    def _find_workbook(self) -> str:
        for kind, target in self._relations("").values():
            if kind.endswith("/officeDocument") and target in self._sizes:
                return target
        if _DEFAULT_WORKBOOK in self._sizes:
            return _DEFAULT_WORKBOOK
        names = set(self._sizes)
        if "content.xml" in names or any(name.endswith("workbook.bin") for name in names):
            raise UnreadableFile(FileFault.OTHER_FORMAT)  # OpenDocument; XLSB
        raise UnreadableFile(FileFault.NOT_A_TABLE)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the path of each part that *part* names ("": of the whole file), by its id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._sizes:
            return {}
        found = {}
        for event in self._read(path, MAX_PART_BYTES):
            if event.kind == Kind.START and event.name == "Relationship":
                target = event.attributes.get("Target", "")
                full = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = event.attributes.get("Type", "")
                if full.endswith("workbook.bin"):
                    raise UnreadableFile(FileFault.OTHER_FORMAT)
                found[event.attributes.get("Id", "")] = (kind, posixpath.normpath(full))
        return found

    def _read(self, part: str, limit: int) -> Iterator[Event]:
        if self._sizes[part] > limit:
            raise UnreadableFile(FileFault.TOO_LARGE)
        with self._archive.open(part) as stream:
            # zipfile ends a part at its declared size, whatever the compressed data would unpack to.
            yield from read_xml(stream)

    def _read_date_styles(self, part: str) -> frozenset[int]:
        """Return the numbers of the cell styles that show a number as a date."""
        formats: dict[str, str] = {}
        styles: list[str] = []
        is_inside = False
        for event in self._read(part, MAX_PART_BYTES):
            if event.name == "cellXfs":
                is_inside = event.kind == Kind.START
            elif event.kind == Kind.START and event.name == "numFmt":
                formats[event.attributes.get("numFmtId", "")] = event.attributes.get("formatCode", "")
            elif event.kind == Kind.START and event.name == "xf" and is_inside:
                styles.append(event.attributes.get("numFmtId", "0"))
        dates = {number for number, code in formats.items() if is_date_format(code)}
        dates |= {str(number) for number in _BUILT_IN_DATES if str(number) not in formats}
        return frozenset(at for at, number in enumerate(styles) if number in dates)

    def _read_texts(self, part: str) -> Iterator[str]:
        """Yield the common texts; the parts of one that differ in their font are put together."""
        pieces: list[str] = []
        is_phonetic = False
        for event in self._read(part, MAX_TEXTS_BYTES):
            if event.kind == Kind.START:
                if event.name == "rPh":
                    is_phonetic = True
            elif event.name == "t":
                if not is_phonetic:
                    pieces.append(event.text)
            elif event.name == "rPh":
                is_phonetic = False
            elif event.name == "si":
                yield _unescaped("".join(pieces))
                pieces.clear()

    def _lines(self, part: str) -> Iterator[Line]:
        cells: list[Cell] = []
        line = column = count = 0
        kind = style = ""
        value = ""
        for event in self._read(part, MAX_SHEET_BYTES):
            name = event.name
            if event.kind == Kind.START:
                if name == "c":
                    place = event.attributes.get("r")
                    column = _column_of(place) if place else column + 1
                    kind, style = event.attributes.get("t", "n"), event.attributes.get("s", "0")
                    value = ""
                elif name == "row":
                    line = int(event.attributes.get("r") or line + 1)
                    cells, column, count = [], 0, count + 1
                    if not 0 < line <= MAX_LINES or count > MAX_LINES:
                        raise UnreadableFile(FileFault.TOO_MANY_ROWS)
            elif name == "v":
                value = event.text
            elif name == "t":
                value += event.text
            elif name == "c":
                cell = self._cell(kind, style, value) if value else None
                if cell is not None:
                    if column > MAX_COLUMNS:
                        raise UnreadableFile(FileFault.TOO_MANY_COLUMNS, line=line)
                    cells.extend([None] * (column - 1 - len(cells)))
                    cells[column - 1 :] = [cell]
            elif name == "row" and cells:
                yield line, cells

    def _cell(self, kind: str, style: str, value: str) -> Cell:
        if kind == "s":
            text = self._texts[int(value)]
            return text or None
        if kind == "n":
            number = float(value)
            if int(style) in self._date_styles:
                return moment_of_serial(number, self._epoch) or number
            return number
        if kind == "b":
            return "Да" if value.strip() in ("1", "true") else "Нет"
        if kind == "e":  # «#Н/Д» and other errors of formulas
            return None
        if kind == "d":
            return datetime.fromisoformat(value.strip()).replace(tzinfo=None)
        return _unescaped(value)  # "str", "inlineStr"


def _column_of(place: str) -> int:
    """Return 28 for «AB17»."""
    column = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= 16_384:
        raise ValueError("not a place of a cell")
    return column


def _unescaped(text: str) -> str:
    """Return *text* with the characters that XML cannot hold, which Excel writes as «_x000D_»."""
    if len(text) > MAX_CELL_CHARS:
        raise UnreadableFile(FileFault.TOO_LARGE)
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
