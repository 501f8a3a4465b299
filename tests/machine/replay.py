"""The replay of a ticket's history: the audit alone tells the state, the block, the district and the assignee."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.audit import AuditRow
from bot.domain.ticket_data import DataField
from bot.domain.tickets import TRANSITIONS, State, Step, Ticket

_STEPS = frozenset(step.value for step in Step)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state of a ticket by its history."""

    state: State
    sector: str | None
    district: str | None
    assignee: int | None

    @classmethod
    def of(cls, ticket: Ticket) -> "Replayed":
        return cls(ticket.state, ticket.sector, ticket.district, ticket.assignee_id)


def replay(rows: Iterable[AuditRow]) -> Replayed | None:
    """Return what the records of one ticket, the oldest first, say; ``None`` without a registration.

    ``AssertionError``: a record does not follow from the earlier ones by the table of states.
    """
    now: Replayed | None = None
    for row in rows:
        if row.action == "registered":
            assert now is None, "registered twice"
            facts = row.facts
            now = Replayed(State(facts["state"]), facts.get("sector"), facts.get("district"), facts.get("assignee"))
        elif now is not None:
            now = _after(now, row)
    return now


def _after(now: Replayed, row: AuditRow) -> Replayed:
    facts = row.facts
    if row.action in _STEPS:
        was, state = State(facts["was"]), State(facts["now"])
        assert was is now.state, f"{row} follows {now.state}"
        # A member whose answer could not be published gets it once more with the others.
        is_requeued = (was, row.action) == (State.ACCEPTED, Step.APPROVE) and "with" in facts
        assert is_requeued or TRANSITIONS.get((was, Step(row.action))) is state, f"{row} is not in the table"
        now = replace(now, state=state)
    elif row.action == "merge":
        assert State(facts["was"]) is now.state, f"{row} follows {now.state}"
        now = replace(now, state=State(facts["now"]))
    elif row.action == "district":
        return replace(now, district=facts["now"])
    elif row.action == "data_changed" and facts.get("field") == DataField.SECTOR:
        return replace(now, sector=facts["now"])
    else:
        return now
    named = {name: facts[name] for name in ("sector", "district", "assignee") if name in facts}
    return replace(now, **named)
