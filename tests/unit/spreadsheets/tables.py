"""Files of tables, as the spreadsheet programs of other systems write them."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from bot.domain.imports import ImportedRow, RefusedRow
from bot.domain.layouts import BUILT_IN, Layout
from bot.spreadsheets.table import ReadTable, read_rows

ZONE = ZoneInfo("Asia/Sakhalin")  # UTC+11
NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)

Value = str | float | datetime | bool | None
Table = Sequence[Sequence[Value]]

POS_HEADINGS = (
    *("Номер", "Номер ЕПГУ", "Источник", "Верхнеуровневый ЛКО", "Категория", "Подкатегория", "Факт"),
    *("Организация, в которую поступило сообщение", "Организация, в которой находится сообщение"),
    *("Дата поступления", "Дата планируемого завершения работ", "Дата фактического завершения работ"),
    *("Стадия", "Статус", "Просрочено", "Фаст-трек", "ФЗ", "Заявитель выбрал подачу по 59-ФЗ", "Тип решения"),
    *("Направлено по email в ФОИВ, не подключенный к ПОС", "Оценка ответа заявителем", "Повторное рассмотрение"),
    *("ФИО координатора", "ФИО исполнителя", "ФИО руководителя"),
)


def pos_line(number: Value = "4012345", **changed: Value) -> list[Value]:
    """Return a line of ПОС; *changed* names columns by their heading with «_» for spaces."""
    values: dict[str, Value] = {
        **dict.fromkeys(POS_HEADINGS, "-"),
        "Номер": number,
        "Источник": "ЕПГУ",
        "Категория": "Дороги",
        "Подкатегория": "Ямы",
        "Факт": "Яма на проезжей части",
        "Организация, в которой находится сообщение": "Отдел дорог",
        "Дата поступления": "25.11.2026",
        "Дата планируемого завершения работ": "05.12.2026",
        "Стадия": "В работе",
        "Статус": "Назначен исполнитель",
        "Просрочено": "Нет",
    }
    values |= {name.replace("_", " "): value for name, value in changed.items()}
    return [values[name] for name in POS_HEADINGS]


def xlsx(*sheets: Table, is_1904: bool = False, names: Sequence[str] = ()) -> bytes:
    """Return a workbook; moments become serial numbers with a date format."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "date_1904": is_1904, "strings_to_formulas": False})
    shown_as_date = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for at, table in enumerate(sheets):
        sheet = book.add_worksheet(names[at] if names else None)
        for line, cells in enumerate(table):
            for column, value in enumerate(cells):
                if isinstance(value, datetime):
                    sheet.write_datetime(line, column, value, shown_as_date)
                elif isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write(line, column, value)
    book.close()
    return stream.getvalue()


def text_table(table: Table, encoding: str = "cp1251", separator: str = ";", line_end: str = "\r\n") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(table)
    return stream.getvalue().replace("\r\n", line_end).encode(encoding)


def read(data: bytes | Path, layout: Layout | str = "pos", town: str | None = None, now: datetime = NOW) -> ReadTable:
    return read_rows(data, BUILT_IN[layout] if isinstance(layout, str) else layout, ZONE, now, town)


def taken(table: ReadTable) -> list[ImportedRow]:
    return [row for row in table if isinstance(row, ImportedRow)]


def refused(table: ReadTable) -> list[RefusedRow]:
    return [row for row in table if isinstance(row, RefusedRow)]
