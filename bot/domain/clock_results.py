"""The results of a ticket's clocks, for reports: was each deadline met, and how long did it take?

The first word, the published answer and the solved problem are three facts, never one figure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.calendar import WorkingCalendar


class ClockResult(StrEnum):
    """The result of one clock; exported."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class TicketMoments:
    """The deadlines of a ticket and the moments (UTC) at which they were met. ``None``: none, or not yet.

    ``ended_at``: when the work ended, with an answer or without one; it stops every clock.
    """

    registered_at: datetime
    accept_due: datetime
    answer_due: datetime
    first_word_due: datetime | None = None
    solve_due: datetime | None = None
    accepted_at: datetime | None = None
    first_word_at: datetime | None = None
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def first_word(self) -> datetime | None:
        """The moment at which the citizen could first read something: that it is taken up, or the answer."""
        return _earliest(self.first_word_at, self.answered_at)

    def accept_result(self, now: datetime) -> ClockResult | None:
        return judge(self.accept_due, _earliest(self.accepted_at, self.answered_at, self.ended_at), now)

    def first_word_result(self, now: datetime) -> ClockResult | None:
        return judge(self.first_word_due, _earliest(self.first_word, self.ended_at), now)

    def answer_result(self, now: datetime) -> ClockResult | None:
        return judge(self.answer_due, _earliest(self.answered_at, self.ended_at), now)

    def solve_result(self, now: datetime) -> ClockResult | None:
        return judge(self.solve_due, _earliest(self.solved_at, self.ended_at), now)


def judge(due: datetime | None, stopped: datetime | None, now: datetime) -> ClockResult | None:
    """Return the result of a clock that was stopped, or runs until *now*; ``None`` without a deadline."""
    if due is None:
        return None
    if (stopped or now) > due:
        return ClockResult.MISSED
    return ClockResult.MET if stopped is not None else ClockResult.RUNNING


def hours_between(since: datetime, until: datetime | None) -> float | None:
    """Return the hours of the calendar, with two digits."""
    return _hours(until - since) if until is not None else None


def working_hours_between(since: datetime, until: datetime | None, calendar: WorkingCalendar) -> float | None:
    """Return the working hours, with two digits."""
    return _hours(calendar.working_between(since, until)) if until is not None else None


def _hours(length: timedelta) -> float:
    return round(max(length, timedelta()) / timedelta(hours=1), 2)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)
