"""Labelled messages from a spreadsheet: CSV or XLSX, in every form that :mod:`bot.spreadsheets` reads."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.bounded_files import open_regular
from bot.domain.imports import FileFault, UnreadableFile
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

MAX_CSV_BYTES = 256 << 20
MAX_ROWS, MAX_COLUMNS, MAX_CHARS = 500_000, 200, 100_000_000
"""Size limits of a table of past messages; training uses the latest 40,000 of them."""

_CELL_CHARS = 8  # that an empty cell counts for
_SIZE_FAULTS = (FileFault.TOO_LARGE, FileFault.TOO_MANY_ROWS, FileFault.TOO_MANY_COLUMNS)


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
    if file.is_dir():
        raise TableError(f"«{file}» — папка, а нужен файл CSV или XLSX. Укажите файл.")
    if kind not in _FORMATS:
        raise TableError(f"Файл {file.name}: нужен CSV или XLSX. Сохраните таблицу в одном из этих форматов.")
    try:
        lines = list(_limited(_read_lines(file), file))
    except FileNotFoundError:
        raise TableError(f"Файла {file} нет. Проверьте путь.") from None
    except OSError as error:
        raise TableError(f"Файл {file.name}: {describe_os_error(error)}. {os_error_remedy(error)}.") from None
    except UnreadableFile as error:
        raise _too_large(file) if error.fault in _SIZE_FAULTS else _unreadable(file, error.fault) from None
    if not lines:
        raise TableError(f"Файл {file.name} пуст. Первая строка должна назвать столбцы.")
    names = [_HEADINGS.get(name, name) for name in (heading.strip().casefold() for heading in lines[0])]
    missing = [name for name in required_columns if name not in names]
    if missing:
        raise TableError(
            f"В первой строке файла {file.name} нет столбца {', '.join(missing)}"
            f"{' или «Сообщение»' * ('text' in missing)}. Назовите его так."
        )
    return [dict(zip(names, [*line, *[""] * (len(names) - len(line))], strict=False)) for line in lines[1:]]


def _limited(lines: Iterable[list[str]], file: Path) -> Iterator[list[str]]:
    """Yield the lines, as long as they are as many and as long as a table of messages can be."""
    rows = chars = 0
    for line in lines:
        rows, chars = rows + 1, chars + sum(map(len, line)) + _CELL_CHARS * len(line)
        if rows > MAX_ROWS or chars > MAX_CHARS or len(line) > MAX_COLUMNS:
            raise _too_large(file)
        yield line


def _unreadable(file: Path, fault: FileFault) -> TableError:
    if fault is FileFault.EMPTY:
        return TableError(f"Файл {file.name} пуст. Первая строка должна назвать столбцы.")
    return TableError(
        f"Файл {file.name} не читается ({fault.value}). Откройте его в табличном редакторе и сохраните заново "
        "как CSV UTF-8 или XLSX."
    )


def _too_large(file: Path) -> TableError:
    return TableError(
        f"Файл {file.name} слишком большой: в таблице может быть до {MAX_ROWS} строк, {MAX_COLUMNS} столбцов и "
        f"{MAX_CHARS // 1_000_000} млн знаков. Оставьте столбцы с текстом и сектором и последние сообщения: обучение "
        "использует 40 тысяч."
    )


def _read_lines(file: Path) -> Iterator[list[str]]:
    """Yield the lines of the first sheet that are not empty."""
    from bot.spreadsheets.books import open_sheets
    from bot.spreadsheets.sheets import BrokenLine
    from bot.spreadsheets.values import text_of

    with open_regular(file) as stream:
        for sheet in open_sheets(stream, MAX_CSV_BYTES)[:1]:
            for number, cells in sheet.lines():
                if isinstance(cells, BrokenLine):
                    raise UnreadableFile(FileFault.DAMAGED, line=number)
                yield [text_of(cell) or "" for cell in cells]


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
