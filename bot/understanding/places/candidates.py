"""Candidates for the street of a message, with the number that is written before or after them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.understanding.places.houses import HouseNumberParser
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

TYPED_STREET_WEIGHT, BARE_STREET_WEIGHT = 2.0, 1.0
_HOUSE_WEIGHT = 4.0
_MAX_HOUSE_WORDS = 8
"""Words: «строение 5 корпус 2 на»: the longest house before its street."""
_MAX_FURTHER_HOUSES = 4
_JOINING = frozenset({"и", "по", "до"})
_COUNTS = frozenset({"2", "3", "4", "два", "три", "четыре"})
"""«3 дома по Ленина» are three houses."""


@dataclass(frozen=True, slots=True)
class StreetCandidate:
    """Words ``start`` … ``end`` (without) that name a street; ``first`` … ``last`` with type word and house.

    ``title`` is the dictionary form, if it cannot be read from the words alone.
    """

    start: int
    end: int
    first: int
    last: int
    kind: str | None
    gender: str | None
    title: str | None
    house: str | None
    weight: float


class CandidateBuilder:
    """Builds candidates: looks for a house after a name, else before it."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary, houses: HouseNumberParser) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._houses = houses

    def build(
        self,
        words: Sequence[Word],
        first: int,
        start: int,
        end: int,
        kind: str | None,
        title: str | None = None,
        read: tuple[str, int] | None = None,
    ) -> StreetCandidate:
        """Build the candidate of the name ``start`` … ``end``, whose type word, if any, is *kind*.

        *first* is the first word of all. A name that has a type word weighs more. *read*: the number right after the
        name and the index after it, if the caller has parsed it.
        """
        short, gender = self._vocabulary.kinds[kind] if kind else (None, None)
        last = end
        house = None
        if read is None:
            read = self._houses.parse_at(words, end, after_street=True)
        if read is not None:
            house, last = read
        elif (earlier := self.find_house_before(words, first)) is not None:
            house, first = earlier
        elif (linked := self._houses.parse_linked(words, end)) is not None:
            house, last = linked
        weight = TYPED_STREET_WEIGHT if kind or title else BARE_STREET_WEIGHT
        weight += _HOUSE_WEIGHT if house else 0.0
        return StreetCandidate(start, end, first, last, short, gender, title, house, weight)

    def _is_institution(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the word is a school or the like, to which a number belongs."""
        if index < 0:
            return False
        return not self._vocabulary.landmarks.numbered.keys().isdisjoint(
            self._morphology.form(words[index].norm).lemmas
        )

    @staticmethod
    def _is_apart(words: Sequence[Word], index: int) -> bool:
        """Return whether no noun precedes the number to which it may belong: «№ 45 по Мира»."""
        return index == 0 or bool(words[index].gap.strip(" №"))

    def _skip_further_house(self, words: Sequence[Word], index: int, end: int) -> int:
        """Return the index after further numbers before *end*: «дома 5, 7 и 11 по …», «дома с 5 по 11 на …»."""
        for _ in range(_MAX_FURTHER_HOUSES):
            if index >= end:
                break
            at = index + (words[index].norm in _JOINING)
            listed = at > index or "," in words[index].gap
            further = self._houses.parse_at(words, at, after_street=True) if listed else None
            if further is None:
                break
            index = further[1]
        return index

    @staticmethod
    def with_house(found: StreetCandidate, house: str) -> StreetCandidate:
        """Return *found* with a house that was written together with its name."""
        return replace(found, house=house, weight=found.weight + _HOUSE_WEIGHT)

    def find_house_before(self, words: Sequence[Word], first: int) -> tuple[str, int] | None:
        """Find a house before the street that begins at *first*: «дом 12к2 по …», «дома 23 на …», «5-й дом по …»."""
        end = first
        if end > 0 and words[end - 1].norm in ("по", "на", "с"):
            end -= 1
            if end > 0 and words[end - 1].norm == "что":  # «у дома 14, что на Садовой»
                end -= 1
        for start in range(max(0, end - _MAX_HOUSE_WORDS), end - 1):
            read = None
            if words[start].norm in self._vocabulary.words["house"] and words[start].norm != "№":
                if words[start].norm == "номер" and self._is_institution(words, start - 1):
                    continue  # «в поликлинике номер 2 на Мира»
                read = self._houses.parse_at(words, start, after_street=False)
            elif (
                self._houses.may_begin_number(words[start])
                and words[start].norm not in _COUNTS
                and (end < first or words[start].norm.endswith("-й"))  # «12-й дом Титова»
            ):
                read = self._houses.parse_before_noun(words, start)
            if read is not None and self._skip_further_house(words, read[1], end) == end:
                return read[0], start
        if (unnamed := self._houses.parse_unnamed(words, end)) is not None:
            return unnamed
        if 0 < end < first and "№" in words[end - 1].gap and self._is_apart(words, end - 1):
            read = self._houses.parse_at(words, end - 1, after_street=False)
            return (read[0], end - 1) if read is not None and read[1] == end else None
        return None
