"""The figures of a month for the regional centre (ЦУР): counts, terms and quality, without anybody's data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from statistics import median
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.clock_results import ClockResult, TicketMoments, hours_between, working_hours_between
from bot.domain.local_time import local_to_utc
from bot.domain.tickets import OPEN_TICKET_STATES, State

FEWEST_FOR_MEDIAN = 3
"""Of fewer tickets neither a median nor a percentile is shown: it would be the time of one person's message."""

_WRITTEN_MONTH = re.compile(r"(?P<month>\d{1,2})[./](?P<year>\d{4})|(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})")
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the month of «11.2026» or «2026-11»; ``None`` for anything else."""
        found = _WRITTEN_MONTH.fullmatch(text.strip())
        if found is None:
            return None
        year, month = int(found["year"] or found["iso_year"]), int(found["month"] or found["iso_month"])
        return cls(year, month) if 1 <= month <= 12 and _FIRST_YEAR <= year <= _LAST_YEAR else None

    @property
    def previous(self) -> "Month":
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)

    @property
    def following(self) -> "Month":
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the first moment of the month, and that of the next one."""
        after = self.following
        first, last = date(self.year, self.month, 1), date(after.year, after.month, 1)
        return local_to_utc(first, time.min, zone), local_to_utc(last, time.min, zone)


@dataclass(frozen=True, slots=True)
class ReportedTicket:
    """The facts of one ticket that the report counts.

    ``returned``: how often the citizen said that it is not solved. ``marked``: the answer has a mark of the checker or
    of a person. ``drafts_returned``: how often an approver returned a draft with a remark.
    """

    state: State
    sector: str | None
    theme: str | None
    topic: str | None
    district: str | None
    source: str
    applicant_kind: str | None
    urgent: bool
    moments: TicketMoments
    returned: int = 0
    marked: bool = False
    drafts_returned: int = 0


class ClockFigures(NamedTuple):
    """One clock of the tickets of a group: met, missed and still running; the rest had no such deadline.

    Hours are those of the tickets whose clock has stopped with the matter itself: the first word, the answer, the
    solution. ``None``: of fewer than :data:`FEWEST_FOR_MEDIAN`.
    """

    met: int = 0
    missed: int = 0
    running: int = 0
    median_hours: float | None = None
    ninth_decile_hours: float | None = None
    median_working_hours: float | None = None
    ninth_decile_working_hours: float | None = None

    @property
    def share_met(self) -> float | None:
        """Return the share of the stopped clocks that were met, from 0 to 1; ``None`` without any."""
        stopped = self.met + self.missed
        return self.met / stopped if stopped else None


class GroupFigures(NamedTuple):
    """The figures of the tickets that came in a month and have something in common.

    ``came`` is the sum of ``answered``, ``dismissed`` and ``in_work``. ``returned``, ``solved``, ``marked`` and
    ``drafts_returned`` count tickets, not acts.
    """

    title: str = ""
    came: int = 0
    urgent: int = 0
    answered: int = 0
    dismissed: int = 0
    in_work: int = 0
    solved: int = 0
    returned: int = 0
    marked: int = 0
    drafts_returned: int = 0
    first_word: ClockFigures = ClockFigures()
    answer: ClockFigures = ClockFigures()
    solution: ClockFigures = ClockFigures()


class Breakdown(StrEnum):
    """The ways to divide the tickets of a month. Stored: never change."""

    SECTOR = "sector"
    SOURCE = "source"
    TOPIC = "topic"
    DISTRICT = "district"
    APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class _Clock:
    """One clock of one ticket; the times are hours until the word, the answer or the solution itself."""

    result: ClockResult | None
    hours: float | None
    working_hours: float | None


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """One ticket as it is counted, made once for all groups that it belongs to."""

    counts: tuple[str, ...]
    clocks: tuple[_Clock, ...]

    @classmethod
    def of(cls, ticket: ReportedTicket, now: datetime, calendar: WorkingCalendar) -> Self:
        """Return the facts of *ticket*; clocks that still run are judged by *now*."""
        moments = ticket.moments
        is_open, is_dismissed = ticket.state in OPEN_TICKET_STATES, ticket.state is State.DISMISSED
        facts = {
            "came": True,
            "urgent": ticket.urgent,
            "in_work": is_open,
            "dismissed": is_dismissed,
            "answered": not is_open and not is_dismissed,
            "solved": moments.solved_at is not None,
            "returned": ticket.returned > 0,
            "marked": ticket.marked,
            "drafts_returned": ticket.drafts_returned > 0,
        }
        counts = tuple(name for name, is_true in facts.items() if is_true)
        if is_dismissed:
            return cls(counts, ())  # nobody owes an answer: its clocks say nothing of the work
        stopped = (
            (moments.first_word_result(now), moments.first_word),
            (moments.answer_result(now), moments.answered_at),
            (moments.solve_result(now), moments.solved_at),
        )
        came = moments.registered_at
        clocks = (
            _Clock(result, hours_between(came, until), working_hours_between(came, until, calendar))
            for result, until in stopped
        )
        return cls(counts, tuple(clocks))


@dataclass(slots=True)
class _ClockTally:
    results: dict[ClockResult, int] = field(default_factory=lambda: dict.fromkeys(ClockResult, 0))
    hours: list[float] = field(default_factory=list)
    working_hours: list[float] = field(default_factory=list)

    def add(self, clock: _Clock) -> None:
        if clock.result is not None:
            self.results[clock.result] += 1
        if clock.hours is not None and clock.working_hours is not None:
            self.hours.append(clock.hours)
            self.working_hours.append(clock.working_hours)

    def figures(self) -> ClockFigures:
        return ClockFigures(
            self.results[ClockResult.MET],
            self.results[ClockResult.MISSED],
            self.results[ClockResult.RUNNING],
            *_quantiles(self.hours),
            *_quantiles(self.working_hours),
        )


class Tally:
    """Adds up the tickets of one group."""

    def __init__(self, title: str = "") -> None:
        self._title = title
        self._counts = dict.fromkeys(
            ("came", "urgent", "answered", "dismissed", "in_work", "solved", "returned", "marked", "drafts_returned"), 0
        )
        self._clocks = (_ClockTally(), _ClockTally(), _ClockTally())

    def add(self, facts: TicketFacts) -> None:
        """Count one ticket."""
        for name in facts.counts:
            self._counts[name] += 1
        for tally, clock in zip(self._clocks, facts.clocks, strict=False):
            tally.add(clock)

    def figures(self) -> GroupFigures:
        """Return the sums, and the medians where there are enough tickets for one."""
        first_word, answer, solution = (one.figures() for one in self._clocks)
        return GroupFigures(self._title, **self._counts, first_word=first_word, answer=answer, solution=solution)


def _quantiles(values: Iterable[float]) -> tuple[float | None, float | None]:
    """Return the median and the value that nine of ten do not exceed."""
    ordered = sorted(values)
    if len(ordered) < FEWEST_FOR_MEDIAN:
        return None, None
    # The nearest-rank definition: the result is the time of a real ticket, also with few of them.
    return round(median(ordered), 2), ordered[-(-len(ordered) * 9 // 10) - 1]
