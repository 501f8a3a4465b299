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
"""Time for which a chat continues to talk about an event without naming the place."""
_ME_TOO_SECONDS = 1200.0
"""Time for which «и у нас» refers to an earlier message, and a second message on a subject to the first."""
_MAX_CACHED_TITLES = 500
_MAX_CACHED_EVENTS = 5_000
_MAX_NAMES = 100
"""Largest number of streets, and of landmarks, that an event keeps: a citywide event is recognised by its subject."""
_MAX_HOUSE_DISTANCE = 6
"""Houses this far (in numbers) from those already named may be affected by the same event."""
_MAX_SHORT_MESSAGE_WORDS = 12
"""Different words: a number in a longer message may mean anything."""
_MIN_APPEAL_SCORE, _MIN_APPEAL_SCORE_ELSEWHERE = 0.2, 0.35
_MIN_HOUSED_SHARE = 0.5
"""An event concerns the whole street if a smaller share of its messages than this names a house."""


@dataclass(frozen=True, slots=True)
class MessageToMatch:
    """A message to group.

    ``timestamp`` is in seconds from any fixed moment; ``chat`` identifies a place where people read one another,
    and is empty if nobody else reads it; ``title`` is its displayed name, if that is not ``chat``.
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
    """The known facts of an open event, enough to decide whether a message is about it. The caller assigns ``number``;
    everything else can be stored (:meth:`to_record`)."""

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
        """Merge *other*, which is the same event, into this one."""
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
        """Return the event as plain values, for storage; their size is bounded, however many messages the event has."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in _COUNT_FIELDS}
        return kept | {name: sorted(getattr(self, name)) for name in _SET_FIELDS} | {"chats": self.chats}

    @classmethod
    def from_record(cls, number: int, record: Mapping[str, Any]) -> "OpenEvent":
        """Return the event that was stored as *record*."""
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
    """Finds the open event that a message is about. Between messages it keeps only the signatures of chats' titles and
    the events that it has read from records."""

    def __init__(self, reader: SignatureExtractor) -> None:
        self._reader = reader
        self._subjects: SubjectRelations = reader.subjects
        self._titles: OrderedDict[str, Signature] = OrderedDict()
        self._events: OrderedDict[int, tuple[Mapping[str, Any], OpenEvent]] = OrderedDict()

    def is_me_too(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Return whether a message of these words only agrees with an earlier one."""
        return self._reader.is_me_too(words, place)

    def signature(self, text: str, reading: Reading) -> Signature:
        """Return the signature of the message, with its topic as the subject if the words name none."""
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
        """Return the events of *records*, for comparison only: they must not be changed. A record that is the same
        object as in an earlier call is parsed only once, so it must not change either."""
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
        """Return the name shared by all related subjects: a message matches only events of its own family."""
        return self._subjects.family(subject)

    def match(
        self,
        message: MessageToMatch,
        reading: Reading,
        signature: Signature,
        events: Collection[OpenEvent],
        replied_to: OpenEvent | None = None,
    ) -> tuple[OpenEvent | None, bool]:
        """Return the event of *events* that *message* belongs to, and whether it only joins it («+1», a reply).

        *replied_to*: the event of the message that it replies to.
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
        """Return whether a message that belongs to no event may start one."""
        if reading.noise is not None or not (signature.subjects or reading.appeal):
            return False
        return reading.appeal_score >= _MIN_APPEAL_SCORE

    def with_known_streets(self, signature: Signature, events: Collection[OpenEvent]) -> Signature:
        """Return the signature with the streets of the events that its words name, in any form («в южном»)."""
        if signature.names:
            return signature
        return replace(signature, names=frozenset().union(*(signature.stems & event.names for event in events)))

    def _match_reply(
        self, message: MessageToMatch, reading: Reading, signature: Signature, event: OpenEvent | None
    ) -> OpenEvent | None:
        """Match a reply to its event, unless it is thanks or clearly about another subject in another place."""
        if event is None or reading.noise in (Noise.THANKS, Noise.GREETING):
            return None
        elsewhere = signature.names and not signature.names & event.names
        other = signature.subjects and not self._subjects.are_related(signature.subjects, event.subjects)
        return None if elsewhere and other else event

    def _match_me_too(
        self, message: MessageToMatch, reading: Reading, signature: Signature, events: Collection[OpenEvent]
    ) -> OpenEvent | None:
        """Match «У нас тоже» to the last event of the chat."""
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
        """Return the matching events, the best first; of equal ones the one with the latest message first."""
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
        # Most events are elsewhere; this early check spares them the others
        if signature.subjects and _is_surely_elsewhere(signature, event):
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
        """Return whether a subject of both may affect many streets at once."""
        return not self._subjects.wide.isdisjoint(signature.subjects & event.subjects)

    def _score_without_subject(
        self, message: MessageToMatch, reading: Reading, event: OpenEvent, place: float, here: float
    ) -> float:
        """Score a message that names no subject: it matches only the exact place, while people talk about the event."""
        if event.size < 2:
            return 0.0
        if reading.appeal_score < _MIN_APPEAL_SCORE or message.timestamp - event.last > _CHAT_EVENT_SECONDS:
            return 0.0
        return place if place >= (3.0 if len(event.names) <= 1 else 4.0) else 0.0

    def _title_signature(self, chat: str) -> Signature:
        """Return the signature of a chat's title, which may name a place: «Чат Садовой, 10–14»."""
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
    """Score the agreement of the places: 4 house or landmark, 3 street, 2 by the chat's title, 1 unknown, -1 another.

    *talking*: the chat talked about the event recently, so a bare number is enough.
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
    """Return whether both name landmarks of one kind with different numbers: two schools, two routes."""
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
    """Return whether the number is that of a house on the only street, or of a known school or route: «в 3й»."""
    marked = any(mark.endswith(f" {number}") for mark in event.marks)
    return marked or (len(event.names) == 1 and event.housed > 0 and _is_near_house(number, event))


def _is_near_house(number: int, event: OpenEvent) -> bool:
    return event.lowest - _MAX_HOUSE_DISTANCE <= number <= event.highest + _MAX_HOUSE_DISTANCE


def _first_sorted(names: Collection[str], limit: int) -> set[str]:
    return set(sorted(names)[: max(0, limit)])
