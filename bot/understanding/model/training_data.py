"""Labelled messages from a spreadsheet: CSV (commas or semicolons; UTF-8, UTF-16 or Windows-1251) or XLSX."""

import csv
import errno
import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bounded_files import decode_text, open_regular, read_bounded
from bot.domain.sectors import Sector
from bot.os_errors import describe_os_error, os_error_remedy

TableRow = dict[str, str]

_HEADINGS = {
    "сообщение": "text",
    "текст": "text",
    "текст сообщения": "text",
    "код отрасли": "codes",
    "отрасль": "sector",
    "название отрасли": "sector",
    "район": "district",
}
"""Russian headings, also those of ``export``, as the names of columns."""
_FORMATS = (".csv", ".xlsx")
_GUARDED = re.compile(r"'[=+\-@\t\r\n＝＋－＠\d]")

MAX_CSV_BYTES, MAX_XLSX_BYTES, MAX_UNPACKED_BYTES = 256 << 20, 64 << 20, 128 << 20
MAX_ROWS, MAX_COLUMNS, MAX_CHARS = 500_000, 200, 100_000_000
"""Size limits of a table of past messages; training uses the latest 40,000 of them."""

_CELL_CHARS = 8  # that an empty cell counts for
_LARGE_PARTS = ("xl/worksheets/", "xl/sharedStrings")
_MAX_OTHER_PART_BYTES = 8 << 20  # styles and the like are read as a whole

_DAMAGED_FILE_ERRORS = (
    *(csv.Error, UnicodeError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, RecursionError),
    *(LookupError, ValueError, TypeError, AttributeError, SyntaxError, ArithmeticError),  # as openpyxl raises them
    *(NotImplementedError, RuntimeError),  # an unknown compression; a password
)


class TableError(Exception):
    """A table that cannot be read; the text gives the reason and the remedy, in Russian."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message with the sectors that are right for it, the preferred one first. ``weight``: its weight in training."""

    text: str
    codes: tuple[str, ...]
    district: str | None
    weight: float = 1.0


def read_table(file: Path, required_columns: Sequence[str] = ("text",)) -> list[TableRow]:
    """Read the rows of *file*, keyed by the names of the first row in lower case. Raises :class:`TableError`."""
    kind = file.suffix.casefold()
    if kind not in _FORMATS:
        raise TableError(f"Файл {file.name}: нужен CSV или XLSX. Сохраните таблицу в одном из этих форматов.")
    try:
        lines = list(_limited(_read_xlsx(file) if kind == ".xlsx" else _read_csv(file), file))
    except FileNotFoundError:
        raise TableError(f"Файла {file} нет. Проверьте путь.") from None
    except (*_DAMAGED_FILE_ERRORS, MemoryError, OSError) as error:
        raise _unreadable(file, error) from None
    if not lines:
        raise TableError(f"Файл {file.name} пуст. Первая строка должна назвать столбцы.")
    names = [_HEADINGS.get(name, name) for name in (heading.strip().casefold() for heading in lines[0])]
    missing = [name for name in required_columns if name not in names]
    if missing:
        raise TableError(
            f"В первой строке файла {file.name} нет столбца {', '.join(missing)}"
            f"{' или «Сообщение»' * ('text' in missing)}. Назовите его так."
        )
    return [
        dict(zip(names, [*map(_without_guard, line), *[""] * (len(names) - len(line))], strict=False))
        for line in lines[1:]
    ]


def _without_guard(cell: str) -> str:
    """Return *cell* without the apostrophe that ``export`` puts before what a spreadsheet would take for a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _limited(lines: Iterable[list[str]], file: Path) -> Iterator[list[str]]:
    """Yield the lines, as long as they are as many and as long as a table of messages can be."""
    rows = chars = 0
    for line in lines:
        rows, chars = rows + 1, chars + sum(map(len, line)) + _CELL_CHARS * len(line)
        if rows > MAX_ROWS or chars > MAX_CHARS or len(line) > MAX_COLUMNS:
            raise _too_large(file)
        yield line


def _unreadable(file: Path, error: Exception) -> TableError:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EFBIG or isinstance(error, MemoryError):
        return _too_large(file)
    if isinstance(error, OSError) and code is not None:
        return TableError(f"Файл {file.name}: {describe_os_error(error)}. {os_error_remedy(error)}.")
    return TableError(
        f"Файл {file.name} не читается ({type(error).__name__}). Откройте его в табличном редакторе и сохраните заново "
        "как CSV UTF-8 или XLSX."
    )


def _too_large(file: Path) -> TableError:
    return TableError(
        f"Файл {file.name} слишком большой: в таблице может быть до {MAX_ROWS} строк, {MAX_COLUMNS} столбцов и "
        f"{MAX_CHARS // 1_000_000} млн знаков. Оставьте столбцы с текстом и сектором и последние сообщения: обучение "
        "использует 40 тысяч."
    )


def _read_csv(file: Path) -> Iterable[list[str]]:
    text = decode_text(read_bounded(file, MAX_CSV_BYTES))
    head = text.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)


def _read_xlsx(file: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    with open_regular(file) as stream:
        if stream.seek(0, io.SEEK_END) > MAX_XLSX_BYTES:
            raise _too_large(file)
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
        # Reading stops at these sizes, whatever the compressed data would unpack to.
        other = [part.file_size for part in parts if not part.filename.startswith(_LARGE_PARTS)]
        if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or max(other, default=0) > _MAX_OTHER_PART_BYTES:
            raise _too_large(file)
        book: Any = load_workbook(stream, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a wrong one would make every row as wide as it says
            for line in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS, max_row=MAX_ROWS + 1):
                if line.count(None) < len(line):
                    yield ["" if cell is None else str(cell) for cell in line]
        finally:
            book.close()


def parse_examples(rows: Iterable[TableRow], sectors: Sequence[Sector]) -> tuple[list[Example], Counter[str]]:
    """Return the usable rows as examples, and the number of rows of each unknown sector.

    ``codes`` or ``sector`` names codes or titles of *sectors*, ``a|b`` if either is right.
    """
    by_name = {name.casefold(): sector.code for sector in sectors for name in (sector.title, sector.code)}
    found: list[Example] = []
    unknown: Counter[str] = Counter()
    for row in rows:
        named = [name.strip() for name in (row.get("codes") or row.get("sector") or "").split("|") if name.strip()]
        codes = dict.fromkeys(by_name[name.casefold()] for name in named if name.casefold() in by_name)
        unknown.update(name for name in named if name.casefold() not in by_name)
        if codes and row["text"].strip():
            found.append(Example(row["text"], tuple(codes), row.get("district", "").strip() or None))
    return found, unknown
