"""Whether a message is about one of the events that are open.

Two messages are of one event if they share the subject and the place (or the route, or the landmark), or if one answers
the other. What leaves out the place joins what is being talked about in the same chat; «у нас тоже» and «+1» join the
last event of the chat. Nothing here is remembered from one message to the next: whoever keeps the open events hands
them in (:mod:`bot.understanding.events.grouping` in memory, the services in the database).
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.understanding.events.signatures import Signature, SignatureReader, Subjects
from bot.understanding.reading import Noise, PlaceName, Reading
from bot.understanding.text.tokens import Word

_FRESH = 3 * 3600.0
"""How long a chat goes on about an event without naming the place."""
_ECHOES = 1200.0
"""How long «и у нас» points to what was said before, and a second message of the subject to the first."""
_MOST_TITLES = 500
_MOST_EVENTS = 5_000
_MOST_NAMES = 100
"""Streets, and landmarks, that an event remembers: what is everywhere is told by its subject."""
_NEAR = 6
"""Houses this far (in numbers) from those already named may be hit by the same."""
_SHORT = 12
"""Different words: a longer message with a number in it may be about anything."""
_SAYS_LITTLE, _SAYS_SOMETHING = 0.2, 0.35
_STREETS = 0.5
"""An event is of the whole street if fewer of its messages than this name a house."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message as grouping needs it. ``at`` is in seconds from any fixed moment; ``chat`` names where people
    hear one another, empty where nobody else does; ``title`` is what people call it, if not ``chat``."""

    id: str
    at: float
    author: str
    chat: str
    text: str
    reply_to: str | None = None
    title: str = ""


@dataclass(slots=True)
class Event:
    """What is known of an event that is still open: enough to tell whether a message is about it. ``number`` is the
    keeper's; everything else can be kept anywhere (:meth:`as_record`)."""

    number: int
    last: float
    size: int = 0
    named: int = 0
    housed: int = 0
    lowest: int = 0
    highest: int = 0
    subjects: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    chats: dict[str, float] = field(default_factory=dict)

    def take(self, post: Post, seen: Signature) -> None:
        """Let *post* be of this event."""
        self.size += 1
        self.last = post.at
        if post.chat:
            self.chats[post.chat] = post.at
        if not self.subjects:
            self.subjects = seen.subjects
        self.names |= _some(seen.names - self.names, _MOST_NAMES - len(self.names))
        self.marks |= _some(seen.marks - self.marks, _MOST_NAMES - len(self.marks))
        self.named += bool(seen.names)
        if seen.house is not None:
            self.lowest = min(self.lowest, seen.house) if self.housed else seen.house
            self.highest = max(self.highest, seen.house)
            self.housed += 1

    def absorb(self, other: "Event") -> None:
        """It has turned out that both are one."""
        houses = [(one.lowest, one.highest) for one in (self, other) if one.housed]
        self.lowest = min((low for low, _ in houses), default=0)
        self.highest = max((high for _, high in houses), default=0)
        self.size, self.named, self.housed = (
            self.size + other.size,
            self.named + other.named,
            self.housed + other.housed,
        )
        self.last = max(self.last, other.last)
        self.subjects = self.subjects or other.subjects
        self.names |= _some(other.names - self.names, _MOST_NAMES - len(self.names))
        self.marks |= _some(other.marks - self.marks, _MOST_NAMES - len(self.marks))
        self.chats |= {chat: max(at, self.chats.get(chat, at)) for chat, at in other.chats.items()}

    def as_record(self) -> dict[str, Any]:
        """Plain values for whoever keeps events elsewhere; its size does not grow with the event's."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        return kept | {name: sorted(getattr(self, name)) for name in _SETS} | {"chats": self.chats}

    @classmethod
    def of_record(cls, number: int, kept: Mapping[str, Any]) -> "Event":
        """The event that was kept as *kept*."""
        counts = {name: kept[name] for name in _COUNTS}
        subjects, names, marks = (kept[name] for name in _SETS)
        return cls(
            number=number,
            **counts,
            subjects=frozenset(subjects),
            names=set(names),
            marks=set(marks),
            chats=dict(kept["chats"]),
        )


_COUNTS = ("last", "size", "named", "housed", "lowest", "highest")
_SETS = ("subjects", "names", "marks")


class Judge:
    """Tells which of some open events a message is about. Keeps nothing between messages but what chats are called, and
    records that it has read."""

    def __init__(self, reader: SignatureReader) -> None:
        self._reader = reader
        self._subjects: Subjects = reader.subjects
        self._titles: OrderedDict[str, Signature] = OrderedDict()
        self._events: OrderedDict[int, tuple[Mapping[str, Any], Event]] = OrderedDict()

    def only_echoes(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Whether a message of these words only agrees with what was said before."""
        return self._reader.only_echoes(words, place)

    def look(self, text: str, reading: Reading) -> Signature:
        """The message as it is compared: with its topic where the words name no subject."""
        parsed = reading.parsed
        same = parsed is not None and parsed.text == text
        seen = self._reader.of_parsed(parsed.words, parsed.place) if parsed and same else self._reader.read(text)
        topic = self._reader.taxonomy.broad(reading.topic)
        if not seen.subjects and topic is not None and not seen.echo:
            seen = replace(seen, subjects=frozenset((topic,)))
        return seen

    def known_events(self, kept: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Event]:
        """:meth:`Event.of_record`, to be compared with and not to be changed: the same object that is kept, which must
        not change either, is read once."""
        known = self._events
        events: list[Event] = []
        for number, record in kept:
            found = known.get(number)
            if found is None or found[0] is not record:
                found = known[number] = record, Event.of_record(number, record)
            events.append(found[1])
        while len(known) > _MOST_EVENTS:
            known.popitem(last=False)
        return events

    def matter(self, subject: str) -> str:
        """One name for all subjects that are kin to one another: only events of the same can be of one message."""
        return self._subjects.family(subject)

    def choose(
        self, post: Post, reading: Reading, seen: Signature, events: Collection[Event], answered: Event | None = None
    ) -> tuple[Event | None, bool]:
        """The event of *events* that *post* belongs to, and whether it only joins in («+1», a reply).

        *answered*: the event of the message that it replies to.
        """
        seen = self.known(seen, events)
        event = self._replied(post, reading, seen, answered) or self._echoed(post, reading, seen, events)
        if event is not None:
            return event, True
        ranked = self.ranked(post, reading, seen, events)
        return (ranked[0] if ranked else None), False

    def begins(self, reading: Reading, seen: Signature) -> bool:
        """Whether a message that belongs to no event is the first of one."""
        if reading.noise is not None or not (seen.subjects or reading.appeal):
            return False
        return reading.appeal_score >= _SAYS_LITTLE

    def known(self, seen: Signature, events: Collection[Event]) -> Signature:
        """Also find the streets that the events were said to be in, in whatever form («в южном»)."""
        if seen.names:
            return seen
        return replace(seen, names=frozenset().union(*(seen.stems & event.names for event in events)))

    def _replied(self, post: Post, reading: Reading, seen: Signature, event: Event | None) -> Event | None:
        """A reply is of the same event unless it is thanks or clearly about something else somewhere else."""
        if event is None or reading.noise in (Noise.THANKS, Noise.GREETING):
            return None
        elsewhere = seen.names and not seen.names & event.names
        other = seen.subjects and not self._subjects.related(seen.subjects, event.subjects)
        return None if elsewhere and other else event

    def _echoed(self, post: Post, reading: Reading, seen: Signature, events: Collection[Event]) -> Event | None:
        """«У нас тоже»: the last event of the chat."""
        if not (seen.echo or reading.noise is Noise.PLUS) or seen.subjects:
            return None
        fresh = [event for event in events if post.at - event.chats.get(post.chat, -1e18) <= _ECHOES]
        event = max(fresh, key=lambda one: one.chats[post.chat], default=None)
        if event is None or (seen.names and event.names and not seen.names & event.names):
            return None
        return event

    def ranked(self, post: Post, reading: Reading, seen: Signature, events: Collection[Event]) -> list[Event]:
        """The events that fit, the best first; of equal ones the one last heard of."""
        if reading.noise is not None:
            return []
        title = self._title(post.title or post.chat)
        fits = [(self._fit(post, reading, seen, title, event), event) for event in events]
        fitting = [(fit, event) for fit, event in fits if fit > 0.0]
        return [event for _, event in sorted(fitting, key=lambda one: (-one[0], -one[1].last))]

    def _fit(self, post: Post, reading: Reading, seen: Signature, title: Signature, event: Event) -> float:
        same = bool(event.subjects) and not seen.subjects.isdisjoint(event.subjects)
        related = same or self._subjects.related(seen.subjects, event.subjects)
        if seen.subjects and not related:
            return 0.0
        if seen.subjects and _surely_elsewhere(seen, event):  # most are: the other questions need not be asked
            says = reading.appeal_score >= _SAYS_SOMETHING
            return 1.0 if says and self._is_wide(seen, event) else 0.0
        here = post.at - event.chats.get(post.chat, -1e18)
        place = _place(seen, title, event, talking=here <= _FRESH)
        if not seen.subjects:
            return self._silent_fit(post, reading, event, place, here)
        if place >= 2.0:
            return 3.0 + place + same if reading.appeal_score >= _SAYS_LITTLE else 0.0
        if reading.appeal_score < _SAYS_SOMETHING:
            return 0.0
        wide = self._is_wide(seen, event)
        if place < 0.0:
            return 1.0 if wide else 0.0
        placeless = not event.names and not event.marks
        if wide or (event.size >= 2 and here <= _FRESH) or (same and placeless and here <= _ECHOES):
            return 2.0 + place + same
        return 0.0

    def _is_wide(self, seen: Signature, event: Event) -> bool:
        """Whether what both tell of may strike many streets at once."""
        return not self._subjects.wide.isdisjoint(seen.subjects & event.subjects)

    def _silent_fit(self, post: Post, reading: Reading, event: Event, place: float, here: float) -> float:
        """For a message that names no subject: only the very place, while people talk about it."""
        if event.size < 2:
            return 0.0
        if reading.appeal_score < _SAYS_LITTLE or post.at - event.last > _FRESH:
            return 0.0
        return place if place >= (3.0 if len(event.names) <= 1 else 4.0) else 0.0

    def _title(self, chat: str) -> Signature:
        """What the chat's own title says of the place: «Чат Садовой, 10–14»."""
        if chat not in self._titles:
            self._titles[chat] = self._reader.read(chat)
            if len(self._titles) > _MOST_TITLES:
                self._titles.popitem(last=False)
        return self._titles[chat]


