"""Matching of messages to open events.

Two messages are about one event if they share the subject and the place (or the route, or the landmark), or if one
answers the other. A message without a place joins the current event of its chat; «у нас тоже» and «+1» join the last
event of the chat. The matcher stores no events: callers pass the open ones (:mod:`bot.understanding.events.grouping`
keeps them in memory, the services in the database).
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.understanding.events.signatures import Signature, SignatureExtractor, SubjectRelations
from bot.understanding.reading import Noise, PlaceName, Reading
from bot.understanding.text.tokens import Word

_CHAT_EVENT_SECONDS = 3 * 3600.0
"""How long a chat goes on about an event without naming the place."""
_ME_TOO_SECONDS = 1200.0
"""How long «и у нас» points to what was said before, and a second message of the subject to the first."""
_MAX_CACHED_TITLES = 500
_MAX_CACHED_EVENTS = 5_000
_MAX_NAMES = 100
"""Streets, and landmarks, that an event remembers: what is everywhere is told by its subject."""
_MAX_HOUSE_DISTANCE = 6
"""Houses this far (in numbers) from those already named may be hit by the same."""
_MAX_SHORT_MESSAGE_WORDS = 12
"""Different words: a longer message with a number in it may be about anything."""
_MIN_APPEAL_SCORE, _MIN_APPEAL_SCORE_ELSEWHERE = 0.2, 0.35
_MIN_HOUSED_SHARE = 0.5
"""An event is of the whole street if fewer of its messages than this name a house."""


@dataclass(frozen=True, slots=True)
class MessageToMatch:
    """A message to group.

    ``timestamp`` is in seconds from any fixed moment; ``chat`` identifies a place where people read one another, empty
    if nobody else reads it; ``title`` is its name for people, if that is not ``chat``.
    """

    id: str
    timestamp: float
    author: str
    chat: str
    text: str
    reply_to: str | None = None
    title: str = ""


@dataclass(slots=True)
class OpenEvent:
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

    def add(self, message: MessageToMatch, signature: Signature) -> None:
        """Add *message* to this event."""
        self.size += 1
        self.last = message.timestamp
        if message.chat:
            self.chats[message.chat] = message.timestamp
        if not self.subjects:
            self.subjects = signature.subjects
        self.names |= _first_sorted(signature.names - self.names, _MAX_NAMES - len(self.names))
        self.marks |= _first_sorted(signature.marks - self.marks, _MAX_NAMES - len(self.marks))
        self.named += bool(signature.names)
        if signature.house is not None:
            self.lowest = min(self.lowest, signature.house) if self.housed else signature.house
            self.highest = max(self.highest, signature.house)
            self.housed += 1

    def merge(self, other: "OpenEvent") -> None:
        """Merge *other* into this event: both are the same."""
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
        self.names |= _first_sorted(other.names - self.names, _MAX_NAMES - len(self.names))
        self.marks |= _first_sorted(other.marks - self.marks, _MAX_NAMES - len(self.marks))
        self.chats |= {chat: max(at, self.chats.get(chat, at)) for chat, at in other.chats.items()}

    def to_record(self) -> dict[str, Any]:
        """Return the event as plain values, for storage; their size does not grow with the event's."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in _COUNT_FIELDS}
        return kept | {name: sorted(getattr(self, name)) for name in _SET_FIELDS} | {"chats": self.chats}

    @classmethod
    def from_record(cls, number: int, record: Mapping[str, Any]) -> "OpenEvent":
        """The event that was kept as *kept*."""
        counts = {name: record[name] for name in _COUNT_FIELDS}
        subjects, names, marks = (record[name] for name in _SET_FIELDS)
        return cls(
            number=number,
            **counts,
            subjects=frozenset(subjects),
            names=set(names),
            marks=set(marks),
            chats=dict(record["chats"]),
        )


_COUNT_FIELDS = ("last", "size", "named", "housed", "lowest", "highest")
_SET_FIELDS = ("subjects", "names", "marks")


