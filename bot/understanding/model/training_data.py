"""Labelled messages from a spreadsheet: CSV (with commas or semicolons, UTF-8 or Windows-1251) or XLSX."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.sectors import Sector

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
        lines = list(_read_xlsx(file) if kind == ".xlsx" else _read_csv(file))
    except FileNotFoundError:
        raise TableError(f"Файла {file} нет. Проверьте путь.") from None
    except (OSError, csv.Error, UnicodeError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise TableError(
            f"Файл {file.name} не читается ({type(error).__name__}). Откройте его в табличном редакторе и сохраните "
            "заново как CSV UTF-8 или XLSX."
        ) from None
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


def _read_csv(file: Path) -> Iterable[list[str]]:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1251")  # the encoding of spreadsheets on Russian Windows
    head = text.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)


def _read_xlsx(file: Path) -> Iterable[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book: Any = load_workbook(file, read_only=True, data_only=True)
    except InvalidFileException:
        raise ValueError from None
    try:
        return [
            ["" if cell is None else str(cell) for cell in line]
            for line in book.worksheets[0].iter_rows(values_only=True)
            if any(cell is not None for cell in line)
        ]
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
