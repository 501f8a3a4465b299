"""Records of people's actions: remarks, decisions, the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.json_types import Json
from bot.domain.tickets import DismissReason


@dataclass(frozen=True, slots=True)
class Remark:
    """An official's remark to colleagues about a ticket: the reason of a hand-over, a dismissal …"""

    ticket_id: int
    person_id: int
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """A training example: the final decision of people about a ticket, and its text.

    ``number`` is the audit record of the last decision, so it grows with time. ``chosen``: a person has named the
    sector; otherwise somebody accepted the machine's choice. ``dismissed``: the reason why it needed no answer, if any.
    """

    audit_id: int
    text: str
    sector: str | None
    district: str | None
    sector_chosen_by_person: bool
    dismiss_reason: DismissReason | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One record of the audit log: actor, action and moment, with ids and facts, never people's words."""

    at: datetime
    person_id: int | None
    action: str
    ticket_id: int | None
    facts: Json
    account: str | None = None
    """The account of the bot at which the act came in."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One record with its number and the name of the official, for an export."""

    id: int
    row: AuditRow
    person: str | None


def changed_facts(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Return the facts ``before`` and ``after`` with the values that differ; no facts if none does."""
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not differing:
        return {}
    return {
        "before": {name: before.get(name) for name in differing},
        "after": {name: after.get(name) for name in differing},
    }


class JournalAction(StrEnum):
    """Acts of people on the data as a whole: the lines of ``journal``. Stored: never change."""

    EXPORTED = "exported"
    AUDIT_EXPORTED = "audit_exported"
    REPORTED = "reported"  # the month for the regional centre
    EVIDENCE_EXPORTED = "evidence_exported"
    COPIED = "copied"
    MOVED = "data_moved"  # into another database
    RESTORED = "database_restored"
    SEARCHED = "searched"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    PEOPLE_APPLIED = "people_applied"
    IMPORTED = "imported"  # a file of another system
    ANONYMIZED = "anonymized"  # by the bot, when the time of retention was over


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line of the journal; ``person`` is the official's name, ``facts["by"]`` a user of the server."""

    at: datetime
    person: str | None
    action: JournalAction
    facts: Json
