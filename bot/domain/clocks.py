"""The clocks of a ticket: its history gives the moments until which something must happen, and the reasons.

Nothing is counted down. Each moment is computed from the beginning of the clock and from what happened since: waiting
for the citizen, a deadline set by a person, an extension, an interim answer. So the same history always gives the same
moments, and a change of the rules or of the calendar is one more computation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import DeadlineKind, DeadlineTerms, DueKind, DueMoment, moment_at_share, shift_due
from bot.domain.durations import Duration
from bot.domain.local_time import to_utc


class ClockEventKind(StrEnum):
    """What happened to the clocks of a ticket."""

    START = "start"  # it returned to work: the clocks begin once more
    SET = "set"  # a person or the system that it came from set the deadline
    TIGHTEN = "tighten"  # an earlier deadline of a joined ticket counts
    URGENT = "urgent"  # it became urgent: the urgent terms count from then on, where they end earlier
    EXTEND = "extend"  # an extension was approved
    INTERIM = "interim"  # an interim answer was published: the term of the final answer begins
    WAIT = "wait"  # the citizen was asked; ``due`` is the end of the waiting


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """An event at a moment (UTC). ``deadline``: the clock it is about, ``None`` for every clock; ``due``: a moment.

    ``person_id``: the official who caused it.
    """

    kind: ClockEventKind
    at: datetime
    deadline: DeadlineKind | None = None
    due: datetime | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClockStep:
    """A step of the computation of one deadline: what happened, and the deadline after it.

    ``term``: the duration that begins; ``until``: the end of a waiting; ``person_id``: the official who caused it.
    """

    kind: ClockEventKind
    at: datetime
    due: datetime
    term: Duration | None = None
    until: datetime | None = None
    person_id: int | None = None


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


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """The clocks of a ticket: always one to accept it and one to answer, others where a rule has a term for them."""

    clocks: Mapping[DeadlineKind, Clock]

    @property
    def accept_due(self) -> datetime:
        return self.clocks[DeadlineKind.ACCEPT].due

    @property
    def answer_due(self) -> datetime:
        return self.clocks[DeadlineKind.ANSWER].due

    @property
    def due_moments(self) -> tuple[DueMoment, ...]:
        """All notices, in chronological order."""
        found = [due for clock in self.clocks.values() for due in clock.due_moments()]
        return tuple(sorted(found, key=lambda due: (due.at, due.deadline, due.kind, due.share)))


@dataclass(slots=True)
class _Hand:
    """A clock while its history is replayed. ``moments``: share of the time → moment; 1.0 is the deadline."""

    kind: DeadlineKind
    term: Duration
    moments: dict[float, datetime]
    steps: list[ClockStep] = field(default_factory=list)

    @property
    def due(self) -> datetime:
        return self.moments[1.0]

    @property
    def is_set(self) -> bool:
        """True if somebody has set this deadline."""
        return any(step.kind is ClockEventKind.SET for step in self.steps)

    def begin(self, event: ClockEvent, term: Duration, calendar: WorkingCalendar) -> None:
        """Begin another *term* at the event."""
        self.term = term
        self.moments = {share: calendar.add(event.at, term, share) for share in self.moments}
        self._add_step(event, term=term)

    def set_due(self, event: ClockEvent, due: datetime, calendar: WorkingCalendar) -> None:
        """Set the deadline; the reminders come at shares of the time from the event on."""
        since, due = to_utc(event.at), to_utc(due)
        self.moments = {
            share: moment_at_share(since, due, share, self.term, calendar) if share < 1 else due
            for share in self.moments
        }
        self._add_step(event)

    def wait(self, event: ClockEvent, until: datetime, calendar: WorkingCalendar) -> None:
        """Stop the clock from the event to *until*."""
        since, until = to_utc(event.at), to_utc(until)
        self.moments = {
            share: shift_due(moment, since, until, self.term, calendar) for share, moment in self.moments.items()
        }
        self._add_step(event, until=until)

    def _add_step(self, event: ClockEvent, *, term: Duration | None = None, until: datetime | None = None) -> None:
        self.steps.append(ClockStep(event.kind, to_utc(event.at), self.due, term, until, event.person_id))

    def finish(self) -> Clock:
        reminders = tuple((share, at) for share, at in sorted(self.moments.items()) if share < 1)
        return Clock(self.kind, self.due, reminders, tuple(self.steps), self.term)


def compute_clocks(
    started_at: datetime, terms: DeadlineTerms, calendar: WorkingCalendar, events: Iterable[ClockEvent] = ()
) -> ClockPlan:
    """Compute the deadlines of a ticket whose clocks began at *started_at*, by its terms and its history.

    A computed deadline for accepting is never later than the deadline of the answer; one that somebody has set may be.
    """
    history = [
        ClockEvent(ClockEventKind.START, to_utc(started_at)),
        *sorted((event for event in events if event.at >= started_at), key=lambda event: event.at),
    ]
    hands = {kind: _replay(kind, terms, calendar, history) for kind in DeadlineKind}
    accept, answer = hands[DeadlineKind.ACCEPT], hands[DeadlineKind.ANSWER]
    if accept is not None and answer is not None and answer.due < accept.due and not accept.is_set:
        bound = ClockEvent(ClockEventKind.TIGHTEN, accept.steps[0].at)
        accept.set_due(bound, answer.due, calendar)
    return ClockPlan({kind: hand.finish() for kind, hand in hands.items() if hand is not None})


def _replay(
    kind: DeadlineKind, terms: DeadlineTerms, calendar: WorkingCalendar, history: Sequence[ClockEvent]
) -> _Hand | None:
    hand = None
    for number, event in enumerate(history):
        if event.deadline not in (None, kind):
            continue
        if event.kind is ClockEventKind.START:
            # A ticket that becomes urgent later was not urgent when this clock began.
            becomes_urgent = any(later.kind is ClockEventKind.URGENT for later in history[number:])
            durations = terms.usual_of(kind) if becomes_urgent else terms.urgent_of(kind)
            hand = _start(kind, to_utc(event.at), durations, terms.remind_at, calendar)
        elif hand is not None:
            _apply(hand, event, terms, calendar)
    return hand


def _start(
    kind: DeadlineKind,
    at: datetime,
    durations: Sequence[Duration],
    remind_at: Sequence[float],
    calendar: WorkingCalendar,
) -> _Hand | None:
    if not durations:
        return None
    shares = (*remind_at, 1.0) if kind in (DeadlineKind.ACCEPT, DeadlineKind.ANSWER) else (1.0,)
    term = min(durations, key=lambda duration: calendar.add(at, duration))
    hand = _Hand(kind, term, {share: calendar.add(at, term, share) for share in shares})
    hand.steps.append(ClockStep(ClockEventKind.START, at, hand.due, term))
    return hand


def _apply(hand: _Hand, event: ClockEvent, terms: DeadlineTerms, calendar: WorkingCalendar) -> None:
    """Move the clock by *event*."""
    match event.kind, event.due:
        case ClockEventKind.URGENT, _ if terms.is_urgent:
            durations = terms.urgent_of(hand.kind)
            term = min(durations, key=lambda one: calendar.add(event.at, one), default=None)
            if term is not None and calendar.add(event.at, term) < hand.due:
                hand.begin(event, term, calendar)
        case ClockEventKind.INTERIM, _ if hand.kind is DeadlineKind.ANSWER and terms.final is not None:
            hand.begin(event, terms.final, calendar)
        case ((ClockEventKind.SET | ClockEventKind.EXTEND | ClockEventKind.INTERIM), datetime() as due):
            hand.set_due(event, due, calendar)
        case ClockEventKind.TIGHTEN, datetime() as due if due < hand.due:
            hand.set_due(event, due, calendar)
        case ClockEventKind.WAIT, datetime() as until if event.at < hand.due:
            hand.wait(event, until, calendar)
