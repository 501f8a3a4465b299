"""The deadlines for accepting and answering a ticket, and the moments of their reminders.

All moments are computed once, when the ticket is registered, and stored; the scheduler only waits for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration
from bot.domain.local_time import to_utc


class DeadlineKind(StrEnum):
    """The action that a deadline is for."""

    ACCEPT = "accept"
    ANSWER = "answer"


class DueKind(StrEnum):
    """The kind of notice at a due moment."""

    REMINDER = "reminder"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """The configured terms. ``remind_at``: shares of a term, each between 0 and 1, kept in ascending order."""

    accept: Duration
    answer: Duration
    remind_at: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if any(not 0 < share < 1 for share in self.remind_at):
            raise ValueError("a reminder comes at a share between 0 and 1 of its term")
        object.__setattr__(self, "remind_at", tuple(sorted(set(self.remind_at))))

    def duration_of(self, deadline: DeadlineKind) -> Duration:
        """Return the term for *deadline*."""
        return self.accept if deadline is DeadlineKind.ACCEPT else self.answer


@dataclass(frozen=True, slots=True)
class DueMoment:
    """A notice due at a moment (UTC), when ``share`` of the term is over; 1.0 for overdue."""

    deadline: DeadlineKind
    kind: DueKind
    share: float
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadlinePlan:
    """The deadlines of a ticket (UTC) and all their notices, in chronological order."""

    accept_due: datetime
    answer_due: datetime
    due_moments: tuple[DueMoment, ...]


def compute_plan(
    registered_at: datetime,
    terms: DeadlineTerms,
    calendar: WorkingCalendar,
    *,
    accept_due: datetime | None = None,
    answer_due: datetime | None = None,
) -> DeadlinePlan:
    """Compute the deadlines of a ticket registered at *registered_at*.

    A given *accept_due* or *answer_due* (the coordinator's, or that of the system the message came from) replaces the
    computed one, earlier or later; reminders come at the same shares of the time it leaves. A computed accept deadline
    is never later than the answer deadline. A deadline in the past is overdue at once and has no reminders; a
    reminder that would not come before its overdue moment is dropped.
    """
    registered = to_utc(registered_at)
    answer = calendar.add(registered, terms.answer) if answer_due is None else to_utc(answer_due)
    accept = min(calendar.add(registered, terms.accept), answer) if accept_due is None else to_utc(accept_due)
    dues = [
        *_due_moments(DeadlineKind.ACCEPT, registered, accept, terms, calendar),
        *_due_moments(DeadlineKind.ANSWER, registered, answer, terms, calendar),
    ]
    return DeadlinePlan(
        accept, answer, tuple(sorted(dues, key=lambda due: (due.at, due.deadline, due.kind, due.share)))
    )


def _due_moments(
    deadline: DeadlineKind, registered: datetime, end: datetime, terms: DeadlineTerms, calendar: WorkingCalendar
) -> list[DueMoment]:
    term = terms.duration_of(deadline)
    if end == calendar.add(registered, term):
        moments = [(share, calendar.add(registered, term, share)) for share in terms.remind_at]
    else:
        moments = [(share, moment_at_share(registered, end, share, term, calendar)) for share in terms.remind_at]
    dues = [DueMoment(deadline, DueKind.REMINDER, share, at) for share, at in moments if registered <= at < end]
    return [*dues, DueMoment(deadline, DueKind.OVERDUE, 1.0, end)]


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


def _multiply(length: timedelta, share: Fraction) -> timedelta:
    tick = timedelta(microseconds=1)
    return tick * round(length // tick * share)
