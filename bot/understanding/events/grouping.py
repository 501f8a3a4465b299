"""Grouping of messages about one event, in memory, in chronological order.

An event closes after a time without messages. Nothing here waits or reads the clock: messages carry the time.
"""

from collections import OrderedDict
from dataclasses import dataclass

from bot.understanding.events.matcher import EventMatcher, MessageToMatch, OpenEvent
from bot.understanding.reading import Reading

_MAX_OPEN_EVENTS = 500
_MAX_KNOWN_MESSAGES = 20_000


@dataclass(frozen=True, slots=True)
class EventAssignment:
    """The event that a message belongs to, and whether the message only joins it («+1», a reply)."""

    event_number: int
    is_new_event: bool
    is_upvote: bool


class EventGrouper:
    """Keeps the open events in bounded memory; an event is closed after a given number of seconds without a message.

    Not to be shared between threads.
    """

    def __init__(self, matcher: EventMatcher, quiet_seconds: float) -> None:
        self._matcher = matcher
        self._quiet_seconds = quiet_seconds
        self._events: OrderedDict[int, OpenEvent] = OrderedDict()
        self._of_message: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def add(self, message: MessageToMatch, reading: Reading) -> EventAssignment | None:
        """Return the event of *message*, perhaps a new one, or ``None`` if the message is not about any event."""
        self._expire(message.timestamp)
        judge, events = self._matcher, self._events.values()
        seen = judge.with_known_streets(judge.signature(message.text, reading), events)
        answered = self._events.get(self._of_message.get(message.reply_to or "", 0))
        event, voice = judge.match(message, reading, seen, events, answered)
        if event is None:
            if not judge.can_start(reading, seen):
                return None
            self._count += 1
            event = OpenEvent(self._count, message.timestamp)
        event.add(message, seen)
        self._store(message, event)
        return EventAssignment(event.number, event.size == 1, voice)

    def _store(self, message: MessageToMatch, event: OpenEvent) -> None:
        self._events[event.number] = event
        self._of_message[message.id] = event.number
        while len(self._of_message) > _MAX_KNOWN_MESSAGES:
            self._of_message.popitem(last=False)
        self._events.move_to_end(event.number)
        while len(self._events) > _MAX_OPEN_EVENTS:
            self._events.popitem(last=False)

    def _expire(self, now: float) -> None:
        """Forget the events that have been quiet for long; the least recent come first."""
        while self._events:
            oldest = next(iter(self._events.values()))
            if now - oldest.last <= self._quiet_seconds:
                return
            del self._events[oldest.number]
