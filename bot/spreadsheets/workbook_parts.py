"""The parts of a workbook besides its sheets: relations, the list of sheets, date styles, common texts."""

import re
from typing import IO

from bot.domain.imports import FileFault, UnreadableFile
from bot.spreadsheets.dates import is_date_format
from bot.spreadsheets.foreign_xml import feed, local_name
from bot.spreadsheets.sheets import MAX_CELL_CHARS

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the date formats that every workbook has (ECMA-376, 18.8.30)."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Element = tuple[str, dict[str, str]]
"""The name of an element, without its prefix, and its attributes."""


class _Elements:
    """The elements of a small part, in their order; the end of one is its name after a slash."""

    def __init__(self) -> None:
        self.found: list[Element] = []

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.append((local_name(name), attributes))

    def on_end(self, name: str) -> None:
        self.found.append(("/" + local_name(name), {}))

    def on_text(self, text: str) -> None:
        """Leave it: these parts say everything in attributes."""


def read_elements(stream: IO[bytes]) -> list[Element]:
    """Return the elements of a small part."""
    handler = _Elements()
    for _ in feed(stream, handler):
        pass
    return handler.found


def read_date_styles(stream: IO[bytes]) -> frozenset[str]:
    """Return the numbers of the cell styles that show a number as a date."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    is_inside = False
    for name, attributes in read_elements(stream):
        if name in ("cellXfs", "/cellXfs"):
            is_inside = name == "cellXfs"
        elif name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and is_inside:
            styles.append(attributes.get("numFmtId", "0"))
    dates = {number for number, code in formats.items() if is_date_format(code)}
    dates |= {str(number) for number in _BUILT_IN_DATES if str(number) not in formats}
    return frozenset(str(at) for at, number in enumerate(styles) if number in dates)


def read_texts(stream: IO[bytes]) -> list[str]:
    """Return the common texts of the workbook; the pieces of one that differ in their font are put together."""
    handler = _Texts()
    for _ in feed(stream, handler):
        pass
    return handler.found


class _Texts:
    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = False

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        short = local_name(name)
        if short == "t":
            self._is_text = not self._is_phonetic
        elif short == "rPh":
            self._is_phonetic = True

    def on_end(self, name: str) -> None:
        short = local_name(name)
        if short == "t":
            self._is_text = False
        elif short == "rPh":
            self._is_phonetic = False
        elif short == "si":
            self.found.append(unescaped("".join(self._pieces)))
            self._pieces.clear()

    def on_text(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)


def unescaped(text: str) -> str:
    """Return *text* with the characters that XML cannot hold, which Excel writes as «_x000D_»."""
    if len(text) > MAX_CELL_CHARS:
        raise UnreadableFile(FileFault.TOO_LARGE)
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
