"""Matching of messages to open events.

Two messages are about one event if they share the subject and the place (or the route, or the landmark), or if one
answers the other. A message without a place joins the current event of its chat; «у нас тоже» and «+1» join the last
event of the chat, also from other houses; an outage spreads to other streets while its chat writes of it. The points
of each feature are in :mod:`bot.understanding.events.scoring`. The matcher stores no events: callers pass the open ones
(:mod:`bot.understanding.events.grouping` keeps them in memory, the services in the database).
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.text_normal import fold
from bot.understanding.events.hints import Hint
from bot.understanding.events.occasion import Occasion
from bot.understanding.events.open_event import MessageToMatch, OpenEvent
from bot.understanding.events.scoring import JOIN_SCORE, EventScorer, is_no_report
from bot.understanding.events.shortlist import list_possible
from bot.understanding.events.signatures import Signature, SignatureExtractor
from bot.understanding.events.subjects import SubjectRelations, stem
from bot.understanding.reading import Noise, PlaceName, Reading
from bot.understanding.text.tokens import Word

__all__ = ["EventMatcher", "MessageToMatch", "OpenEvent"]

_MAX_CACHED_TITLES = 500
_MAX_CACHED_EVENTS = 2_000
"""Events of 2 KB, besides the records of 3.5 KB that `storage` keeps; to read one again costs 6 µs (30.11.2026)."""
SLOW_FACTOR = 2
_MIN_START_SCORE, _MIN_START_SCORE_BY_TOPIC = 0.15, 0.3
"""Chances of needing action from which a message may start an event; lower where its words name a subject."""
_MIN_START_SCORE_AT_HOUSE = 0.08
"""The same where a message names its subject and a house: «Мигнуло и всё. Гагарина 5»."""
_SURE_TOPIC_SCORE = 0.8
"""Chance of needing action below which a message says too little to tell its topic: «рыбки в аквариуме без воздуха»."""


class EventMatcher:
    """Finds the open event that a message is about. Between messages it keeps only the signatures of chats' titles and
    the events that it has read from records."""

    def __init__(self, reader: SignatureExtractor) -> None:
        self._reader = reader
        self._subjects: SubjectRelations = reader.subjects
        self._scorer = EventScorer(reader.subjects)
        self._titles: OrderedDict[str, Signature] = OrderedDict()
        self._events: OrderedDict[int, tuple[Mapping[str, Any], OpenEvent]] = OrderedDict()

    def is_me_too(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Return whether a message of these words only agrees with an earlier one."""
        return self._reader.is_me_too(words, place)

    def signature(self, text: str, reading: Reading) -> Signature:
        """Return the signature of the message, with the subject of its topic if the words name none."""
        parsed = reading.parsed
        same = parsed is not None and parsed.text == text
        seen = (
            self._reader.extract_from_words(text, parsed.words, parsed.place)
            if parsed and same
            else self._reader.extract(text)
        )
        if seen.subjects or seen.is_me_too or Hint.AGREES in seen.hints:
            return seen
        if reading.evidence and seen.names.issuperset(stem(fold(word)) for word in reading.evidence):
            return seen  # «на Лесной ещё нет» tells nothing about woods
        return self._reader.with_topic(seen, reading.topic, is_guess=reading.appeal_score < _SURE_TOPIC_SCORE)

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

    def open_seconds(self, subjects: frozenset[str], quiet_seconds: float) -> float:
        """Return the time without messages after which an event of *subjects* is closed.

        Of a slow matter people write mornings and evenings, so the night must not part them; of a bus, on both ways.
        """
        is_long = not subjects.isdisjoint(self._subjects.slow | self._subjects.moving)
        return quiet_seconds * (SLOW_FACTOR if is_long else 1)

    def families_of(self, subjects: Collection[str], *, with_told_together: bool) -> list[str]:
        """Return the families of which an event may be that a message of *subjects* is about.

        *with_told_together*: also those of subjects that are told of in one talk with these.
        """
        if not with_told_together:
            return sorted({self.subject_family(subject) for subject in subjects})
        return sorted(frozenset().union(*map(self._subjects.families_of, subjects)))

    def subject_family(self, subject: str) -> str:
        """Return the name shared by all related subjects."""
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

        *signature*: with the streets of *events*, see :meth:`with_known_streets`; *replied_to*: the event of the
        message that it replies to.
        """
        if reading.noise in (Noise.THANKS, Noise.GREETING):
            return None, False
        said = self._occasion(message, reading, signature, events)
        if replied_to is not None:
            points = self._scorer.score(replace(said, is_reply=True), replied_to)
            if points >= JOIN_SCORE:
                return replied_to, True
        if reading.noise not in (None, Noise.PLUS):
            return None, False
        ranked = self._rank(said, events)
        return (ranked[0] if ranked else None), said.is_pointing

    def can_start(self, reading: Reading, signature: Signature) -> bool:
        """Return whether a message that belongs to no event may start one: news that all is well does not, nor does
        a joke without a place."""
        if reading.noise is not None or not (signature.subjects or reading.appeal):
            return False
        if not reading.urgent and self._says_no_trouble(reading, signature):
            return False
        if signature.is_news or (Hint.LAUGHTER in signature.hints and not reading.appeal):
            return False
        if Hint.ASKS in signature.hints and signature.subjects and not signature.is_broad:
            return True  # it asks for no action, but the answers are about an event
        if signature.names and signature.house is not None and signature.subjects and not signature.by_topic:
            return reading.appeal_score >= _MIN_START_SCORE_AT_HOUSE
        least = _MIN_START_SCORE_BY_TOPIC if signature.by_topic or not signature.subjects else _MIN_START_SCORE
        return reading.appeal_score >= least

    def _says_no_trouble(self, reading: Reading, signature: Signature) -> bool:
        """Return whether all is well, there is a feast, an office announces or somebody sells something."""
        if Hint.FINE in signature.hints or (signature.subjects and signature.subjects <= self._reader.festive):
            return True
        return is_no_report(signature.hints, reading.appeal_score)

    def may_be_of(self, signature: Signature, event: OpenEvent) -> bool:
        """Return whether the subject does not exclude the event."""
        own = signature.subjects
        return not own or signature.is_carrier or self._subjects.are_related(own, event.subjects)

    def with_known_streets(self, signature: Signature, events: Collection[OpenEvent]) -> Signature:
        """Return the signature with the streets of the events that its words name, in any form («в южном»)."""
        stems = signature.stems - signature.names
        known = [stems & event.names for event in events if not stems.isdisjoint(event.names)]
        return replace(signature, names=signature.names.union(*known)) if known else signature

    def rank_events(
        self, message: MessageToMatch, reading: Reading, signature: Signature, events: Collection[OpenEvent]
    ) -> list[OpenEvent]:
        """Return the matching events, the best first; of equal ones that of the latest message."""
        if reading.noise is not None:
            return []
        return self._rank(self._occasion(message, reading, signature, ()), events)

    def _occasion(
        self, message: MessageToMatch, reading: Reading, signature: Signature, events: Collection[OpenEvent]
    ) -> Occasion:
        title = self._title_signature(message.title or message.chat)
        is_plus = reading.noise is Noise.PLUS
        moments = [(event.chats.get(message.chat), event.size) for event in events]
        spoken = [(when, size) for when, size in moments if when is not None]
        return Occasion(
            signature,
            title,
            message.chat,
            message.timestamp,
            reading.appeal_score,
            is_plus,
            author=message.author,
            latest=max((when for when, _ in spoken), default=0.0),
            latest_shared=max((when for when, size in spoken if size > 1), default=0.0),
            is_local=self._reader.is_local(title),
        )

    def _rank(self, said: Occasion, events: Collection[OpenEvent]) -> list[OpenEvent]:
        possible = list_possible(said, events, self._subjects)
        scored = [(self._scorer.score(said, event), event) for event in possible]
        fitting = [(points, event) for points, event in scored if points >= JOIN_SCORE]
        if said.is_pointing:  # «на Лесной тоже пропала»: that street has told what, whatever else the chat speaks of
            there = said.signature.names
            fitting = [one for one in fitting if not there.isdisjoint(one[1].names)] or fitting
        latest = -1e18
        return [
            event
            for _, event in sorted(
                fitting, key=lambda one: (-one[0], -one[1].chats.get(said.chat, latest), -one[1].last)
            )
        ]

    def _title_signature(self, chat: str) -> Signature:
        """Return the signature of a chat's title, which may name a place: «Чат Садовой, 10–14»."""
        if chat not in self._titles:
            self._titles[chat] = self._reader.extract(chat)
            if len(self._titles) > _MAX_CACHED_TITLES:
                self._titles.popitem(last=False)
        return self._titles[chat]
