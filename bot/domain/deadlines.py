"""The deadlines of a ticket, their terms, and the moments of their notices.

:mod:`bot.domain.clocks` computes the moments; they are stored, and the scheduler only waits for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration, TimeUnit


class DeadlineKind(StrEnum):
    """The action that a deadline is for."""

    FIRST_WORD = "first_word"
    ACCEPT = "accept"
    ANSWER = "answer"
    SOLVE = "solve"


POSTING_DEADLINE = "posting"
"""Kind of a due moment: an approved answer should have been posted by hand. Stored."""

POSTING_REMINDER = "posting_reminder"
"""Code of its reminder. Stored."""


class DueKind(StrEnum):
    """The kind of notice at a due moment."""

    REMINDER = "reminder"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """The terms of a ticket. ``remind_at``: shares of a term, each between 0 and 1, kept in ascending order.

    ``urgent_accept``, ``urgent_answer``: the terms of which the earliest counts instead while the ticket is urgent
    (empty: it is not); ``final``: the term of the answer after an interim one; ``total``: the bound of the answer with
    all approvals. ``None``: no such term.
    """

    accept: Duration
    answer: Duration
    remind_at: tuple[float, ...] = ()
    urgent_accept: tuple[Duration, ...] = ()
    urgent_answer: tuple[Duration, ...] = ()
    first_word: Duration | None = None
    final: Duration | None = None
    solve: Duration | None = None
    total: Duration | None = None

    def __post_init__(self) -> None:
        if any(not 0 < share < 1 for share in self.remind_at):
            raise ValueError("a reminder comes at a share between 0 and 1 of its term")
        object.__setattr__(self, "remind_at", tuple(sorted(set(self.remind_at))))

    def usual_of(self, deadline: DeadlineKind) -> tuple[Duration, ...]:
        """Return the terms for *deadline* of a ticket that is not urgent; the one that ends first counts."""
        match deadline:
            case DeadlineKind.ACCEPT:
                return (self.accept,)
            case DeadlineKind.ANSWER:
                return (self.answer, *self._existing(self.total))
            case DeadlineKind.FIRST_WORD:
                return self._existing(self.first_word)
            case DeadlineKind.SOLVE:
                return self._existing(self.solve)
        assert_never(deadline)

    def urgent_of(self, deadline: DeadlineKind) -> tuple[Duration, ...]:
        """Return the terms for *deadline* of an urgent ticket; the one that ends first counts."""
        match deadline:
            case DeadlineKind.ACCEPT if self.urgent_accept:
                return self.urgent_accept
            case DeadlineKind.ANSWER if self.urgent_answer:
                return (*self.urgent_answer, *self._existing(self.total))
        return self.usual_of(deadline)

    @property
    def is_urgent(self) -> bool:
        """True if the ticket has terms of urgent ones."""
        return bool(self.urgent_accept or self.urgent_answer)

    @staticmethod
    def _existing(duration: Duration | None) -> tuple[Duration, ...]:
        return (duration,) if duration is not None else ()


@dataclass(frozen=True, slots=True)
class DueMoment:
    """A notice due at a moment (UTC), when ``share`` of the term is over; 1.0 for overdue."""

    deadline: DeadlineKind
    kind: DueKind
    share: float
    at: datetime


def moment_at_share(
    start: datetime, end: datetime, share: float, term: Duration, calendar: WorkingCalendar
) -> datetime:
    """Return the moment when *share* of the time to a given deadline is over, in the kind of time of *term*."""
    exact = Fraction(repr(share))
    if term.is_working:
        working = calendar.working_between(start, end)
        if working:
            return calendar.add_working(start, _multiply(working, exact))
    return start + _multiply(end - start, exact)


def shift_due(
    due: datetime, stopped_at: datetime, resumed_at: datetime, term: Duration, calendar: WorkingCalendar
) -> datetime:
    """Return the deadline *due* after its clock has stopped from *stopped_at* to *resumed_at*.

    The time that was left then, in the kind of time of *term*, is left again at the end; what was late stays late.
    """
    if due <= stopped_at or resumed_at <= stopped_at:
        return due
    if not term.is_working:
        return due + (resumed_at - stopped_at)
    left = calendar.working_between(stopped_at, due)
    return max(due, calendar.add_working(resumed_at, left)) if left else max(due, resumed_at)


def carry_over(
    due: datetime, moved_at: datetime, term: Duration, old: WorkingCalendar, new: WorkingCalendar
) -> datetime | None:
    """Return the deadline *due* of *term* once the working time *new* counts instead of *old* from *moved_at* on.

    What was left then is left again, in working hours or working days; what was late stays late. ``None``: nothing was
    left, because the term ends with the next opening; then no other working time moves it any more.
    """
    if due <= moved_at or not term.is_working:
        return due
    if term.unit is TimeUnit.WORKING_DAY:
        days = old.working_days_between(moved_at, due)
        return new.add_working_days(moved_at, days) if days else None
    left = old.working_between(moved_at, due)
    return new.add_working(moved_at, left) if left else None


def _multiply(length: timedelta, share: Fraction) -> timedelta:
    tick = timedelta(microseconds=1)
    return tick * round(length // tick * share)
