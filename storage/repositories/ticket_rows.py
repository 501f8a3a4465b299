"""Tickets as rows: their columns, and how a row becomes a ticket."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from operator import itemgetter
from types import NoneType
from typing import Any

from bot.domain.applicants import ApplicantKind
from bot.domain.importance import Importance
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import DismissReason, State, Ticket
from bot.domain.urgency import Danger, Urgency
from storage.tables import ticket

TICKET_FIELDS = tuple(Ticket.__dataclass_fields__)
TICKET_COLUMNS = tuple(ticket.c[name] for name in TICKET_FIELDS)
_COLUMN_NAMES = {"evidence": "why", "subject_family": "matter", "fingerprint": "sketch"}
"""Columns whose names differ from those of the fields."""
_STORED_TYPES = frozenset((str, bool, int, float, datetime, NoneType))
"""Types of most fields of a ticket, whose values are stored as they are."""
_NOT_GIVEN: dict[str, Any] = dict.fromkeys(TICKET_FIELDS) | {"version": 0}
"""The fields of a new ticket that nobody gives."""
_ticket_values = itemgetter(*TICKET_FIELDS)


def ticket_columns(change: TicketChange) -> dict[str, Any]:
    """Return the columns that *change* sets, and their values."""
    return columns_of(change.given())


def columns_of(values: Mapping[str, object]) -> dict[str, Any]:
    return {
        _COLUMN_NAMES.get(name, name): value if type(value) in _STORED_TYPES else _stored_value(value)
        for name, value in values.items()
    }


def _stored_value(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def added_ticket(ticket_id: int, values: dict[str, Any]) -> Ticket:
    """Return the ticket that a row of these *values* of a new ticket becomes."""
    return Ticket(*_ticket_values(_NOT_GIVEN | values | {"id": ticket_id}))


def ticket_from_row(row: Any) -> Ticket:
    """Return the ticket of a row, or of a mapping of its columns."""
    known = getattr(row, "_mapping", row)
    values = {name: known[name] for name in TICKET_FIELDS}
    values["state"] = State(values["state"])
    values["likely"] = tuple(values["likely"])
    values["urgency"] = Urgency(values["urgency"]) if values["urgency"] else None
    values["applicant_kind"] = ApplicantKind(values["applicant_kind"]) if values["applicant_kind"] else None
    values["importance"] = Importance(values["importance"]) if values["importance"] else None
    values["danger"] = Danger(values["danger"]) if values["danger"] else None
    values["dismiss_reason"] = DismissReason(values["dismiss_reason"]) if values["dismiss_reason"] else None
    return Ticket(**values)
