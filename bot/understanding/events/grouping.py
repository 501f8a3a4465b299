"""Which messages are about one event. Fed one by one, in order of time; says which open event each one joins.

An event closes after a quiet time. Nothing here waits or asks the clock: time comes with the messages.
"""

from collections import OrderedDict
from dataclasses import dataclass

from bot.understanding.events.matcher import Event, Judge, Post
from bot.understanding.reading import Reading

_MOST_OPEN = 500
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Joined:
    """The event that a message belongs to. ``voice``: it only joins in («+1», a reply) and says nothing of its own."""

    event: int
    first: bool
    voice: bool


class Grouping:
    """Keeps the open events itself, in bounded memory; *quiet*: after so many seconds without a message one is closed.

    Not to be shared between threads.
    """

    def __init__(self, judge: Judge, quiet: float) -> None:
        self._judge = judge
        self._quiet = quiet
        self._events: OrderedDict[int, Event] = OrderedDict()
        self._of_message: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def add(self, post: Post, reading: Reading) -> Joined | None:
        """The event of *post*, perhaps a new one; ``None`` if it is not about anything that could be one."""
        self._expire(post.at)
        judge, events = self._judge, self._events.values()
        seen = judge.known(judge.look(post.text, reading), events)
        answered = self._events.get(self._of_message.get(post.reply_to or "", 0))
        event, voice = judge.choose(post, reading, seen, events, answered)
        if event is None:
            if not judge.begins(reading, seen):
                return None
            self._count += 1
            event = Event(self._count, post.at)
        event.take(post, seen)
        self._remember(post, event)
        return Joined(event.number, event.size == 1, voice)

    def _remember(self, post: Post, event: Event) -> None:
        self._events[event.number] = event
        self._of_message[post.id] = event.number
        while len(self._of_message) > _MOST_REMEMBERED:
            self._of_message.popitem(last=False)
        self._events.move_to_end(event.number)
        while len(self._events) > _MOST_OPEN:
            self._events.popitem(last=False)

    def _expire(self, now: float) -> None:
        """Forget the events that have been quiet for long; the least recent stand first."""
        while self._events:
            oldest = next(iter(self._events.values()))
            if now - oldest.last <= self._quiet:
                return
            del self._events[oldest.number]