class EventMatcher:
    """Tells which of some open events a message is about. Keeps nothing between messages but what chats are called, and
    records that it has read."""

    def __init__(self, reader: SignatureExtractor) -> None:
        self._reader = reader
        self._subjects: SubjectRelations = reader.subjects
        self._titles: OrderedDict[str, Signature] = OrderedDict()
        self._events: OrderedDict[int, tuple[Mapping[str, Any], OpenEvent]] = OrderedDict()

    def is_me_too(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Return whether a message of these words only agrees with what was said before."""
        return self._reader.is_me_too(words, place)

    def signature(self, text: str, reading: Reading) -> Signature:
        """The message as it is compared: with its topic where the words name no subject."""
        parsed = reading.parsed
        same = parsed is not None and parsed.text == text
        seen = (
            self._reader.extract_from_words(parsed.words, parsed.place)
            if parsed and same
            else self._reader.extract(text)
        )
        topic = self._reader.taxonomy.topic_of(reading.topic)
        if not seen.subjects and topic is not None and not seen.is_me_too:
            seen = replace(seen, subjects=frozenset((topic,)))
        return seen

    def load_events(self, records: Iterable[tuple[int, Mapping[str, Any]]]) -> list[OpenEvent]:
        """:meth:`Event.of_record`, to be compared with and not to be changed: the same object that is kept, which must
        not change either, is read once."""
        known = self._events
        events: list[OpenEvent] = []
        for number, record in records:
            found = known.get(number)
            if found is None or found[0] is not record:
                found = known[number] = record, OpenEvent.from_record(number, record)
            events.append(found[1])
        while len(known) > _MAX_CACHED_EVENTS:
            known.popitem(last=False)
        return events

    def subject_family(self, subject: str) -> str:
        """One name for all subjects that are kin to one another: only events of the same can be of one message."""
        return self._subjects.family(subject)

    def match(
        self,
        message: MessageToMatch,
        reading: Reading,
        signature: Signature,
        events: Collection[OpenEvent],
        replied_to: OpenEvent | None = None,
    ) -> tuple[OpenEvent | None, bool]:
        """The event of *events* that *post* belongs to, and whether it only joins in («+1», a reply).

        *answered*: the event of the message that it replies to.
        """
        signature = self.with_known_streets(signature, events)
        event = self._match_reply(message, reading, signature, replied_to) or self._match_me_too(
            message, reading, signature, events
        )
        if event is not None:
            return event, True
        ranked = self.rank_events(message, reading, signature, events)
        return (ranked[0] if ranked else None), False

    def can_start(self, reading: Reading, signature: Signature) -> bool:
        """Return whether a message that belongs to no event is the first of one."""
        if reading.noise is not None or not (signature.subjects or reading.appeal):
            return False
        return reading.appeal_score >= _MIN_APPEAL_SCORE

    def with_known_streets(self, signature: Signature, events: Collection[OpenEvent]) -> Signature:
        """Also find the streets that the events were said to be in, in whatever form («в южном»)."""
        if signature.names:
            return signature
        return replace(signature, names=frozenset().union(*(signature.stems & event.names for event in events)))

    def _match_reply(
        self, message: MessageToMatch, reading: Reading, signature: Signature, event: OpenEvent | None
    ) -> OpenEvent | None:
        """A reply is of the same event unless it is thanks or clearly about something else somewhere else."""
        if event is None or reading.noise in (Noise.THANKS, Noise.GREETING):
            return None
        elsewhere = signature.names and not signature.names & event.names
        other = signature.subjects and not self._subjects.are_related(signature.subjects, event.subjects)
        return None if elsewhere and other else event

    def _match_me_too(
        self, message: MessageToMatch, reading: Reading, signature: Signature, events: Collection[OpenEvent]
    ) -> OpenEvent | None:
        """«У нас тоже»: the last event of the chat."""
        if not (signature.is_me_too or reading.noise is Noise.PLUS) or signature.subjects:
            return None
        fresh = [
            event for event in events if message.timestamp - event.chats.get(message.chat, -1e18) <= _ME_TOO_SECONDS
        ]
        event = max(fresh, key=lambda one: one.chats[message.chat], default=None)
        if event is None or (signature.names and event.names and not signature.names & event.names):
            return None
        return event

    def rank_events(
        self, message: MessageToMatch, reading: Reading, signature: Signature, events: Collection[OpenEvent]
    ) -> list[OpenEvent]:
        """The events that fit, the best first; of equal ones the one last heard of."""
        if reading.noise is not None:
            return []
        title = self._title_signature(message.title or message.chat)
        fits = [(self._score_event(message, reading, signature, title, event), event) for event in events]
        fitting = [(fit, event) for fit, event in fits if fit > 0.0]
        return [event for _, event in sorted(fitting, key=lambda one: (-one[0], -one[1].last))]

    def _score_event(
        self, message: MessageToMatch, reading: Reading, signature: Signature, title: Signature, event: OpenEvent
    ) -> float:
        same = bool(event.subjects) and not signature.subjects.isdisjoint(event.subjects)
        related = same or self._subjects.are_related(signature.subjects, event.subjects)
        if signature.subjects and not related:
            return 0.0
        if signature.subjects and _is_surely_elsewhere(
            signature, event
        ):  # most are: the other questions need not be asked
            says = reading.appeal_score >= _MIN_APPEAL_SCORE_ELSEWHERE
            return 1.0 if says and self._is_wide(signature, event) else 0.0
        here = message.timestamp - event.chats.get(message.chat, -1e18)
        place = _score_place(signature, title, event, talking=here <= _CHAT_EVENT_SECONDS)
        if not signature.subjects:
            return self._score_without_subject(message, reading, event, place, here)
        if place >= 2.0:
            return 3.0 + place + same if reading.appeal_score >= _MIN_APPEAL_SCORE else 0.0
        if reading.appeal_score < _MIN_APPEAL_SCORE_ELSEWHERE:
            return 0.0
        wide = self._is_wide(signature, event)
        if place < 0.0:
            return 1.0 if wide else 0.0
        placeless = not event.names and not event.marks
        if (
            wide
            or (event.size >= 2 and here <= _CHAT_EVENT_SECONDS)
            or (same and placeless and here <= _ME_TOO_SECONDS)
        ):
            return 2.0 + place + same
        return 0.0

    def _is_wide(self, signature: Signature, event: OpenEvent) -> bool:
        """Return whether what both tell of may strike many streets at once."""
        return not self._subjects.wide.isdisjoint(signature.subjects & event.subjects)

    def _score_without_subject(
        self, message: MessageToMatch, reading: Reading, event: OpenEvent, place: float, here: float
    ) -> float:
        """For a message that names no subject: only the very place, while people talk about it."""
        if event.size < 2:
            return 0.0
        if reading.appeal_score < _MIN_APPEAL_SCORE or message.timestamp - event.last > _CHAT_EVENT_SECONDS:
            return 0.0
        return place if place >= (3.0 if len(event.names) <= 1 else 4.0) else 0.0

    def _title_signature(self, chat: str) -> Signature:
        """What the chat's own title says of the place: «Чат Садовой, 10–14»."""
        if chat not in self._titles:
            self._titles[chat] = self._reader.extract(chat)
            if len(self._titles) > _MAX_CACHED_TITLES:
                self._titles.popitem(last=False)
        return self._titles[chat]


def _is_surely_elsewhere(signature: Signature, event: OpenEvent) -> bool:
    """Return whether both name streets, none of them in common, and no landmark could make them one place."""
    if not signature.names or not event.names or (signature.marks and event.marks):
        return False
    return signature.names.isdisjoint(event.names)


def _score_place(signature: Signature, title: Signature, event: OpenEvent, *, talking: bool) -> float:
    """How well the places agree: 4 house or landmark, 3 street, 2 by the chat's title, 1 unknown, -1 another.

    *talking*: the chat is just talking about the event, so that a bare number is enough.
    """
    if signature.marks and event.marks:
        if not signature.marks.isdisjoint(event.marks):
            return 4.0
        if _has_conflicting_mark(signature.marks, event.marks):
            return -1.0
    if signature.names:
        if not signature.names & event.names:
            return -1.0 if event.names else 1.0
        return _score_house(signature, event)
    if (
        talking
        and len(signature.stems) <= _MAX_SHORT_MESSAGE_WORDS
        and any(_is_known_number(number, event) for number in signature.numbers)
    ):
        return 3.0
    if title.marks & event.marks or (title.names or title.stems) & event.names:
        return 2.0
    return 1.0


def _has_conflicting_mark(ours: frozenset[str], theirs: set[str]) -> bool:
    """Two schools, two routes: the same kind with another number."""
    kinds = {mark.split()[0] for mark in theirs if " " in mark}
    return any(" " in mark and mark.split()[0] in kinds for mark in ours)


def _score_house(signature: Signature, event: OpenEvent) -> float:
    if not event.housed:
        return 3.0
    if signature.house is None:
        return 4.0 if any(_is_near_house(number, event) for number in signature.numbers) else 3.0
    if _is_near_house(signature.house, event):
        return 4.0
    return 3.0 if event.housed < _MIN_HOUSED_SHARE * event.named else -1.0


def _is_known_number(number: int, event: OpenEvent) -> bool:
    """«У сорок пятого», «в 3й»: the number of a house of the only street, of the school, of the route."""
    marked = any(mark.endswith(f" {number}") for mark in event.marks)
    return marked or (len(event.names) == 1 and event.housed > 0 and _is_near_house(number, event))


def _is_near_house(number: int, event: OpenEvent) -> bool:
    return event.lowest - _MAX_HOUSE_DISTANCE <= number <= event.highest + _MAX_HOUSE_DISTANCE


def _first_sorted(names: Collection[str], limit: int) -> set[str]:
    return set(sorted(names)[: max(0, limit)])
