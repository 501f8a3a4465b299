"""The longest time in which nothing happened to a ticket, and who held it then: read from its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import AuditRow
from bot.domain.tickets import OPEN_TICKET_STATES, State, Step

_LATE = "overdue"
_RETURNED = frozenset({Step.NOT_SOLVED.value, Step.REOPEN.value, Step.ANSWER_REMOVED.value})

_NO_PROGRESS = frozenset(
    {
        *(_LATE, "inquiry_late", "decision_control", "passed_around", "approval_moved"),  # the clock noticed
        *("edited", "removed", "restored", "addition", "copy", "reaction", "thanked", "asked"),  # the citizen
        *("refused", "phone_shown", "resent", "anonymized", "problem", "control", "control_over"),
    }
)
"""Records with which the ticket comes no nearer to its answer."""

_ON_APPROVAL = frozenset({"approval_submitted", "approval_approved"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without an act of an official, between two records; ``until`` is ``None`` if it goes on.

    ``sector``, ``district``, ``assignee_id``: who held the ticket. ``is_triage``: it waited for somebody to choose its
    sector. ``is_on_approval``: a text waited for the word of another.
    """

    since: datetime
    until: datetime | None
    last: AuditRow
    is_triage: bool
    sector: str | None
    district: str | None
    assignee_id: int | None
    is_on_approval: bool

    def length(self, now: datetime) -> timedelta:
        """Return how long nothing happened, or has not happened yet."""
        return (self.until or now) - self.since


def is_troubled(rows: Iterable[AuditRow]) -> bool:
    """Return whether the ticket was late or came back."""
    return any(row.action == _LATE or row.action in _RETURNED for row in rows)


def list_missed(rows: Iterable[AuditRow]) -> list[tuple[datetime, str]]:
    """List the deadlines that were missed: moment and kind."""
    return [(row.at, str(row.facts.get("limit", ""))) for row in rows if row.action == _LATE]


def find_longest_gap(rows: Sequence[AuditRow], district: str | None, now: datetime) -> Gap | None:
    """Return the longest gap of a ticket whose district is *district* today; *rows* are in the order of time."""
    gaps = list(_list_gaps(rows, district))
    return max(gaps, key=lambda gap: gap.length(now), default=None)


def _list_gaps(rows: Sequence[AuditRow], district: str | None) -> Iterable[Gap]:
    state: State | None = None
    sector: str | None = None
    assignee: int | None = None
    on_approval = False
    place = _first_district(rows, district)
    last: AuditRow | None = None
    for row in rows:
        if row.action in _NO_PROGRESS:
            continue
        if last is not None and state in OPEN_TICKET_STATES:
            yield Gap(last.at, row.at, last, state is State.TRIAGE, sector, place, assignee, on_approval)
        state, sector = _state_after(row, state), _sector_after(row, sector)
        place, assignee = _district_after(row, place), _assignee_after(row, assignee)
        on_approval = row.action in _ON_APPROVAL
        last = row
    if last is not None and state in OPEN_TICKET_STATES:
        yield Gap(last.at, None, last, state is State.TRIAGE, sector, place, assignee, on_approval)


def _state_after(row: AuditRow, state: State | None) -> State | None:
    name = row.facts.get("state") if row.action == "registered" else row.facts.get("now")
    return State(name) if name in set(State) else state


def _sector_after(row: AuditRow, sector: str | None) -> str | None:
    # Records of requests name the unit that was asked; the ticket stays where it is.
    moves = row.action == "registered" or row.action in set(Step)
    found: str | None = row.facts.get("sector") if moves and "sector" in row.facts else sector
    return found


def _assignee_after(row: AuditRow, assignee: int | None) -> int | None:
    after = row.facts.get("after")
    if isinstance(after, dict) and "assignee" in after:
        found: int | None = after["assignee"]
        return found
    return row.person_id if row.action == Step.ACCEPT.value else assignee


def _district_after(row: AuditRow, district: str | None) -> str | None:
    found: str | None = district
    if row.action == "district":
        found = row.facts.get("now")
    elif row.action in set(Step) and "district" in row.facts:
        found = row.facts["district"]
    return found


def _first_district(rows: Iterable[AuditRow], district: str | None) -> str | None:
    """Return the district before the first change of it."""
    for row in rows:
        before = row.facts.get("before")
        if isinstance(before, dict) and "district" in before:
            district = before["district"]
            break
        if row.action == "district":
            district = row.facts.get("was")
            break
    return district
