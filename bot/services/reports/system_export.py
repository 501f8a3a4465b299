"""Answers written back in the form of another system's table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.imports import SUBJECT_SEPARATOR, Field
from bot.domain.layouts import Layout, heading_key
from bot.services.context import Municipality
from bot.views.export import ANSWER_HEADINGS

_COLUMNS: Mapping[Field, str] = {
    Field.NUMBER: "external_number",
    Field.TEXT: "text",
    Field.REGISTERED: "registered_at",
    Field.DUE: "external_due",
    Field.ADDRESS: "place",
    Field.DISTRICT: "district",
    Field.STREET: "street",
    Field.HOUSE: "house",
    Field.APPLICANT: "applicant_name",
    Field.PHONE: "phone",
    Field.LINK: "link",
    Field.ANSWER: "answer",
}
"""Field → the column of the ticket that holds it. Of the others, only the other system knows what they were."""

_ANSWER_COLUMNS = ("answer", "worded_at", "answered_at")


def headings_of(layout: Layout) -> dict[str, str]:
    """Return the headings in their order: the system's own, then those of the answer, each once."""
    own = {heading_key(heading) for heading in layout.table}
    more = (heading for heading in ANSWER_HEADINGS if heading_key(heading) not in own)
    return {heading: heading for heading in (*layout.table, *more)}


def system_record(municipality: Municipality, layout: Layout, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one line of the table: what the ticket *row* knows, in the columns that the system has for it."""
    values: dict[str, Any] = dict.fromkeys(headings_of(layout))
    subjects = _subjects(layout, row["text"])
    filled: set[Field] = set()
    for heading in layout.table:
        field = layout.fields.get(heading_key(heading))
        if field is Field.SUBJECT:
            values[heading] = subjects.get(heading)
        elif field is not None and field in _COLUMNS and field not in filled:
            values[heading] = row[_COLUMNS[field]]
            filled.add(field)
    answered = zip(ANSWER_HEADINGS, _ANSWER_COLUMNS, strict=True)
    values |= {heading: row[column] for heading, column in answered if row["answer"] is not None}
    return {
        name: value.astimezone(municipality.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _subjects(layout: Layout, text: str) -> dict[str, str]:
    """Return the subject by column, where the words of a ticket are the subject of a table without texts."""
    headings = [one for one in layout.table if layout.fields.get(heading_key(one)) is Field.SUBJECT]
    has_text = any(layout.fields.get(heading_key(one)) is Field.TEXT for one in layout.table)
    parts = text.split(SUBJECT_SEPARATOR)
    return {} if has_text or len(parts) != len(headings) else dict(zip(headings, parts, strict=True))
