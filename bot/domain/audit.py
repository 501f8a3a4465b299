"""What people have done, for those who look back and for the machine that learns."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.json_types import Json
from bot.domain.tickets import DismissReason


@dataclass(frozen=True, slots=True)
class Remark:
    """What an official wrote to colleagues about a ticket: why it was handed over, dismissed …"""

    ticket_id: int
    person_id: int
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """What people have made of a ticket, and its words: an example to learn from.

    ``number`` is the audit's of the last decision: it grows with time. ``chosen``: a person has named the sector (else
    somebody has merely gone on with what the machine had chosen). ``dismissed``: why it needed no answer, if so.
    """

    audit_id: int
    text: str
    sector: str | None
    district: str | None
    sector_chosen_by_person: bool
    dismiss_reason: DismissReason | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what when. Ids and facts, never words of people."""

    at: datetime
    person_id: int | None
    action: str
    ticket_id: int | None
    facts: Json
