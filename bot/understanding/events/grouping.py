"""Grouping of messages about one event, in memory, in chronological order.

An event closes after a time without messages. Nothing here waits or reads the clock: messages carry the time.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.understanding.events.matcher import SLOW_FACTOR, EventMatcher, MessageToMatch, OpenEvent
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading

_MAX_OPEN_EVENTS = 500
_MAX_KNOWN_MESSAGES = 20_000


@dataclass(frozen=True, slots=True)
class EventAssignment:
    """The event that a message belongs to, and whether the message only joins it («+1», a reply).

    ``answered``: the message that it answers, if that belongs to the event, too, as is known only now.
    """

    event_number: int
    is_new_event: bool
    is_upvote: bool
    answered: str | None = None


class EventGrouper:
    """Keeps the open events in bounded memory; an event is closed after a given number of seconds without a message.

    Not to be shared between threads.
    """

    def __init__(self, matcher: EventMatcher, quiet_seconds: float) -> None:
        self._matcher = matcher
        self._quiet_seconds = quiet_seconds
        self._events: OrderedDict[int, OpenEvent] = OrderedDict()
        self._of_message: OrderedDict[str, int] = OrderedDict()
        self._of_answers: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def add(self, message: MessageToMatch, reading: Reading) -> EventAssignment | None:
        """Return the event of *message*, perhaps a new one, or ``None`` if the message is not about any event.

        «Дали свет» belongs to none: it ends the event that it is about. Nor does «скорая приехала»: it is no report.
        """
        judge, events = self._matcher, self._open_events(message.timestamp)
        seen = judge.with_known_streets(judge.signature(message.text, reading), events)
        event, voice = judge.match(message, reading, seen, events, self._find_answered(message, seen, events))
        if event is None:
            if not judge.can_start(reading, seen):
                return None
            self._count += 1
            event = OpenEvent(self._count, message.timestamp)
        elif seen.is_news:
            if seen.says_over:
                event.ended = message.timestamp
            self._remember(message, event)
            return None
        event.add(message, seen)
        self._store(message, event)
        return EventAssignment(event.number, event.size == 1, voice, self._count_answer(message, event))

    def _find_answered(self, message: MessageToMatch, seen: Signature, events: Sequence[OpenEvent]) -> OpenEvent | None:
        """Return the event of the message that *message* answers, or that of other answers to it.

        «Ну что там?» is no report, but its answers are of one event, unless one of them names another matter.
        """
        asked = message.reply_to or ""
        numbers = (self._of_message.get(asked, 0), self._of_answers.get(asked, 0))
        own, shared = (next((event for event in events if event.number == number), None) for number in numbers)
        return own or (shared if shared is not None and self._matcher.may_be_of(seen, shared) else None)

    def _count_answer(self, message: MessageToMatch, event: OpenEvent) -> str | None:
        """Return the message that *message* answers, if with this one two answers to it are of *event*."""
        asked = message.reply_to
        if asked is None or asked in self._of_message:
            return None
        if self._of_answers.get(asked) != event.number:
            self._of_answers[asked] = event.number
            while len(self._of_answers) > _MAX_KNOWN_MESSAGES:
                self._of_answers.popitem(last=False)
            return None
        del self._of_answers[asked]
        self._of_message[asked] = event.number
        return asked

    def _store(self, message: MessageToMatch, event: OpenEvent) -> None:
        self._events[event.number] = event
        self._remember(message, event)
        self._events.move_to_end(event.number)
        while len(self._events) > _MAX_OPEN_EVENTS:
            self._events.popitem(last=False)

    def _remember(self, message: MessageToMatch, event: OpenEvent) -> None:
        """Remember the event of the message, for replies to it."""
        self._of_message[message.id] = event.number
        while len(self._of_message) > _MAX_KNOWN_MESSAGES:
            self._of_message.popitem(last=False)

    def _open_events(self, now: float) -> list[OpenEvent]:
        """Forget the events that have been quiet for long, the least recent first; return the open ones."""
        while self._events:
            oldest = next(iter(self._events.values()))
            if now - oldest.last <= self._quiet_seconds * SLOW_FACTOR:
                break
            del self._events[oldest.number]
        quiet = self._quiet_seconds
        return [
            event
            for event in self._events.values()
            if now - event.last <= self._matcher.open_seconds(event.subjects, quiet)
        ]


def group_in_order(grouper: EventGrouper, messages: Iterable[tuple[MessageToMatch, Reading]]) -> list[int | None]:
    """Group *messages*, which are in order of time; return the event of each, as it is known after the last one."""
    events: list[int | None] = []
    known: dict[str, int] = {}
    for message, reading in messages:
        joined = grouper.add(message, reading)
        known[message.id] = len(events)
        events.append(joined.event_number if joined is not None else None)
        if joined is not None and joined.answered in known:
            events[known[joined.answered]] = joined.event_number
    return events
