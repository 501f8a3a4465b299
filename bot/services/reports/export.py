"""Export of tickets as a table, for a spreadsheet or another program."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from bot.domain.answers import PublicationState
from bot.domain.applicants import ApplicantKind
from bot.domain.clock_results import ClockResult, TicketMoments, hours_between, working_hours_between
from bot.domain.gist import gist
from bot.domain.tickets import DismissReason, State
from bot.domain.urgency import Urgency
from bot.services.context import Municipality
from bot.views.applicants import APPLICANT_KIND_TITLES
from bot.views.export import (
    COLUMN_TITLES,
    ENTRY_AWAITED,
    RESULT_TITLES,
    SHEET_TITLE,
    STATE_TITLES,
    answer_states_text,
    dismiss_reason_text,
    is_messenger,
    source_title,
    yes_or_no,
)
from bot.views.render_context import citizen_name

DATETIME_COLUMNS = (
    *("registered_at", "accept_due", "answer_due", "accepted_at", "answered_at", "ended_at", "solved_at"),
    *("first_word_due", "first_word_at", "solve_due", "external_due", "called_at"),
)

_RESULT_COLUMNS = ("accept_result", "first_word_result", "answer_result", "solve_result", "external_result")

_NUMBER_COLUMNS = ("id", "previous_id", "problem", "returned")

BYTE_ORDER_MARK = "\ufeff"

CSV_FOR_PROGRAMS_DELIMITER, CSV_FOR_PEOPLE_DELIMITER = ",", ";"
"""Excel with Russian settings puts a file with commas into one column."""

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The first characters of cells that spreadsheets may take for formulas (owasp.org, «CSV Injection»)."""

_DIGITS_LOST_BY_EXCEL = re.compile(r"0\d+|\d{11,}")
"""Telephones and numbers of other systems: a spreadsheet drops a leading zero and rounds the rest."""

_FIELDS_FOR_EVERYBODY = ("text", "answer", "dismiss_reason", "place", "source")
_PERSONAL_FIELDS = ("author_name", "applicant_name", "phone", "link", "answer_link", "assignee")


