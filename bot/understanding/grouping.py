"""Which messages are about one event. Fed one by one, in order of time; says which open event each one joins.

Two messages are of one event if they share the subject and the place (or the route, or the landmark), or if one answers
the other. What leaves out the place joins what is being talked about in the same chat; «у нас тоже» and «+1» join the
last event of the chat. An event closes after a quiet time. Nothing here waits or asks the clock: time comes with the
messages.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bot.understanding.base import Noise, Reading
from bot.understanding.signatures import Signature, SignatureReader, Subjects

_QUIET = 10 * 3600.0
_FRESH = 3 * 3600.0
"""How long a chat goes on about an event without naming the place."""
_ECHOES = 1200.0
"""How long «и у нас» points to what was said before, and a second message of the subject to the first."""
_MOST_OPEN = 500
_MOST_REMEMBERED = 20_000
_NEAR = 6
"""Houses this far (in numbers) from those already named may be hit by the same."""
_SHORT = 12
"""Different words: a longer message with a number in it may be about anything."""
_SAYS_LITTLE, _SAYS_SOMETHING = 0.2, 0.35
_STREETS = 0.5
"""An event is of the whole street if fewer of its messages than this name a house."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message as grouping needs it. ``at`` is in seconds from any fixed moment; ``chat`` is its title or name."""

    id: str
    at: float
    author: str
    chat: str
    text: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """The event that a message belongs to. ``voice``: it only joins in («+1», a reply) and says nothing of its own."""

    event: int
    first: bool
    voice: bool


@dataclass(slots=True)
class _Event:
    number: int
    last: float
    size: int = 0
    named: int = 0
    housed: int = 0
    subjects: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    houses: set[int] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    chats: dict[str, float] = field(default_factory=dict)

    def take(self, post: Post, seen: Signature) -> None:
        """Let *post* be of this event."""
        self.size += 1
        self.last = post.at
        self.chats[post.chat] = post.at
        if not self.subjects:
            self.subjects = seen.subjects
        self.names |= seen.names
        self.marks |= seen.marks
        self.named += bool(seen.names)
        if seen.house is not None:
            self.houses.add(seen.house)
            self.housed += 1


