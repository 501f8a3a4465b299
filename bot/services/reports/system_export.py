"""Answers written back in the form of another system's table."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from bot.domain.entries import EntryState
from bot.domain.imports import SUBJECT_SEPARATOR, Field
from bot.domain.layouts import ANSWER_HEADINGS, Layout, SystemStatus, heading_key
from bot.domain.tickets import State
from bot.services.context import Municipality

_COLUMNS: Mapping[Field, str] = {
    Field.NUMBER: "external_number",
    Field.TEXT: "text",
    Field.REGISTERED: "registered_at",
    Field.DUE: "external_due",
    Field.ADDRESS: "place",
    Field.DISTRICT: "district",
    Field.SETTLEMENT: "settlement",
    Field.STREET: "street",
    Field.HOUSE: "house",
    Field.APPLICANT: "applicant_name",
    Field.PHONE: "phone",
    Field.LINK: "link",
    Field.ANSWER: "answer",
}
"""Field → the column of the ticket that holds it."""

_STATUSES: Mapping[State, SystemStatus] = {
    State.NEW: SystemStatus.WAITING,
    State.TRIAGE: SystemStatus.WAITING,
    State.ASSIGNED: SystemStatus.WAITING,
    State.REOPENED: SystemStatus.WAITING,
    State.ACCEPTED: SystemStatus.IN_WORK,
    State.ANSWERING: SystemStatus.IN_WORK,
    State.PUBLISHING: SystemStatus.IN_WORK,
    State.POSTPONED: SystemStatus.POSTPONED,
}
"""Status of an open ticket of which the system has said nothing; that of an answered one follows its entry."""

_WHOLE_DAYS = (time(0, 0), time(23, 59))
"""Times as which a day without a time is stored: of a registration, and of a deadline."""


def headings_of(layout: Layout) -> dict[str, str]:
    """Return the headings in their order: the system's own, then those of the answer, each once."""
    own = {heading_key(heading) for heading in layout.table}
    more = (heading for heading in ANSWER_HEADINGS if heading_key(heading) not in own)
    return {heading: heading for heading in (*layout.table, *more)}


def system_record(municipality: Municipality, layout: Layout, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one line of the table: what the ticket *row* knows, in the columns that the system has for it.

    What the system wrote stays as it was. Its status is ours once the answer is entered there.
    """
    values: dict[str, Any] = dict.fromkeys(headings_of(layout)) | _subjects(layout, row["text"])
    values |= _first_columns(layout, {field: row[column] for field, column in _COLUMNS.items()})
    values |= _first_columns(layout, {Field.ORGANISATION: row["system_organisation"]})
    values |= _as_written(layout, row["system_cells"] or {})
    if not any(values[heading] for heading in _headings_for(layout, Field.ORGANISATION)):
        values |= _first_columns(layout, {Field.ORGANISATION: _responsible(municipality, row)})
    values |= _status(layout, row)
    if row["answer"] is not None:
        values |= dict(zip(ANSWER_HEADINGS, (row["answer"], row["worded_at"], _entered_at(row)), strict=True))
    return {name: _local(municipality, value) for name, value in values.items()}


def _headings_for(layout: Layout, field: Field) -> list[str]:
    """Return the columns of *field* that the table has, the one that counts first."""
    table = {heading_key(heading): heading for heading in layout.table}
    keys = map(heading_key, layout.headings.get(field, ()))
    return [table[key] for key in keys if key in table]


def _first_columns(layout: Layout, known: Mapping[Field, Any]) -> dict[str, Any]:
    """Return *known* by the first heading that the table has for each field."""
    headings = {field: next(iter(_headings_for(layout, field)), None) for field in known}
    return {heading: known[field] for field, heading in headings.items() if heading is not None}


def _as_written(layout: Layout, cells: Mapping[str, str]) -> dict[str, Any]:
    keys = {heading: heading_key(heading) for heading in layout.table}
    return {heading: cells[key] for heading, key in keys.items() if key in cells}


def _subjects(layout: Layout, text: str) -> dict[str, str]:
    """Return the subject by column, where the words of a ticket are the subject of a table without texts."""
    headings, parts = _headings_for(layout, Field.SUBJECT), text.split(SUBJECT_SEPARATOR)
    is_subject = not _headings_for(layout, Field.TEXT) and len(parts) == len(headings)
    return dict(zip(headings, parts, strict=True)) if is_subject else {}


def _responsible(municipality: Municipality, row: Mapping[str, Any]) -> str | None:
    """Return the post of who has taken the ticket, else the one that is responsible for it."""
    holder = municipality.staff.find_by_id(row["assignee_id"]) if row["assignee_id"] is not None else None
    if holder is not None and holder.title:
        return holder.title
    sector = None if row["state"] == State.TRIAGE.value else row["sector"]
    return municipality.staff.responsibility_for(sector, row["district"]).post.title or None


def _entered_at(row: Mapping[str, Any]) -> datetime | None:
    """Return when the last answer was entered there, as it is worded now."""
    moment: datetime | None = row["entry_ended_at"] if row["entry_state"] == EntryState.ENTERED.value else None
    if row["entry_state"] is None and row["account"] is None:
        moment = row["answered_at"]  # a release that did not store the entry
    return moment


def _status(layout: Layout, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status and the end: ours where the answer is entered, else what the system says, else ours."""
    statuses, is_finished = _headings_for(layout, Field.STATUS), bool(row["system_finished"])
    entered_at = _entered_at(row) if row["answer"] is not None else None
    is_answered = row["state"] in (State.ANSWERED.value, State.CLOSED.value) and entered_at is not None
    if is_answered and not is_finished:
        words = layout.words.get(SystemStatus.ANSWERED, ())
        ended = _first_columns(layout, {Field.FINISHED: entered_at})
        return dict(zip(statuses, words, strict=False)) | ended
    ended = _first_columns(layout, {Field.FINISHED: row["system_finished_at"]})
    if row["system_status"] is None:
        kind = _STATUSES.get(State(row["state"]))
        return dict(zip(statuses, layout.words.get(kind, ()) if kind else (), strict=False)) | ended
    return ended if row["system_cells"] else dict(zip(statuses, (row["system_status"],), strict=False)) | ended


def _local(municipality: Municipality, value: Any) -> Any:
    """Return a moment as the table shows it; a day without a time is one again."""
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(municipality.zone).replace(tzinfo=None)
    return date(local.year, local.month, local.day) if local.time() in _WHOLE_DAYS else local
