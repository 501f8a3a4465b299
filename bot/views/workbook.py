"""Workbooks (XLSX) from plain rows: what people hand over to other offices."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Cell = str | int | float | datetime | None

MAX_SHEET_TITLE = 31
"""Characters of a sheet's name (support.microsoft.com, «Rename a worksheet»)."""

MAX_CELL_CHARS = 32_767

_FORBIDDEN_IN_TITLES = str.maketrans("[]:*?/\\", "       ")


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading and its width in characters; ``share``: numbers from 0 to 1, shown as per cent."""

    heading: str
    width: int = 14
    share: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines of text above the table, the table's columns and rows. Moments are naive, in local time."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    introduction: tuple[str, ...] = ()


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file: numbers and moments are typed, everything else is text and never a formula."""
    import xlsxwriter  # here: a starting bot writes no workbook

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {
        datetime: workbook.add_format({"num_format": "dd.mm.yyyy hh:mm", "valign": "top"}),
        str: workbook.add_format({"text_wrap": True, "valign": "top"}),
        float: workbook.add_format({"num_format": "0.##", "valign": "top"}),
        int: workbook.add_format({"valign": "top"}),
    }
    percent = workbook.add_format({"num_format": "0%", "valign": "top"})
    for sheet in sheets:
        written = workbook.add_worksheet(sheet.title.translate(_FORBIDDEN_IN_TITLES)[:MAX_SHEET_TITLE])
        for number, line in enumerate(sheet.introduction):
            written.write_string(number, 0, line)
        top = len(sheet.introduction) + bool(sheet.introduction)
        for place, column in enumerate(sheet.columns):
            written.set_column(place, place, column.width)
            written.write_string(top, place, column.heading, bold)
        written.freeze_panes(top + 1, 1)
        for line_number, row in enumerate(sheet.rows, top + 1):
            for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                if isinstance(value, str):
                    written.write_string(line_number, place, value[:MAX_CELL_CHARS], formats[str])
                elif isinstance(value, datetime):
                    written.write_datetime(line_number, place, value, formats[datetime])
                elif value is not None:
                    written.write_number(line_number, place, value, percent if column.share else formats[type(value)])
    workbook.close()
    return buffer.getvalue()
