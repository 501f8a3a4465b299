"""Records written to the ticket table: a new ticket, and a change of an existing one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import TypeAlias, TypeVar

from bot.domain.applicants import ApplicantKind
from bot.domain.importance import Importance
from bot.domain.json_types import Json
from bot.domain.tickets import DismissReason, State
from bot.domain.urgency import Danger, Urgency


class Unset(Enum):
    """The type of :data:`UNSET`."""

    UNSET = "unset"


UNSET = Unset.UNSET
"""Marks a field that a change leaves as it is; ``None`` clears the field."""

_T = TypeVar("_T")
_Settable: TypeAlias = _T | Unset


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket to insert; its id is its number."""

    state: State
    sector: str | None
    likely: tuple[str, ...]
    topic: str | None = None
    theme: str | None = None
    evidence: tuple[str, ...] | None = None  # words of the message that decided for the likeliest sector
    source: str
    text: str
    search: str
    text_key: str | None = None
    place: str | None = None
    street: str | None = None
    house: str | None = None
    settlement: str | None = None
    district: str | None = None
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    urgent: bool
    urgency: Urgency | None = None
    danger: Danger | None = None
    account: str | None = None
    author_key: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    applicant_name: str | None = None
    phone: str | None = None
    applicant_kind: ApplicantKind | None = None
    registered_at: datetime
    touched_at: datetime
    accept_due: datetime
    answer_due: datetime
    first_word_due: datetime | None = None
    solve_due: datetime | None = None
    external_due: datetime | None = None
    importance: Importance | None = None
    assignee_id: int | None = None
    ended_at: datetime | None = None  # of a message that another system has finished before it came
    previous_id: int | None = None
    divided_from: int | None = None
    external_number: str | None = None
    created_by: int | None = None
    problem_id: int | None = None
    lead_id: int | None = None
    subject_family: str | None = None  # of a ticket that others may join, with the next field
    fingerprint: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """Fields of a ticket that change; those that are not given stay as they are."""

    state: _Settable[State] = UNSET
    sector: _Settable[str | None] = UNSET
    likely: _Settable[tuple[str, ...]] = UNSET
    topic: _Settable[str | None] = UNSET
    theme: _Settable[str | None] = UNSET
    text: _Settable[str] = UNSET
    search: _Settable[str] = UNSET
    text_key: _Settable[str | None] = UNSET
    place: _Settable[str | None] = UNSET
    street: _Settable[str | None] = UNSET
    house: _Settable[str | None] = UNSET
    settlement: _Settable[str | None] = UNSET
    district: _Settable[str | None] = UNSET
    latitude: _Settable[float | None] = UNSET
    longitude: _Settable[float | None] = UNSET
    urgent: _Settable[bool] = UNSET
    urgency: _Settable[Urgency | None] = UNSET
    danger: _Settable[Danger | None] = UNSET
    applicant_name: _Settable[str | None] = UNSET
    phone: _Settable[str | None] = UNSET
    applicant_kind: _Settable[ApplicantKind | None] = UNSET
    accept_due: _Settable[datetime] = UNSET
    answer_due: _Settable[datetime] = UNSET
    external_due: _Settable[datetime | None] = UNSET
    importance: _Settable[Importance | None] = UNSET
    first_word_due: _Settable[datetime | None] = UNSET
    solve_due: _Settable[datetime | None] = UNSET
    first_word_sent_at: _Settable[datetime | None] = UNSET
    first_word_at: _Settable[datetime | None] = UNSET
    assignee_id: _Settable[int | None] = UNSET
    handed_to: _Settable[int | None] = UNSET
    accepted_at: _Settable[datetime | None] = UNSET
    answered_at: _Settable[datetime | None] = UNSET
    ended_at: _Settable[datetime | None] = UNSET
    dismiss_reason: _Settable[DismissReason | None] = UNSET
    external_number: _Settable[str | None] = UNSET
    problem_id: _Settable[int | None] = UNSET
    lead_id: _Settable[int | None] = UNSET
    subject_family: _Settable[str | None] = UNSET
    fingerprint: _Settable[Json | None] = UNSET

    def given(self) -> Mapping[str, object]:
        """Return the fields that change, by name."""
        values = ((name, getattr(self, name)) for name in _CHANGE_FIELDS)
        return {name: value for name, value in values if value is not UNSET}

    def for_members(self) -> "TicketChange":
        """Return the part that the members of a problem share with its lead."""
        return TicketChange(**{name: getattr(self, name) for name in _SHARED_BY_MEMBERS})


_CHANGE_FIELDS = tuple(field.name for field in fields(TicketChange))
_SHARED_BY_MEMBERS = (
    "sector",
    "assignee_id",
    "handed_to",
    "accepted_at",
    "dismiss_reason",
    "ended_at",
    "accept_due",
    "answer_due",
)
