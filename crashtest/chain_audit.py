"""The audit of escalation chains after a run: each step that was due happened once, in order, and while it was wanted.

Kills must neither lose a step nor repeat one, and nobody may be told of what has been done.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from crashtest.bot_database import open_database
from storage.tables import audit, due_moment

CHAIN_CONFIG = """
[[rules]]
escalation = "standard"

[[escalation]]
code = "standard"
steps = [
  { after = "accept_overdue", tell = ["administrator"] },
  { after = "accept_overdue", wait = "20s", tell = ["administrator"] },
  { after = "accept_overdue", wait = "80s", tell = ["administrator"] },
]
"""
ACCEPT_TERM = "5s"
STEPS = 3

MAX_DELAY = timedelta(minutes=3)
"""Longest time until the next process takes a step, with its start on a busy machine."""

_ESCALATED, _PASSED_OVER, _LATE = "escalated", "passed_over", "overdue"
_RESOLVING = frozenset({"accept", "answer", "approve", "dismiss"})
_DEADLINE = "accept"


@dataclass(frozen=True, slots=True)
class DueStep:
    """A stored step of a chain: its number, its moment, and whether it waits, was taken (fired) or was cancelled."""

    ticket_id: int
    number: int
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the audit about a ticket."""

    ticket_id: int
    at: datetime
    action: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The steps that told, those that were passed over, and every fault."""

    taken: int
    passed_over: int
    faults: Sequence[str]


async def audit_chains(database: str) -> ChainReport:
    """Read the steps and the audit of *database*, and compare them."""
    async with open_database(database) as books, books.engine.connect() as connection:
        columns = (due_moment.c.ticket_id, due_moment.c.share, due_moment.c.at, due_moment.c.state)
        found = await connection.execute(select(*columns).where(due_moment.c.kind == "step"))
        steps = [DueStep(row.ticket_id, int(row.share), row.at, row.state) for row in found]
        named = (audit.c.ticket_id, audit.c.at, audit.c.action, audit.c.facts)
        found = await connection.execute(select(*named).where(audit.c.ticket_id.is_not(None)).order_by(audit.c.id))
        records = [Record(row.ticket_id, row.at, row.action, row.facts or {}) for row in found]
    return compare(steps, records)


def compare(steps: Sequence[DueStep], records: Sequence[Record]) -> ChainReport:
    """Compare the stored steps with the records, ticket by ticket."""
    by_ticket: dict[int, tuple[list[DueStep], list[Record]]] = defaultdict(lambda: ([], []))
    for step in steps:
        by_ticket[step.ticket_id][0].append(step)
    for record in records:
        by_ticket[record.ticket_id][1].append(record)
    end = max((record.at for record in records), default=None)
    faults = [
        f"№{number}: {fault}"
        for number, (stored, history) in sorted(by_ticket.items())
        for fault in _find_faults(stored, history, end)
    ]
    taken = sum(record.action == _ESCALATED for record in records)
    return ChainReport(taken, sum(len(_passed(record)) for record in records), faults)


def _find_faults(stored: Sequence[DueStep], history: Sequence[Record], end: datetime | None) -> list[str]:
    numbers = [step.number for step in stored]
    told = [record.facts["step"] for record in history if record.action == _ESCALATED]
    passed = [number for record in history for number in _passed(record)]
    late = [record for record in history if record.action == _LATE and record.facts.get("limit") == _DEADLINE]
    faults = []
    if len(late) > 1:
        faults.append(f"the missed deadline was told {len(late)} times")
    if sorted(numbers) != list(range(STEPS if late else 0)):
        faults.append(f"the chain has the steps {sorted(numbers)}")
    if told != sorted(set(told)):
        faults.append(f"steps told out of order or twice: {told}")
    if both := set(told) & set(passed):
        faults.append(f"steps told and passed over: {sorted(both)}")
    if unknown := {*told, *passed} - {step.number for step in stored if step.state == "fired"}:
        faults.append(f"steps told that were not due: {sorted(unknown)}")
    done = next((number for number, record in enumerate(history) if record.action in _RESOLVING), None)
    if done is not None:
        faults += [
            f"step {record.facts['step']} told at {record.at}, after what was asked was done"
            for record in history[done:]  # in the order of the transactions: the ticket is locked in each
            if record.action == _ESCALATED
        ]
    elif lost := {step.number for step in stored if _was_due(step, end)} - {*told, *passed}:
        faults.append(f"steps that nobody was told: {sorted(lost)}")
    return faults


def _was_due(step: DueStep, end: datetime | None) -> bool:
    return step.state == "fired" or (end is not None and step.at < end - MAX_DELAY)


def _passed(record: Record) -> Sequence[int]:
    return record.facts["steps"] if record.action == _PASSED_OVER else ()
