"""The file with the list of streets: CSV as spreadsheet programs save it, in UTF-8, UTF-16 or Windows-1251."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bounded_files import decode_text, read_bounded
from bot.config.errors import Fault
from bot.domain.streets import StreetRow, parse_houses

if TYPE_CHECKING:
    from _csv import Reader

MAX_FILE_BYTES = 16 << 20
"""Size limit; the streets of Moscow have less than a megabyte."""

MAX_ROWS = 200_000

GAZETTEER_KEY = "places.gazetteer"
_COLUMNS = {
    "street": ("street", "улица", "место", "название"),
    "settlement": ("settlement", "населённый пункт", "населенный пункт", "нас. пункт", "нп"),
    "houses": ("houses", "house", "house_range", "house range", "дома", "дом"),
    "district": ("district", "район", "округ"),
    "latitude": ("latitude", "lat", "широта"),
    "longitude": ("longitude", "lon", "lng", "долгота"),
}
_REMEDY = (
    "первая строка файла называет столбцы: street, settlement, houses, district, latitude, longitude "
    "(или улица, населённый пункт, дома, район, широта, долгота); обязателен только первый"
)
_MAX_FAULTS = 5
_MAX_NAME_CHARS = 100


class _InvalidLine(ValueError):
    """Return the fault of one line, with an example of a correct one."""


def read_gazetteer(file: Path) -> tuple[list[StreetRow], list[Fault]]:
    """Read the rows of *file* and its faults; rows with a fault are left out. Raises ``OSError``."""
    text = decode_text(read_bounded(file, MAX_FILE_BYTES))
    first = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    try:
        return _read_rows(reader)
    except csv.Error:  # a cell of 128 KB, for which an unclosed quotation mark is the usual reason
        remedy = "проверьте кавычки в этой строке и сохраните список заново как CSV UTF-8"
        return [], [Fault(GAZETTEER_KEY, f"строка {reader.line_num}: это не похоже на таблицу CSV", remedy)]


def _read_rows(reader: "Reader") -> tuple[list[StreetRow], list[Fault]]:
    names = [name.strip().casefold() for name in next(reader, [])]
    columns = {
        column: names.index(alias) for column, aliases in _COLUMNS.items() for alias in aliases if alias in names
    }
    if "street" not in columns:
        return [], [Fault(GAZETTEER_KEY, "в списке улиц нет столбца с названием улицы", _REMEDY)]
    rows: list[StreetRow] = []
    faults: list[Fault] = []
    unnamed = 0  # faults that are only counted
    for cells in reader:
        values = {column: cells[at].strip() if at < len(cells) else "" for column, at in columns.items()}
        if not any(values.values()):
            continue
        if len(rows) == MAX_ROWS:
            remedy = "оставьте улицы своего муниципалитета"
            return [], [Fault(GAZETTEER_KEY, f"в списке больше {MAX_ROWS} строк", remedy)]
        try:
            rows.append(_parse_row(values))
        except _InvalidLine as bad:
            if len(faults) == _MAX_FAULTS:
                unnamed += 1
                continue
            problem, remedy = bad.args
            faults.append(Fault(GAZETTEER_KEY, f"строка {reader.line_num}: {problem}", remedy))
    if unnamed:
        remedy = "исправьте названные, потом проверьте снова"
        faults.append(Fault(GAZETTEER_KEY, f"и ещё строк с ошибками: {unnamed}", remedy))
    if not rows and not faults:
        faults.append(Fault(GAZETTEER_KEY, "список улиц пуст", "добавьте в него строки или удалите ключ"))
    return rows, faults


def _parse_row(values: Mapping[str, str]) -> StreetRow:
    street, settlement = values["street"], values.get("settlement", "")
    if max(len(street), len(settlement)) > _MAX_NAME_CHARS:
        raise _InvalidLine("название длиннее 100 знаков", "впишите название")
    if not street and not settlement:
        raise _InvalidLine("нет названия улицы", "впишите название")
    try:
        houses = parse_houses(values.get("houses", ""))
    except ValueError as error:
        problem = f"не понять номера домов «{str(error)[:40]}»"
        raise _InvalidLine(problem, "пишите так: 1-45, или 2-44 чёт, или 7, 9, 11а") from None
    latitude = _parse_degrees(values.get("latitude", ""), 90)
    longitude = _parse_degrees(values.get("longitude", ""), 180)
    if (latitude is None) is not (longitude is None):
        raise _InvalidLine("указана только одна из координат", "впишите и широту, и долготу, или ни одной")
    district = values.get("district", "")[:_MAX_NAME_CHARS] or None
    return StreetRow(street, houses, district, latitude, longitude, settlement or None)


def _parse_degrees(text: str, maximum: int) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = maximum + 1.0
    if not -maximum <= value <= maximum:
        raise _InvalidLine(
            f"координата «{text[:20]}» не годится", f"это число от -{maximum} до {maximum}, например 45.4712"
        )
    return value