def ticket_record(municipality: Municipality, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return one ticket: moments as ISO 8601 in the municipality's zone, everything else as it is stored.

    *now*: clocks that still run are judged by it.
    """
    values = dict(row) | {"sector_title": municipality.sector_title(row["sector"])}
    values |= _clock_columns(municipality, row, now)
    values["gist"] = gist(row["text"] or "", row["place"])
    values["theme"] = municipality.theme_title(row["theme"])
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.astimezone(municipality.zone).isoformat(timespec="seconds")
    return {name: values.get(name) for name in COLUMN_TITLES}


def _clock_columns(municipality: Municipality, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the result of each clock, and how long each took in the time of the calendar and in working time."""
    moments = TicketMoments(**{one.name: row[one.name] for one in fields(TicketMoments)})
    answer = moments.answer_result(now)
    found: dict[str, Any] = {
        "accept_result": moments.accept_result(now),
        "first_word_result": moments.first_word_result(now),
        "answer_result": answer,
        "solve_result": moments.solve_result(now),
        "overdue": answer is ClockResult.MISSED,
        "external_result": replace(moments, answer_due=row["external_due"]).answer_result(now)
        if row["external_due"] is not None
        else None,
    }
    reached = {"first_word": moments.first_word, "answer": moments.answered_at, "solved": moments.solved_at}
    for name, moment in reached.items():
        found[f"{name}_hours"] = hours_between(moments.registered_at, moment)
        working = working_hours_between(moments.registered_at, moment, municipality.calendar)
        found[f"{name}_working_hours"] = working
    return found


def sheet_record(municipality: Municipality, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return one ticket for officials: Russian words for state, source and reason; moments in local time."""
    values = ticket_record(municipality, row, now) | {
        name: value.astimezone(municipality.zone).replace(tzinfo=None)
        for name, value in row.items()
        if isinstance(value, datetime)
    }
    values = {name: values.get(name) for name in COLUMN_TITLES}
    has_account = is_messenger(values["source"])
    if has_account or values["author_name"]:
        values["author_name"] = citizen_name(values["author_name"], has_account=has_account)
    if values["applicant_kind"] is not None:
        values["applicant_kind"] = APPLICANT_KIND_TITLES[ApplicantKind(values["applicant_kind"])].lower()
    values["source"] = source_title(municipality.systems.title(values["source"]))
    values["state"] = _state_title(municipality, State(values["state"]), row["source"])
    values["urgent"] = bool(values["urgent"])
    for name in _RESULT_COLUMNS:
        values[name] = RESULT_TITLES[ClockResult(values[name])] if values[name] is not None else None
    if values["answer_state"]:
        values["answer_state"] = answer_states_text(map(PublicationState, values["answer_state"].split(",")))
    if values["dismiss_reason"] is not None:
        values["dismiss_reason"] = dismiss_reason_text(DismissReason(values["dismiss_reason"]), row["dismiss_words"])
    return values


def _state_title(municipality: Municipality, state: State, source: str) -> str:
    if state is State.PUBLISHING and municipality.systems.entered(None, source) is not None:
        return ENTRY_AWAITED
    return STATE_TITLES[state]


def redact_record(municipality: Municipality, record: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record for publication: without names, telephone numbers, flats, health data and links to authors.

    Of a message about suicide or violence nothing is published that somebody wrote.
    """
    if row["urgency"] is not None and Urgency(row["urgency"]).needs_duty_officer:
        return dict(record) | dict.fromkeys((*_FIELDS_FOR_EVERYBODY, "gist", *_PERSONAL_FIELDS))
    redact = municipality.understanding.redact
    texts = {name: redact(record[name]) for name in _FIELDS_FOR_EVERYBODY if record[name]}
    # Made of the redacted text: a number that was cut could not be recognised.
    texts["gist"] = gist(texts.get("text", ""), texts.get("place"))
    return dict(record) | texts | dict.fromkeys(_PERSONAL_FIELDS)


def format_csv_cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula or shortens, as a Russian spreadsheet writes it."""
    match value:
        case None:
            return ""
        case bool():
            return yes_or_no(value)
        case float():
            return str(value).replace(".", ",")
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
    text = str(value)
    is_at_risk = text.startswith(_FORMULA_PREFIXES) or (
        isinstance(value, str) and _DIGITS_LOST_BY_EXCEL.fullmatch(text) is not None
    )
    return f"'{text}" if is_at_risk else text


async def as_csv(
    records: AsyncIterator[dict[str, Any]], titles: Mapping[str, str] = COLUMN_TITLES, *, codes: bool = False
) -> AsyncIterator[str]:
    """Yield the lines of a CSV file, the headings first. *titles*: the heading of each value of a record.

    *codes*: for programs, with commas and the names of the columns in English. Otherwise a double click opens the file
    in a Russian spreadsheet: it begins with a byte order mark and has semicolons.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=CSV_FOR_PROGRAMS_DELIMITER if codes else CSV_FOR_PEOPLE_DELIMITER)
    buffer.write("" if codes else BYTE_ORDER_MARK)
    writer.writerow(titles.keys() if codes else titles.values())
    async for one in records:
        writer.writerow([_as_code(value) if codes else format_csv_cell(value) for value in one.values()])
        yield _drain(buffer)
    yield _drain(buffer)


def _as_code(value: Any) -> str:
    return str(value) if isinstance(value, float) else format_csv_cell(value)


async def as_json(records: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """Yield a JSON array, one object a line."""
    opening = "[\n"
    async for one in records:
        yield opening + json.dumps(one, ensure_ascii=False)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


async def as_xlsx(records: AsyncIterator[dict[str, Any]], titles: Mapping[str, str] = COLUMN_TITLES) -> bytes:
    """Return a workbook with one sheet: numbers and dates are typed, everything else is text, never a formula."""
    import xlsxwriter  # here: a starting bot writes no workbook

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet(SHEET_TITLE)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, list(titles.values()), workbook.add_format({"bold": True}))
    datetime_format = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    date_format = workbook.add_format({"num_format": "dd.mm.yyyy"})
    for column, name in enumerate(titles):
        if name in DATETIME_COLUMNS:
            sheet.set_column(column, column, 16)
    row_number = 1
    async for one in records:
        for column, (name, value) in enumerate(one.items()):
            if value is not None and (name in _NUMBER_COLUMNS or name.endswith("_hours")):
                sheet.write_number(row_number, column, value)
            elif isinstance(value, datetime):
                sheet.write_datetime(row_number, column, value, datetime_format)
            elif isinstance(value, date):
                sheet.write_datetime(row_number, column, value, date_format)
            else:
                sheet.write_string(row_number, column, "" if value is None else _format_sheet_text(value))
        row_number += 1
    workbook.close()
    return buffer.getvalue()


def _format_sheet_text(value: Any) -> str:
    # A workbook stores strings and formulas separately, so strings need no prefix.
    return yes_or_no(value) if isinstance(value, bool) else str(value)[:32_767]


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