def _surely_elsewhere(seen: Signature, event: Event) -> bool:
    """Whether both name streets, none of them in common, and no landmark could make them one place."""
    if not seen.names or not event.names or (seen.marks and event.marks):
        return False
    return seen.names.isdisjoint(event.names)


def _place(seen: Signature, title: Signature, event: Event, *, talking: bool) -> float:
    """How well the places agree: 4 the house or the mark, 3 the street, 2 by the chat's title, 1 unknown, -1 another.

    *talking*: the chat is just talking about the event, so that a bare number is enough.
    """
    if seen.marks and event.marks:
        if not seen.marks.isdisjoint(event.marks):
            return 4.0
        if _rivals(seen.marks, event.marks):
            return -1.0
    if seen.names:
        if not seen.names & event.names:
            return -1.0 if event.names else 1.0
        return _houses(seen, event)
    if talking and len(seen.stems) <= _SHORT and any(_bare(number, event) for number in seen.numbers):
        return 3.0
    if title.marks & event.marks or (title.names or title.stems) & event.names:
        return 2.0
    return 1.0


def _rivals(ours: frozenset[str], theirs: set[str]) -> bool:
    """Two schools, two routes: the same kind with another number."""
    kinds = {mark.split()[0] for mark in theirs if " " in mark}
    return any(" " in mark and mark.split()[0] in kinds for mark in ours)


def _houses(seen: Signature, event: Event) -> float:
    if not event.housed:
        return 3.0
    if seen.house is None:
        return 4.0 if any(_near(number, event) for number in seen.numbers) else 3.0
    if _near(seen.house, event):
        return 4.0
    return 3.0 if event.housed < _STREETS * event.named else -1.0


def _bare(number: int, event: Event) -> bool:
    """«У сорок пятого», «в 3й»: the number of a house of the only street, of the school, of the route."""
    marked = any(mark.endswith(f" {number}") for mark in event.marks)
    return marked or (len(event.names) == 1 and event.housed > 0 and _near(number, event))


def _near(number: int, event: Event) -> bool:
    return event.lowest - _NEAR <= number <= event.highest + _NEAR


def _some(names: Collection[str], most: int) -> set[str]:
    return set(sorted(names)[: max(0, most)])
