"""Workbooks of Excel before 2007: BIFF8 records in a compound file, as [MS-XLS] and [MS-CFB] describe them."""

import struct
from collections.abc import Sequence
from datetime import datetime

from tests.unit.spreadsheets.tables import Table, Value

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
GENERAL_STYLE, DATE_STYLE = 0, 1
_DAY_ZERO = datetime.fromisoformat("1899-12-30")
_DAYS_TO_1904 = 1462


def xls(*sheets: Table, is_1904: bool = False, names: Sequence[str] = ()) -> bytes:
    """Return a workbook; moments become serial numbers with a date format."""
    days = _DAYS_TO_1904 if is_1904 else 0
    bodies = [_sheet(table, days) for table in sheets]
    titles = list(names) or [f"Лист{at + 1}" for at in range(len(sheets))]
    before = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x22, struct.pack("<H", is_1904))
    for format_number in (0, 22):  # general; «m/d/yy h:mm»
        before += _record(0xE0, struct.pack("<HHHBBBBiiH", 0, format_number, 0, 0, 0, 0, 0, 0, 0, 0))
    head_size = len(before) + sum(12 + 2 * len(title) for title in titles) + 4
    position, entries = head_size, b""
    for title, body in zip(titles, bodies, strict=True):
        entries += _record(0x85, struct.pack("<IBBBB", position, 0, 0, len(title), 1) + title.encode("utf-16-le"))
        position += len(body)
    return compound({"Workbook": before + entries + _record(0x0A, b"") + b"".join(bodies)})


def _sheet(table: Table, days: int) -> bytes:
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for line, cells in enumerate(table):
        for column, value in enumerate(cells):
            body += _cell(line, column, value, days)
    return body + _record(0x0A, b"")


def _cell(line: int, column: int, value: Value, days: int) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bool):
        return _record(0x205, struct.pack("<HHHBB", line, column, GENERAL_STYLE, value, 0))
    if isinstance(value, datetime):
        serial = (value - _DAY_ZERO).total_seconds() / 86_400 - days
        return _record(0x203, struct.pack("<HHHd", line, column, DATE_STYLE, serial))
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x204, struct.pack("<HHHHB", line, column, GENERAL_STYLE, len(text) // 2, 1) + text)
    return _record(0x203, struct.pack("<HHHd", line, column, GENERAL_STYLE, value))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file; a stream below 4096 bytes is filled up, so that none belongs into the small sectors."""
    padded = [content.ljust(max(4096, -len(content) % SECTOR + len(content)), b"\x00") for content in streams.values()]
    counts = [len(content) // SECTOR for content in padded]
    fat_sectors = 1
    while (fat_sectors + 1 + sum(counts)) > fat_sectors * (SECTOR // 4):
        fat_sectors += 1
    fat = [FAT] * fat_sectors + [END]
    entries = _entry("Root Entry", 5, END, 0, child=1)
    for at, (name, count, content) in enumerate(zip(streams, counts, padded, strict=True)):
        start = len(fat)
        fat += [*range(start + 1, start + count), END]
        is_last = at == len(streams) - 1
        entries += _entry(name, 2, start, len(content), right=FREE if is_last else at + 2)
    fat += [FREE] * (fat_sectors * (SECTOR // 4) - len(fat))
    listed = [*range(fat_sectors), *[FREE] * (109 - fat_sectors)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIII", fat_sectors, fat_sectors, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *listed)
    return header + struct.pack(f"<{len(fat)}I", *fat) + entries.ljust(SECTOR, b"\x00") + b"".join(padded)


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = (name + "\x00").encode("utf-16-le")
    head = text.ljust(64, b"\x00") + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
    return head + bytes(36) + struct.pack("<III", start, size, 0)