class Grouping:
    """Keeps the open events, in bounded memory. One object per municipality; not to be shared between threads."""

    def __init__(self, reader: SignatureReader, quiet: float = _QUIET) -> None:
        self._reader = reader
        self._subjects: Subjects = reader.subjects
        self._quiet = quiet
        self._events: OrderedDict[int, _Event] = OrderedDict()
        self._of_message: OrderedDict[str, int] = OrderedDict()
        self._titles: OrderedDict[str, Signature] = OrderedDict()
        self._names: OrderedDict[str, None] = OrderedDict()
        self._count = 0

    def add(self, post: Post, reading: Reading) -> Joined | None:
        """The event of *post*, perhaps a new one; ``None`` if it is not about anything that could be one."""
        self._expire(post.at)
        seen = self._known_names(self._reader.read(post.text))
        topic = self._reader.taxonomy.broad(reading.topic)
        if not seen.subjects and topic is not None and not seen.echo:
            seen = replace(seen, subjects=frozenset((topic,)))
        answered = self._events.get(self._of_message.get(post.reply_to or "", 0))
        event = self._replied(post, reading, seen, answered) or self._echoed(post, reading, seen)
        voice = event is not None
        if event is None:
            event = self._matching(post, reading, seen)
        if event is None:
            if not (reading.noise is None and (seen.subjects or reading.appeal)) or reading.appeal_score < _SAYS_LITTLE:
                return None
            self._count += 1
            event = _Event(self._count, post.at)
        event.take(post, seen)
        self._remember(post, event)
        return Joined(event.number, event.size == 1, voice)

    def _known_names(self, seen: Signature) -> Signature:
        """Also find the streets that earlier messages named, in whatever form («в южном»)."""
        for name in seen.names:
            self._names[name] = None
            self._names.move_to_end(name)
        while len(self._names) > _MOST_REMEMBERED:
            self._names.popitem(last=False)
        if seen.names:
            return seen
        known = frozenset(name for name in seen.stems if name in self._names)
        return replace(seen, names=known)

    def _replied(self, post: Post, reading: Reading, seen: Signature, event: _Event | None) -> _Event | None:
        """A reply is of the same event unless it is thanks or clearly about something else somewhere else."""
        if event is None or reading.noise in (Noise.THANKS, Noise.GREETING):
            return None
        elsewhere = seen.names and not seen.names & event.names
        other = seen.subjects and not self._subjects.related(seen.subjects, event.subjects)
        return None if elsewhere and other else event

    def _echoed(self, post: Post, reading: Reading, seen: Signature) -> _Event | None:
        """«У нас тоже»: the last event of the chat."""
        if not (seen.echo or reading.noise is Noise.PLUS) or seen.subjects:
            return None
        fresh = [event for event in self._events.values() if post.at - event.chats.get(post.chat, -1e18) <= _ECHOES]
        event = max(fresh, key=lambda one: one.chats[post.chat], default=None)
        if event is None or (seen.names and event.names and not seen.names & event.names):
            return None
        return event

    def _matching(self, post: Post, reading: Reading, seen: Signature) -> _Event | None:
        """The open event that fits best; of equal ones the one last heard of."""
        if reading.noise is not None:
            return None
        best: tuple[float, float] = (0.0, 0.0)
        chosen: _Event | None = None
        title = self._title(post.chat)
        for event in self._events.values():
            fit = self._fit(post, reading, seen, title, event)
            if fit > 0.0 and (fit, event.last) > best:
                best, chosen = (fit, event.last), event
        return chosen

    def _fit(self, post: Post, reading: Reading, seen: Signature, title: Signature, event: _Event) -> float:
        same = bool(event.subjects) and not seen.subjects.isdisjoint(event.subjects)
        related = same or self._subjects.related(seen.subjects, event.subjects)
        if seen.subjects and not related:
            return 0.0
        here = post.at - event.chats.get(post.chat, -1e18)
        place = _place(seen, title, event, talking=here <= _FRESH)
        if not seen.subjects:
            return self._silent_fit(post, reading, event, place, here)
        if place >= 2.0:
            return 3.0 + place + same if reading.appeal_score >= _SAYS_LITTLE else 0.0
        if reading.appeal_score < _SAYS_SOMETHING:
            return 0.0
        wide = not self._subjects.wide.isdisjoint(seen.subjects & event.subjects)
        if place < 0.0:
            return 1.0 if wide else 0.0
        placeless = not event.names and not event.marks
        if wide or (event.size >= 2 and here <= _FRESH) or (same and placeless and here <= _ECHOES):
            return 2.0 + place + same
        return 0.0

    def _silent_fit(self, post: Post, reading: Reading, event: _Event, place: float, here: float) -> float:
        """For a message that names no subject: only the very place, while people talk about it."""
        if event.size < 2:
            return 0.0
        if reading.appeal_score < _SAYS_LITTLE or post.at - event.last > _FRESH:
            return 0.0
        return place if place >= (3.0 if len(event.names) <= 1 else 4.0) else 0.0

    def _title(self, chat: str) -> Signature:
        """What the chat's own title says of the place: «Чат Садовой, 10–14»."""
        if chat not in self._titles:
            self._titles[chat] = self._known_names(self._reader.read(chat))
            if len(self._titles) > _MOST_OPEN:
                self._titles.popitem(last=False)
        return self._titles[chat]

    def _remember(self, post: Post, event: _Event) -> None:
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


def _place(seen: Signature, title: Signature, event: _Event, *, talking: bool) -> float:
    """How well the places agree: 4 the house or the mark, 3 the street, 2 by the chat's title, 1 unknown, -1 another.

    *talking*: the chat is just talking about the event, so that a bare number is enough.
    """
    ours = {mark for mark in seen.marks if mark in event.marks}
    if ours:
        return 4.0
    if _rivals(seen.marks, event.marks):
        return -1.0
    if seen.names:
        if not seen.names & event.names:
            return -1.0 if event.names else 1.0
        return _houses(seen, event)
    if talking and len(seen.stems) <= _SHORT and any(_bare(number, event) for number in seen.numbers):
        return 3.0
    if title.marks & event.marks or title.names & event.names:
        return 2.0
    return 1.0


def _rivals(ours: frozenset[str], theirs: set[str]) -> bool:
    """Two schools, two routes: the same kind with another number."""
    kinds = {mark.split()[0] for mark in theirs if " " in mark}
    return any(" " in mark and mark.split()[0] in kinds for mark in ours)


def _houses(seen: Signature, event: _Event) -> float:
    if not event.houses:
        return 3.0
    if seen.house is None:
        return 4.0 if any(_near(number, event) for number in seen.numbers) else 3.0
    if _near(seen.house, event):
        return 4.0
    return 3.0 if event.housed < _STREETS * event.named else -1.0


def _bare(number: int, event: _Event) -> bool:
    """«У сорок пятого», «в 3й»: the number of a house of the only street, of the school, of the route."""
    marked = any(mark.endswith(f" {number}") for mark in event.marks)
    return marked or (len(event.names) == 1 and bool(event.houses) and _near(number, event))


def _near(number: int, event: _Event) -> bool:
    return min(event.houses) - _NEAR <= number <= max(event.houses) + _NEAR
