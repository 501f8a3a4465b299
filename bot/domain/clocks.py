"""The clocks of a ticket: its history gives the moments until which something must happen, and the reasons.

Nothing is counted down. Each moment is computed from the beginning of the clock and from what happened since: waiting
for the citizen, a deadline set by a person, an extension, an interim answer. So the same history always gives the same
moments, and a change of the rules or of the calendar is one more computation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import (
    DeadlineKind,
    DeadlineTerms,
    DueKind,
    DueMoment,
    carry_over,
    moment_at_share,
    shift_due,
)
from bot.domain.durations import Duration
from bot.domain.local_time import to_utc
from bot.domain.working_hours import WorkingHours


class ClockEventKind(StrEnum):
    """An event that moves the clocks of a ticket."""

    START = "start"  # it returned to work: the clocks begin once more
    SET = "set"  # a person or the system that it came from set the deadline
    TIGHTEN = "tighten"  # an earlier deadline of a joined ticket counts
    URGENT = "urgent"  # it became urgent: the urgent terms count from then on, where they end earlier
    EXTEND = "extend"  # an extension was approved
    INTERIM = "interim"  # an interim answer was published: the term of the final answer begins
    WAIT = "wait"  # the citizen was asked; ``due`` is the end of the waiting
    POST = "post"  # another post has it, whose working hours count from then on


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """An event at a moment (UTC). ``deadline``: the clock it is about, ``None`` for every clock; ``due``: a moment.

    ``person_id``: the official who caused it; ``post``: the title of the post that has the ticket from then on.
    """

    kind: ClockEventKind
    at: datetime
    deadline: DeadlineKind | None = None
    due: datetime | None = None
    person_id: int | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A step of the computation of one deadline: what happened, and the deadline after it.

    ``term``: the duration that begins; ``until``: the end of a waiting; ``person_id``: the official who caused it;
    ``post``: the post with working hours of its own that count from then on (``None``: the town's do).
    """

    kind: ClockEventKind
    at: datetime
    due: datetime
    term: Duration | None = None
    until: datetime | None = None
    person_id: int | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The computed deadline of one kind, its reminders (share of the time → moment), and how it came about."""

    kind: DeadlineKind
    due: datetime
    reminders: tuple[tuple[float, datetime], ...]
    steps: tuple[ClockStep, ...]
    term: Duration

    def due_moments(self) -> tuple[DueMoment, ...]:
        """Return the notices of this clock; a reminder that would not come before the deadline is dropped."""
        since = self.steps[0].at
        kept = [
            DueMoment(self.kind, DueKind.REMINDER, share, at) for share, at in self.reminders if since <= at < self.due
        ]
        return (*kept, DueMoment(self.kind, DueKind.OVERDUE, 1.0, self.due))


@dataclass(frozen=True)  # no slots: they leave no room for a cached property
class ClockPlan:
    """The clocks of a ticket: always one to accept it and one to answer, others where a rule has a term for them."""

    clocks: Mapping[DeadlineKind, Clock]

    @property
    def accept_due(self) -> datetime:
        return self.clocks[DeadlineKind.ACCEPT].due

    @property
    def answer_due(self) -> datetime:
        return self.clocks[DeadlineKind.ANSWER].due

    @cached_property
    def due_moments(self) -> tuple[DueMoment, ...]:
        """All notices, in chronological order."""
        found = [due for clock in self.clocks.values() for due in clock.due_moments()]
        return tuple(sorted(found, key=lambda due: (due.at, due.deadline, due.kind, due.share)))


@dataclass(slots=True)
class _Hand:
    """A clock while its history is replayed. ``moments``: share of the time → moment; 1.0 is the deadline.

    ``calendar``: the working time of the post that has the ticket; ``rivals``: terms that began with ``term`` and would
    have ended later, with their ends; ``stopped_until``: the end of the last waiting; ``spent``: the shares of which
    nothing was left at a hand-over.
    """

    kind: DeadlineKind
    term: Duration
    moments: dict[float, datetime]
    calendar: WorkingCalendar
    post: str | None = None
    rivals: list[tuple[Duration, datetime]] = field(default_factory=list)
    steps: list[ClockStep] = field(default_factory=list)
    stopped_until: datetime | None = None
    spent: set[float] = field(default_factory=set)

    @property
    def due(self) -> datetime:
        return self.moments[1.0]

    @property
    def is_set(self) -> bool:
        """True if somebody has set this deadline."""
        return any(step.kind is ClockEventKind.SET for step in self.steps)

    def begin(self, event: ClockEvent, term: Duration) -> None:
        """Begin another *term* at the event."""
        self.term, self.rivals, self.spent = term, [], set()
        self.moments = {share: self.calendar.add(event.at, term, share) for share in self.moments}
        self.add_step(event, term=term)

    def set_due(self, event: ClockEvent, due: datetime) -> None:
        """Set the deadline; the reminders come at shares of the time from the event on."""
        since, due = to_utc(event.at), to_utc(due)
        self.rivals, self.spent = [], set()
        self.moments = {
            share: moment_at_share(since, due, share, self.term, self.calendar) if share < 1 else due
            for share in self.moments
        }
        self.add_step(event)

    def wait(self, event: ClockEvent, until: datetime) -> None:
        """Stop the clock from the event to *until*."""
        since, until = to_utc(event.at), to_utc(until)
        self.stopped_until = max(until, self.stopped_until or until)
        self.moments = {
            share: shift_due(moment, since, until, self.term, self.calendar) for share, moment in self.moments.items()
        }
        self.rivals = [(term, shift_due(end, since, until, term, self.calendar)) for term, end in self.rivals]
        self.add_step(event, until=until)

    def move(self, event: ClockEvent, calendar: WorkingCalendar, post: str | None) -> None:
        """Let the working time of another post count from the event on, for what is left of a term.

        A deadline that somebody has set stays where it is.
        """
        old, self.calendar, self.post = self.calendar, calendar, post
        if self.due <= event.at or self._is_named:
            return
        since = max(to_utc(event.at), self.stopped_until or to_utc(event.at))
        moved = {
            share: carry_over(moment, since, self.term, old, calendar)
            for share, moment in self.moments.items()
            if share not in self.spent
        }
        self.spent |= {share for share, moment in moved.items() if moment is None}
        self.moments |= {share: moment for share, moment in moved.items() if moment is not None}
        self.rivals = [(term, carry_over(end, since, term, old, calendar) or end) for term, end in self.rivals]
        self.add_step(event)
        earliest = min((end for _, end in self.rivals), default=self.due)
        if earliest < self.due:
            self.set_due(ClockEvent(ClockEventKind.TIGHTEN, event.at), earliest)

    @property
    def _is_named(self) -> bool:
        """True if the deadline is a moment that somebody has named, not the end of a term."""
        kinds = (ClockEventKind.WAIT, ClockEventKind.POST)
        return next(step.term for step in reversed(self.steps) if step.kind not in kinds) is None

    def add_step(self, event: ClockEvent, *, term: Duration | None = None, until: datetime | None = None) -> None:
        self.steps.append(ClockStep(event.kind, to_utc(event.at), self.due, term, until, event.person_id, self.post))

    def finish(self) -> Clock:
        reminders = tuple((share, at) for share, at in sorted(self.moments.items()) if share < 1)
        return Clock(self.kind, self.due, reminders, tuple(self.steps), self.term)


def compute_clocks(
    started_at: datetime, terms: DeadlineTerms, hours: WorkingHours, events: Iterable[ClockEvent] = ()
) -> ClockPlan:
    """Compute the deadlines of a ticket whose clocks began at *started_at*, by its terms and its history.

    A computed deadline for accepting is never later than the deadline of the answer; one that somebody has set may be.
    """
    history = [
        ClockEvent(ClockEventKind.START, to_utc(started_at)),
        *(event for event in events if event.at >= started_at),
    ]
    # Who comes to have a ticket has it before anything else that happens at that moment.
    history.sort(key=lambda event: (event.at, event.kind is not ClockEventKind.POST))
    hands = {kind: _replay(kind, terms, hours, history) for kind in DeadlineKind}
    accept, answer = hands[DeadlineKind.ACCEPT], hands[DeadlineKind.ANSWER]
    if accept is not None and answer is not None and answer.due < accept.due and not accept.is_set:
        accept.set_due(ClockEvent(ClockEventKind.TIGHTEN, accept.steps[0].at), answer.due)
    return ClockPlan({kind: hand.finish() for kind, hand in hands.items() if hand is not None})


def _replay(
    kind: DeadlineKind, terms: DeadlineTerms, hours: WorkingHours, history: Sequence[ClockEvent]
) -> _Hand | None:
    hand, post = None, None
    for number, event in enumerate(history):
        if event.deadline not in (None, kind):
            continue
        if event.kind is ClockEventKind.POST:
            was, post = hours.of(post), hours.known(event.post)
            if hand is not None and hours.of(post) is not was:
                hand.move(event, hours.of(post), post)
        elif event.kind is ClockEventKind.START:
            # A ticket that becomes urgent later was not urgent when this clock began.
            becomes_urgent = any(later.kind is ClockEventKind.URGENT for later in history[number:])
            durations = terms.usual_of(kind) if becomes_urgent else terms.urgent_of(kind)
            hand = _start(kind, to_utc(event.at), durations, terms.remind_at, hours.of(post), post)
        elif hand is not None:
            _apply(hand, event, terms)
    return hand


def _start(
    kind: DeadlineKind,
    at: datetime,
    durations: Sequence[Duration],
    remind_at: Sequence[float],
    calendar: WorkingCalendar,
    post: str | None,
) -> _Hand | None:
    if not durations:
        return None
    shares = (*remind_at, 1.0) if kind in (DeadlineKind.ACCEPT, DeadlineKind.ANSWER) else (1.0,)
    term = min(durations, key=lambda duration: calendar.add(at, duration))
    rivals = [(one, calendar.add(at, one)) for one in durations if one != term]
    hand = _Hand(kind, term, {share: calendar.add(at, term, share) for share in shares}, calendar, post, rivals)
    hand.add_step(ClockEvent(ClockEventKind.START, at), term=term)
    return hand


def _apply(hand: _Hand, event: ClockEvent, terms: DeadlineTerms) -> None:
    """Move the clock by *event*."""
    match event.kind, event.due:
        case ClockEventKind.URGENT, _ if terms.is_urgent:
            durations = terms.urgent_of(hand.kind)
            term = min(durations, key=lambda one: hand.calendar.add(event.at, one), default=None)
            if term is not None and hand.calendar.add(event.at, term) < hand.due:
                hand.begin(event, term)
        case ClockEventKind.INTERIM, _ if hand.kind is DeadlineKind.ANSWER and terms.final is not None:
            hand.begin(event, terms.final)
        case ((ClockEventKind.SET | ClockEventKind.EXTEND | ClockEventKind.INTERIM), datetime() as due):
            hand.set_due(event, due)
        case ClockEventKind.TIGHTEN, datetime() as due if due < hand.due:
            hand.set_due(event, due)
        case ClockEventKind.WAIT, datetime() as until if event.at < hand.due:
            hand.wait(event, until)
