"""Signatures of messages: subject, place and route in a comparable form."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from bot.domain.text_normal import fold
from bot.understanding.events.hints import Hint, HintReader
from bot.understanding.events.marks import MarkFinder
from bot.understanding.events.subjects import SubjectRelations, read_vocabulary, stem
from bot.understanding.places.finder import PlaceFinder
from bot.understanding.reading import MAX_ME_TOO_WORDS, PlaceName
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word, prepare_text

_NUMBER = re.compile(r"(\d{1,4})(?:-?(?:го|й|я|ая|ого|ом|ой|му|м|ый|а|б|в|г|к\d))?")
_MAX_NUMBER = 999
_TALK_HINTS = frozenset({Hint.TALK, Hint.DEIXIS, Hint.LACKS})
_MAX_BARE_PLACE_WORDS = 2
"""Words of a message that is nothing but a place, without the name of the street: its kind, and a number."""
_STREET_TAGS = frozenset({"ADJF", "femn", "sing"})
_NO_STREET_TAGS = frozenset({"Apro", "Anum"})
_MIN_STREET_LENGTH = 5
_NAME_TAGS = frozenset({"Name", "Surn", "Patr", "Geox", "Abbr"})
_MIN_NOUN_LENGTH = 3
_TRANSPORT = frozenset({"транспорт"})
_MAX_ECHO_WORDS = 10
"""Words: a longer message adds something new."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The comparable form of a message. ``stems``: all words without endings; ``names``: the stems of the street or the
    quarter; ``numbers``: possible house numbers; ``marks``: landmarks, routes («стадион», «школа 3», «маршрут 7»).
    ``by_topic``: no word names a subject; it is that of the topic. ``is_broad``: the topic is none of the subjects;
    ``is_carrier``: and any trouble is told with it; ``is_vague``: nor does it have a finer name
    («Школы»). ``is_bare_place``: there is nothing but a place;
    ``is_bare_number``: it is a house without a street. ``settlement``: the stem of the village. ``near``: subjects that
    some word belongs to, though the words together name none: «кран» is a word of water. ``words``: the stems of the
    nouns that tell one thing from another, without the words of its own subjects.
    """

    subjects: frozenset[str]
    stems: frozenset[str]
    names: frozenset[str]
    house: int | None
    numbers: frozenset[int]
    marks: frozenset[str]
    is_me_too: bool
    hints: frozenset[Hint] = frozenset()
    by_topic: bool = False
    is_broad: bool = False
    is_vague: bool = False
    is_carrier: bool = False
    is_bare_place: bool = False
    is_bare_number: bool = False
    settlement: str | None = None
    near: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @property
    def points_back(self) -> bool:
        """True if the message says that what the chat speaks of is also so elsewhere."""
        return self.is_me_too or Hint.TOO in self.hints

    @property
    def is_pointing(self) -> bool:
        """True if only the conversation can tell what the message is about."""
        if self.subjects and not self.is_carrier:
            return False
        return self.points_back or not _TALK_HINTS.isdisjoint(self.hints) or self.is_bare_place

    @property
    def is_news(self) -> bool:
        """True if the message says nothing but that the trouble has ended, or that help has come."""
        return self.says_over or Hint.HELP in self.hints

    @property
    def says_over(self) -> bool:
        """True if the message says that the trouble has ended."""
        return Hint.OVER in self.hints


class SignatureExtractor:
    """Makes signatures. It is pure, and reads only the package's own data (``data/events.toml``)."""

    def __init__(self, morphology: Morphology, places: PlaceFinder, taxonomy: Taxonomy) -> None:
        rules = load_rules("events")
        self._morphology = morphology
        self._places = places
        self.taxonomy = taxonomy
        self._names = [row["name"] for row in rules["subject"]]
        self._patterns = PatternSet(morphology)
        for number, row in enumerate(rules["subject"]):
            self._patterns.add(number, 1.0, row["patterns"])
        self._me_too_owner = len(self._names)
        self._patterns.add(self._me_too_owner, 1.0, rules["echo"]["patterns"])

        def pairs(kind: str) -> frozenset[frozenset[str]]:
            return frozenset(frozenset((row["name"], other)) for row in rules["subject"] for other in row.get(kind, ()))

        kin = pairs("kin")

        def are(kind: str) -> frozenset[str]:
            return frozenset(row["name"] for row in rules["subject"] if row.get(kind))

        self.festive = are("festive")
        """Subjects of no trouble: «субботник в субботу», «праздник двора»."""
        self._vocabulary = read_vocabulary(rules["subject"])
        families = SubjectRelations.build_families(kin)
        self.subjects = SubjectRelations(
            kin, are("wide"), are("outage"), are("slow"), are("indoors"), are("moving"), families, pairs("together")
        )
        self._by_topic = {topic: row["name"] for row in rules["subject"] for topic in row.get("topics", ())}
        self._carriers = frozenset(rules["topics"]["carriers"])
        self._hints = HintReader(rules["hints"], morphology)
        self._unless = {at: frozenset(row["unless"]) for at, row in enumerate(rules["subject"]) if "unless" in row}
        self._alone = frozenset(row["name"] for row in rules["subject"] if row.get("alone"))
        self._common_nouns = frozenset(rules["words"]["common"].split())
        self._noun_stem = remember(self._find_noun_stem)
        found = rules["places"]
        self._marks = MarkFinder(found, morphology.lemma)
        self._qualities = frozenset(stem(word) for word in found["qualities"].split())
        self._local = frozenset(stem(word) for word in found["local"].split())
        self._ordinals: dict[str, int] = found["ordinals"]
        self._spelled_number = remember(self._find_spelled_number)

    def extract(self, text: str) -> Signature:
        """Return the signature of any text, also of a chat's title."""
        words = prepare_text(text).words
        found = self._places.find(words)
        return self.extract_from_words(text, words, found.place if found is not None else None)

    def is_local(self, title: Signature) -> bool:
        """Return whether the people of a chat with this *title* live, learn or garden at one place."""
        return bool(title.numbers) or not title.stems.isdisjoint(self._local)

    def with_topic(self, signature: Signature, topic: str | None, *, is_guess: bool = False) -> Signature:
        """Return the signature with the subject of *topic*, or the topic itself if it is none of the subjects.

        *is_guess*: the words say too little to be sure of the topic, so it speaks against no event.
        """
        broader = self.taxonomy.topic_of(topic)
        if topic is None or broader is None:
            return signature
        subject = self._by_topic.get(topic) or self._by_topic.get(broader)
        return replace(
            signature,
            subjects=frozenset((subject or topic,)),
            by_topic=True,
            is_broad=subject is None,
            is_vague=subject is None and topic == broader,
            is_carrier=subject is None and (is_guess or topic in self._carriers),
        )

    def extract_from_words(self, text: str, words: Sequence[Word], place: PlaceName | None) -> Signature:
        """Return the signature of *text*, whose words and place are already known."""
        numbers = self._numbers(words)
        owners = {match.pattern.owner for match in self._patterns.find(words)}
        subjects = self._subjects_of(owners - {self._me_too_owner})
        if place and place.street:
            names = [stem(part) for part in re.split(r"[\s-]+", fold(place.street)) if len(part) > 2]
        else:
            names = [stem(word.norm) for word in self._find_bare_street(words)]
        house = int(digits[0]) if place and place.house and (digits := re.match(r"\d+", place.house)) else None
        stems = frozenset([stem(word.norm) for word in words])
        route = None if subjects else self._marks.find_route(words, numbers)
        if route is not None:
            subjects = _TRANSPORT
        marks = self._marks.find(words, numbers, transport=not subjects.isdisjoint(_TRANSPORT))
        if route is not None:
            marks.add(f"маршрут {route}")
        return Signature(
            subjects=subjects,
            stems=stems,
            names=frozenset(names),
            house=house,
            numbers=frozenset(number for number in numbers.values() if number is not None),
            marks=frozenset(mark for mark in marks if stem(mark) not in names),  # «Набережная, 5» is a street
            is_me_too=self._me_too_owner in owners and len(words) <= MAX_ME_TOO_WORDS,
            hints=self._hints.find(text, words) | self._echo_hints(owners, subjects, words),
            is_bare_place=bool(names or numbers) and len(words) <= len(names) + _MAX_BARE_PLACE_WORDS,
            settlement=stem(fold(place.settlement)) if place is not None and place.settlement else None,
            words=frozenset(self._tell_apart(words, subjects)) - frozenset(names),
            near=frozenset(name for one in stems for name in self._vocabulary.get(one, ())),
            is_bare_number=bool(numbers) and not names and len(words) <= _MAX_BARE_PLACE_WORDS,
        )

    def _tell_apart(self, words: Sequence[Word], subjects: Set[str]) -> Iterator[str]:
        """Yield the stems of the nouns that do not belong to the subject itself: every lack of water tells of water."""
        for word in words:
            noun = self._noun_stem(word.norm)
            if noun and subjects.isdisjoint(self._vocabulary.get(noun, ())):
                yield noun

    def _find_noun_stem(self, word: str) -> str:
        """Return the stem of a common noun that tells one thing from another, else nothing: «сосна», not «день»."""
        form = self._morphology.form(word)
        if len(word) < _MIN_NOUN_LENGTH or not form.tags or "NOUN" not in form.tags[0]:
            return ""
        if not _NAME_TAGS.isdisjoint(form.tags[0]) or form.lemmas[0] in self._common_nouns:
            return ""
        return stem(form.lemmas[0])

    def _echo_hints(self, owners: Set[int], subjects: Set[str], words: Sequence[Word]) -> frozenset[Hint]:
        """Return the hint of an echo with some words more: «у нас та же история, четвёртый подъезд»."""
        is_echo = self._me_too_owner in owners and not subjects and len(words) <= _MAX_ECHO_WORDS
        return frozenset({Hint.TOO}) if is_echo else frozenset()

    def _find_bare_street(self, words: Sequence[Word]) -> Sequence[Word]:
        """Return the word that can only be a street, if there is one: «Садовая не чищена», «Нагорную занесло».

        It is a capitalised adjective without a noun, and says of what kind something is, not how it is («Холодная»).
        """
        for index, word in enumerate(words):
            if not word.capitalised or len(word.norm) < _MIN_STREET_LENGTH or stem(word.norm) in self._qualities:
                continue
            tags = self._morphology.form(word.norm).tags
            if not any(tag >= _STREET_TAGS for tag in tags) or any(not _NO_STREET_TAGS.isdisjoint(tag) for tag in tags):
                continue
            following = words[index + 1] if index + 1 < len(words) else None
            noun = following is not None and not following.gap.strip() and self._morphology.form(following.norm)
            if not noun or not noun.can_be("NOUN"):
                return (word,)
        return ()

    def _subjects_of(self, owners: Set[int]) -> frozenset[str]:
        """Return the subjects of the words: «не вывозят» means rubbish, but not together with snow."""
        spoken = frozenset(self._names[owner] for owner in owners if owner not in self._unless)
        implied = frozenset(
            self._names[owner] for owner in owners & self._unless.keys() if not spoken & self._unless[owner]
        )
        subjects = spoken | implied
        return subjects & self._alone or subjects

    def is_me_too(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Return whether the words add nothing new and only refer to an earlier message: «и у нас тоже»."""
        if len(words) > MAX_ME_TOO_WORDS or place is not None:
            return False
        return {match.pattern.owner for match in self._patterns.find(words)} == {self._me_too_owner}

    def _numbers(self, words: Sequence[Word]) -> dict[int, int | None]:
        """Map the index of a word to the number it means; times and quantities are left out."""
        found: dict[int, int | None] = {}
        for index, word in enumerate(words):
            digits = _NUMBER.fullmatch(word.norm) if word.is_number else None
            value = int(digits[1]) if digits else self._spelled_number(word.norm)
            if value is None or not 0 < value <= _MAX_NUMBER or self._is_quantity(words, index):
                continue
            tens = found.get(index - 1)
            if not digits and tens is not None and tens % 10 == 0 and value < 10 and not word.gap.strip():
                found[index - 1] = None  # «сорок пятый» is one number
                value += tens
            found[index] = value
        return found

    def _find_spelled_number(self, norm: str) -> int | None:
        lemma = self._morphology.lemma(norm)
        vocabulary = self._places.vocabulary.numbers
        return self._ordinals.get(lemma, vocabulary.get(norm, vocabulary.get(lemma)))

    def _is_quantity(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the number is neither a house nor a route: «7.05», «5 минут», «9 этаж», «третий раз»."""
        vocabulary = self._places.vocabulary.words
        following = words[index + 1] if index + 1 < len(words) else None
        clock = words[index].gap in (".", ":") or (
            following is not None and following.gap in (".", ":") and following.is_number
        )
        if clock or following is None:
            return clock
        if self._morphology.lemma(following.norm) in self._marks.counted:
            return False
        return following.norm in vocabulary["units"] or following.norm in vocabulary["inside"]
