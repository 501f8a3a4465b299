"""What two messages must share to be about one event: the subject, the place, the route, in a comparable form."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.places.finder import Places
from bot.understanding.reading import PlaceName
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import Patterns
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word, prepare

_ENDING = re.compile(
    r"(?:ыми|ими|ого|его|ому|ему|ами|ями|ая|яя|ый|ий|ой|ей|ое|ее|ую|юю|ых|их|ым|им|ом|ем|ах|ях|а|я|ы|и|у|ю|е|о|ь)$"
)
_NUMBER = re.compile(r"(\d{1,4})(?:-?(?:го|й|я|ая|ого|ом|ой|му|м|ый|а|б|в|г|к\d))?")
_LARGEST = 999
_REMEMBERED = 20_000
_LONGEST_ECHO = 6
"""Words: a longer message says something of its own."""


@dataclass(frozen=True, slots=True)
class Signature:
    """``stems``: every word without its ending. ``names``: those of the street or the quarter that is named;
    ``numbers`` what may be a house; ``marks`` a landmark or a route («стадион», «школа 3», «маршрут 7»)."""

    subjects: frozenset[str]
    stems: frozenset[str]
    names: frozenset[str]
    house: int | None
    numbers: frozenset[int]
    marks: frozenset[str]
    echo: bool


@dataclass(frozen=True, slots=True)
class Subjects:
    """Which subjects are told of one event, and which may strike many streets at once."""

    kin: frozenset[frozenset[str]]
    wide: frozenset[str]
    families: Mapping[str, str]

    def related(self, first: frozenset[str], second: frozenset[str]) -> bool:
        """Whether some subject of one is the same as, or kin to, some subject of the other."""
        return not first.isdisjoint(second) or any(
            frozenset((one, other)) in self.kin for one in first for other in second
        )

    def family(self, subject: str) -> str:
        """One name for all subjects that are kin to one another, at however many removes: the first of them."""
        return self.families.get(subject, subject)

    @staticmethod
    def families_of(kin: Iterable[frozenset[str]]) -> dict[str, str]:
        """Subject → the first of all that are kin to it; those without kin are left out."""
        families: dict[str, frozenset[str]] = {}
        for pair in kin:
            joined = pair.union(*(families.get(name, frozenset()) for name in pair))
            families |= dict.fromkeys(joined, joined)
        return {name: min(family) for name, family in families.items()}


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """The word without its ending, roughly: «Садовой» and «садовую» meet."""
    return _ENDING.sub("", word) if len(word) > 3 else word


class SignatureReader:
    """Makes signatures. Pure; knows the package's own data (``data/events.toml``)."""

    def __init__(self, morphology: Morphology, places: Places, taxonomy: Taxonomy) -> None:
        rules = load_rules("events")
        self._morphology = morphology
        self._places = places
        self.taxonomy = taxonomy
        self._names = [row["name"] for row in rules["subject"]]
        self._patterns = Patterns(morphology)
        for number, row in enumerate(rules["subject"]):
            self._patterns.add(number, 1.0, row["patterns"])
        self._echo = len(self._names)
        self._patterns.add(self._echo, 1.0, rules["echo"]["patterns"])
        kin = frozenset(frozenset((row["name"], other)) for row in rules["subject"] for other in row.get("kin", ()))
        wide = frozenset(row["name"] for row in rules["subject"] if row.get("wide"))
        self.subjects = Subjects(kin, wide, Subjects.families_of(kin))
        self._unless = {at: frozenset(row["unless"]) for at, row in enumerate(rules["subject"]) if "unless" in row}
        self._alone = frozenset(row["name"] for row in rules["subject"] if row.get("alone"))
        found = rules["places"]
        self._marks = frozenset(found["marks"])
        self._numbered = frozenset(found["numbered"])
        self._routes = frozenset(found["routes"])
        self._nicknames: dict[str, int] = found["nicknames"]
        self._ordinals: dict[str, int] = found["ordinals"]

    def read(self, text: str) -> Signature:
        """The signature of any text, also of a chat's title."""
        words = prepare(text).words
        found = self._places.find(words)
        return self.of_parsed(words, found.place if found is not None else None)

    def of_parsed(self, words: Sequence[Word], place: PlaceName | None) -> Signature:
        """The same for a text whose words, and the place that they name, are known."""
        numbers = self._numbers(words)
        owners = {match.pattern.owner for match in self._patterns.find(words)}
        subjects = self._subjects_of(owners - {self._echo})
        names = [stem(part) for part in _fold(place.street).split() if len(part) > 2] if place and place.street else []
        house = int(digits[0]) if place and place.house and (digits := re.match(r"\d+", place.house)) else None
        marks = self._marked(words, numbers, transport="транспорт" in subjects)
        return Signature(
            subjects=subjects,
            stems=frozenset(stem(word.norm) for word in words),
            names=frozenset(names),
            house=house,
            numbers=frozenset(number for number in numbers.values() if number is not None),
            marks=frozenset(marks),
            echo=self._echo in owners and len(words) <= _LONGEST_ECHO,
        )

    def _subjects_of(self, owners: Set[int]) -> frozenset[str]:
        """Their names: «не вывозят» alone means the rubbish, but not beside the snow."""
        spoken = frozenset(self._names[owner] for owner in owners if owner not in self._unless)
        implied = frozenset(
            self._names[owner] for owner in owners & self._unless.keys() if not spoken & self._unless[owner]
        )
        subjects = spoken | implied
        return subjects & self._alone or subjects

    def only_echoes(self, words: Sequence[Word], place: PlaceName | None) -> bool:
        """Whether they say nothing of their own and point to what was said before: «и у нас тоже»."""
        if len(words) > _LONGEST_ECHO or place is not None:
            return False
        return {match.pattern.owner for match in self._patterns.find(words)} == {self._echo}

    def _lemma(self, word: Word) -> str:
        return next(iter(self._morphology.form(word.norm).lemmas), word.norm)

    def _numbers(self, words: Sequence[Word]) -> dict[int, int | None]:
        """Index of a word → the number it is, times and counts of something left out."""
        found: dict[int, int | None] = {}
        for index, word in enumerate(words):
            digits = _NUMBER.fullmatch(word.norm) if word.is_number else None
            value = int(digits[1]) if digits else self._spelled(word)
            if value is None or not 0 < value <= _LARGEST or self._counts(words, index):
                continue
            tens = found.get(index - 1)
            if not digits and tens is not None and tens % 10 == 0 and value < 10 and not word.gap.strip():
                found[index - 1] = None  # «сорок пятый» is one number
                value += tens
            found[index] = value
        return found

    def _spelled(self, word: Word) -> int | None:
        lemma = self._lemma(word)
        vocabulary = self._places.vocabulary.numbers
        return self._ordinals.get(lemma, vocabulary.get(word.norm, vocabulary.get(lemma)))

    def _counts(self, words: Sequence[Word], index: int) -> bool:
        """«7.05», «5 минут», «9 этаж», «третий раз»: no house and no route."""
        vocabulary = self._places.vocabulary.words
        following = words[index + 1] if index + 1 < len(words) else None
        clock = words[index].gap in (".", ":") or (
            following is not None and following.gap in (".", ":") and following.is_number
        )
        if clock or following is None:
            return clock
        if self._lemma(following) in self._numbered | self._routes:
            return False
        return following.norm in vocabulary["units"] or following.norm in vocabulary["inside"]

    def _marked(self, words: Sequence[Word], numbers: dict[int, int | None], *, transport: bool) -> set[str]:
        marks: set[str] = set()
        for index, word in enumerate(words):
            lemma = self._lemma(word)
            counted = lemma in self._numbered
            near = _near(words, index, numbers) if counted or lemma in self._routes else None
            if near is not None:
                marks.add(f"{lemma if counted else 'маршрут'} {near}")
            elif lemma in self._marks:
                marks.add(lemma)
            elif transport and lemma in self._nicknames:
                marks.add(f"маршрут {self._nicknames[lemma]}")
        return marks


def _near(words: Sequence[Word], index: int, numbers: dict[int, int | None]) -> int | None:
    """The number that belongs to the word at *index*: «школа № 3», «3 школа», «автобус номер 3»."""
    for at in (index + 1, index - 1, index + 2):
        between = words[min(at, index) + 1 : max(at, index) + 1]
        if numbers.get(at) is not None and all(word.gap.strip() in ("", "№", "-", "«", "#") for word in between):
            return numbers[at]
    return None


def _fold(name: str | None) -> str:
    return (name or "").casefold().replace("ё", "е")
