"""Until when a ticket must be accepted and answered, and when to speak about it.

Everything is computed once, from the ticket's registration; the moments are stored and the scheduler only ticks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Term
from bot.domain.local_time import utc


class Limit(StrEnum):
    """What a deadline is for."""

    ACCEPT = "accept"
    ANSWER = "answer"


class DueKind(StrEnum):
    """What happens at a due moment."""

    REMINDER = "reminder"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Terms:
    """The municipality's terms. ``remind_at``: shares of a term, each between 0 and 1, kept in growing order."""

    accept: Term
    answer: Term
    remind_at: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if any(not 0 < share < 1 for share in self.remind_at):
            raise ValueError("a reminder comes at a share between 0 and 1 of its term")
        object.__setattr__(self, "remind_at", tuple(sorted(set(self.remind_at))))

    def of(self, limit: Limit) -> Term:
        """The term of one limit."""
        return self.accept if limit is Limit.ACCEPT else self.answer


@dataclass(frozen=True, slots=True)
class Due:
    """Something to say at a moment (UTC). ``share`` of the term is over then; 1.0 for overdue."""

    limit: Limit
    kind: DueKind
    share: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A ticket's deadlines (UTC), and all there is to say about them, in order of time."""

    accept_due: datetime
    answer_due: datetime
    dues: tuple[Due, ...]


def plan(
    registered_at: datetime,
    terms: Terms,
    calendar: WorkingCalendar,
    *,
    accept_due: datetime | None = None,
    answer_due: datetime | None = None,
) -> Plan:
    """The deadlines of a ticket registered at *registered_at*.

    A given *accept_due* or *answer_due* (the coordinator's, or that of the system the message came from) replaces ours,
    be it earlier or later; reminders then come at the same shares of the time it leaves. Our own accept deadline never
    lies after the answer deadline. A deadline in the past is overdue at once and has no reminders; a reminder that
    would not come before its overdue moment is dropped.
    """
    registered = utc(registered_at)
    answer = calendar.add(registered, terms.answer) if answer_due is None else utc(answer_due)
    accept = min(calendar.add(registered, terms.accept), answer) if accept_due is None else utc(accept_due)
    dues = [
        *_dues(Limit.ACCEPT, registered, accept, terms, calendar),
        *_dues(Limit.ANSWER, registered, answer, terms, calendar),
    ]
    return Plan(accept, answer, tuple(sorted(dues, key=lambda due: (due.at, due.limit, due.kind, due.share))))


def _dues(limit: Limit, registered: datetime, end: datetime, terms: Terms, calendar: WorkingCalendar) -> list[Due]:
    term = terms.of(limit)
    if end == calendar.add(registered, term):
        moments = [(share, calendar.add(registered, term, share)) for share in terms.remind_at]
    else:
        moments = [(share, _part(registered, end, share, term, calendar)) for share in terms.remind_at]
    dues = [Due(limit, DueKind.REMINDER, share, at) for share, at in moments if registered <= at < end]
    return [*dues, Due(limit, DueKind.OVERDUE, 1.0, end)]


def _part(start: datetime, end: datetime, share: float, term: Term, calendar: WorkingCalendar) -> datetime:
    """The moment when *share* of the way to a foreign deadline is over, in the kind of time in which *term* runs."""
    exact = Fraction(repr(share))
    if term.is_working:
        working = calendar.working_between(start, end)
        if working:
            return calendar.add_working(start, _times(working, exact))
    return start + _times(end - start, exact)


def _times(length: timedelta, share: Fraction) -> timedelta:
    tick = timedelta(microseconds=1)
    return tick * round(length // tick * share)
