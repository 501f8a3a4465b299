"""Tickets as a table, for a spreadsheet or another program."""

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import xlsxwriter

from bot.domain.answers import PublicationState
from bot.domain.people import MessengerName
from bot.domain.privacy import redact
from bot.domain.sources import messenger_of, messenger_title
from bot.domain.tickets import DismissReason, State
from bot.services.context import Municipality

COLUMNS = {
    "id": "Номер",
    "state": "Состояние",
    "sector": "Отрасль",
    "sector_title": "Название отрасли",
    "topic": "Тема",
    "district": "Район",
    "source": "Источник",
    "external_number": "Номер в другой системе",
    "text": "Сообщение",
    "place": "Место",
    "latitude": "Широта",
    "longitude": "Долгота",
    "urgent": "Срочное",
    "author_name": "Автор",
    "link": "Ссылка",
    "registered_at": "Поступило",
    "accept_due": "Принять до",
    "answer_due": "Ответить до",
    "accepted_at": "Принято",
    "answered_at": "Отвечено",
    "ended_at": "Закрыто",
    "dismiss_reason": "Причина без ответа",
    "previous_id": "Предыдущее сообщение",
    "assignee": "Ответственный",
    "answer": "Ответ",
    "answer_link": "Ссылка на ответ",
    "answer_state": "Что с ответом",
    "problem": "Проблема",
}
"""Column → Russian heading of the spreadsheet."""

DATETIME_COLUMNS = ("registered_at", "accept_due", "answer_due", "accepted_at", "answered_at", "ended_at")

STATE_TITLES = {
    State.NEW: "новое",
    State.TRIAGE: "ждёт выбора отрасли",
    State.ASSIGNED: "ждёт принятия",
    State.ACCEPTED: "в работе",
    State.ANSWERING: "ответ готовится",
    State.PUBLISHING: "ответ отправляется",
    State.POSTPONED: "отложено",
    State.ANSWERED: "отвечено",
    State.REOPENED: "возвращено в работу",
    State.DISMISSED: "не требует ответа",
    State.CLOSED: "закрыто",
}

DISMISS_REASON_TITLES = {
    DismissReason.NOT_A_PROBLEM: "не о проблеме",
    DismissReason.ANSWERED_ELSEWHERE: "уже отвечено",
    DismissReason.DUPLICATE: "повтор",
    DismissReason.INSULTS: "оскорбления, угрозы",
    DismissReason.NOT_OURS: "не наш округ",
    DismissReason.OTHER: "другое",
}

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def ticket_record(municipality: Municipality, row: Mapping[str, Any]) -> dict[str, Any]:
    """One ticket: moments as ISO 8601 in the municipality's zone, everything else as it is stored."""
    values = dict(row) | {"sector_title": municipality.sector_title(row["sector"])}
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.astimezone(municipality.zone).isoformat(timespec="seconds")
    return {name: values.get(name) for name in COLUMNS}


ANSWER_STATE_TITLES = {
    PublicationState.QUEUED: "отправляется",
    PublicationState.BY_PERSON: "ждёт публикации вручную",
    PublicationState.POSTED: "опубликован",
    PublicationState.KEPT: "сохранён без публикации",
    PublicationState.FAILED: "не опубликован",
    PublicationState.REMOVED: "был опубликован и исчез",
}


def sheet_record(municipality: Municipality, row: Mapping[str, Any]) -> dict[str, Any]:
    """The same ticket for officials' eyes: Russian words for state, source and reason, with what was typed for a
    reason; moments as the municipality's clock shows them."""
    values = ticket_record(municipality, row) | {
        name: value.astimezone(municipality.zone).replace(tzinfo=None)
        for name, value in row.items()
        if isinstance(value, datetime)
    }
    values = {name: values.get(name) for name in COLUMNS}
    values["source"] = _source_title(values["source"])
    values["state"] = STATE_TITLES[State(values["state"])]
    values["urgent"] = bool(values["urgent"])
    if values["answer_state"]:
        fates = dict.fromkeys(values["answer_state"].split(","))
        values["answer_state"] = ", ".join(ANSWER_STATE_TITLES[PublicationState(fate)] for fate in fates)
    if values["dismiss_reason"] is not None:
        words = [DISMISS_REASON_TITLES[DismissReason(values["dismiss_reason"])], row["dismiss_words"]]
        values["dismiss_reason"] = ": ".join(filter(None, words))
    return values


def _source_title(source: str) -> str:
    """«VK» for ``vk:500``; what was typed in by hand stays as it is."""
    known = messenger_of(source) in {name.value for name in MessengerName}
    return messenger_title(source) if known else source


def redact_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record that may leave the house: nobody's name, telephone, flat or health, and no link to who wrote it."""
    texts = {name: redact(record[name]) for name in ("text", "answer", "dismiss_reason") if record[name]}
    return dict(record) | texts | dict.fromkeys(("author_name", "link", "answer_link", "assignee"))


def format_csv_cell(value: Any) -> str:
    """A value as a spreadsheet may read it: what a program would take for a formula is made plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_PREFIXES) else text


async def as_csv(records: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """Lines of a CSV file, the column names first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    async for one in records:
        writer.writerow([format_csv_cell(value) for value in one.values()])
        yield _drain(buffer)
    yield _drain(buffer)


async def as_json(records: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """A JSON array, an object a line."""
    opening = "[\n"
    async for one in records:
        yield opening + json.dumps(one, ensure_ascii=False)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


async def as_xlsx(records: AsyncIterator[dict[str, Any]]) -> bytes:
    """A workbook with one sheet: numbers and dates are such, everything else is text, nothing a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Сообщения")
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, list(COLUMNS.values()), book.add_format({"bold": True}))
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for column, name in enumerate(COLUMNS):
        if name in DATETIME_COLUMNS:
            sheet.set_column(column, column, 16)
    line = 1
    async for one in records:
        for column, (name, value) in enumerate(one.items()):
            if name in ("id", "previous_id", "problem") and value is not None:
                sheet.write_number(line, column, value)
            elif isinstance(value, datetime):
                sheet.write_datetime(line, column, value, moment)
            else:
                sheet.write_string(line, column, "" if value is None else _format_sheet_text(value))
        line += 1
    book.close()
    return buffer.getvalue()


def _format_sheet_text(value: Any) -> str:
    # A workbook keeps strings apart from formulas, so nothing has to be put before them.
    return ("да" if value else "нет") if isinstance(value, bool) else str(value)[:32_767]


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
