"""A message as numbered features: words, pairs of words, pieces of words, topics of the rules, the district.

The same code makes them when a model is trained and when it is used, so the two can not drift apart. A feature is a
string with a mark of its block: ``w`` words, ``c`` pieces, ``t`` topics, ``d`` district.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from operator import mul

WORDS, PIECES, TOPICS, DISTRICT = "w:", "c:", "t:", "d:"
BLOCKS = (WORDS, PIECES)
"""Blocks that are weighed by rarity and brought to length 1, each for itself."""
_SHORTEST, _LONGEST = 3, 5
_ENOUGH_TOPIC = 8.0
_REMEMBERED = 20_000
_MOST_WORDS = 400
"""Words that are looked at: bounds the time that a hostile text can take."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules made of a text, as far as a model may want it."""

    lemmas: Sequence[str]
    norms: Sequence[str]
    topics: Mapping[str, float]
    """Name of the topic → its evidence."""


def counts(seen: Seen) -> dict[str, Counter[str]]:
    """Block → feature → how often, for the blocks that count."""
    words = Counter(_words(seen))
    pieces = Counter(PIECES + piece for norm in seen.norms[:_MOST_WORDS] for piece in _pieces(norm))
    return {WORDS: words, PIECES: pieces}


def _words(seen: Seen) -> Iterable[str]:
    lemmas = seen.lemmas[:_MOST_WORDS]
    yield from (WORDS + lemma for lemma in lemmas)
    yield from (f"{WORDS}{first} {second}" for first, second in pairwise(lemmas))


def _pieces(word: str) -> Iterable[str]:
    """Runs of three to five letters, the borders of the word included; a shorter word is its own piece."""
    framed = f" {word} "
    for length in range(_SHORTEST, _LONGEST + 1):
        if len(framed) <= length:
            yield framed
            return
        for start in range(len(framed) - length + 1):
            yield framed[start : start + length]


def plain(seen: Seen, district: str | None, *, with_topics: bool) -> dict[str, float]:
    """The features that have a value of their own: topics (0–1), the district."""
    found: dict[str, float] = {}
    if with_topics:
        for name, weight in seen.topics.items():
            found[TOPICS + name] = min(weight, _ENOUGH_TOPIC) / _ENOUGH_TOPIC
    if district:
        found[DISTRICT + fold(district)] = 1.0
    return found


def fold(name: str) -> str:
    """A district's name, however it was typed."""
    return " ".join(name.casefold().replace("ё", "е").split())


class Index:
    """The features that a model knows, with their numbers and rarity; turns texts into numbered values."""

    def __init__(self, features: Sequence[str], rarity: Sequence[float], *, with_topics: bool) -> None:
        self._places = {name: place for place, name in enumerate(features)}
        self._rarity = rarity
        self._with_topics = with_topics
        self._of_word = lru_cache(maxsize=_REMEMBERED)(self._pieces_of)

    def place_of_word(self, lemma: str) -> int | None:
        """The number of a single word."""
        return self._places.get(WORDS + lemma)

    def _pieces_of(self, norm: str) -> tuple[int, ...]:
        found = (self._places.get(PIECES + piece) for piece in _pieces(norm))
        return tuple(place for place in found if place is not None)

    def values(self, seen: Seen, district: str | None) -> tuple[list[int], list[float]]:
        """Numbers and values of the known features of one text: words and pieces each brought to length 1."""
        at: list[int] = []
        weights: list[float] = []
        words = Counter(place for name in _words(seen) if (place := self._places.get(name)) is not None)
        pieces = Counter(chain.from_iterable(map(self._of_word, seen.norms[:_MOST_WORDS])))
        for found in (words, pieces):
            block = list(map(self._rarity.__getitem__, found))
            for number, times in enumerate(found.values()):
                if times > 1:
                    block[number] *= 1.0 + math.log(times)
            length = math.sqrt(sum(map(mul, block, block))) or 1.0
            at += found
            weights += [weight / length for weight in block]
        for name, value in plain(seen, district, with_topics=self._with_topics).items():
            if (place := self._places.get(name)) is not None:
                at.append(place)
                weights.append(value)
        return at, weights
