"""A message as numbered features: words, pairs of words, pieces of words, topics of the rules, the district.

The same code makes them when a model is trained and when it is used, so the two cannot diverge. A feature is a
string with a mark of its block: ``w`` words, ``c`` pieces, ``t`` topics, ``d`` district.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import mul

from bot.domain.text_normal import fold
from bot.understanding.text.memory import remember

WORD_PREFIX, NGRAM_PREFIX, TOPIC_PREFIX, DISTRICT_PREFIX = "w:", "c:", "t:", "d:"
TFIDF_BLOCKS = (WORD_PREFIX, NGRAM_PREFIX)
"""Blocks that are weighted by rarity and normalised to length 1, each separately."""
_MIN_NGRAM_LENGTH, _MAX_NGRAM_LENGTH = 3, 5
_TOPIC_SATURATION = 8.0
MAX_WORDS = 400
"""The number of words analysed: bounds the time for a hostile text."""


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """The results of the rules for a text that a model uses."""

    lemmas: Sequence[str]
    norms: Sequence[str]
    topics: Mapping[str, float]
    """Name of the topic → its evidence."""
    alarm: str | None = None
    """The danger or the reason for urgency that the rules found: one more word."""


def count_terms(features: TextFeatures) -> dict[str, Counter[str]]:
    """Return block → feature → count, for the counted blocks."""
    words = Counter(word_terms(features))
    pieces = Counter(NGRAM_PREFIX + piece for norm in features.norms[:MAX_WORDS] for piece in char_ngrams(norm))
    return {WORD_PREFIX: words, NGRAM_PREFIX: pieces}


def word_terms(features: TextFeatures) -> Iterable[str]:
    """Yield the words, the pairs of words that follow one another, and the alarm."""
    lemmas = features.lemmas[:MAX_WORDS]
    yield from (WORD_PREFIX + lemma for lemma in lemmas)
    yield from (f"{WORD_PREFIX}{first} {second}" for first, second in pairwise(lemmas))
    if features.alarm is not None:
        yield f"{WORD_PREFIX}!{features.alarm}"


def char_ngrams(word: str) -> Iterable[str]:
    """Return runs of three to five letters, the borders of the word included; a shorter word is its own piece."""
    framed = f" {word} "
    for length in range(_MIN_NGRAM_LENGTH, _MAX_NGRAM_LENGTH + 1):
        if len(framed) <= length:
            yield framed
            return
        for start in range(len(framed) - length + 1):
            yield framed[start : start + length]


def topic_and_district_features(features: TextFeatures, district: str | None, *, with_topics: bool) -> dict[str, float]:
    """Return the features with values: topics (0–1), the district."""
    found: dict[str, float] = {}
    if with_topics:
        for name, weight in features.topics.items():
            found[TOPIC_PREFIX + name] = min(weight, _TOPIC_SATURATION) / _TOPIC_SATURATION
    if district:
        found[DISTRICT_PREFIX + fold_district(district)] = 1.0
    return found


def fold_district(name: str) -> str:
    """Return a district's name without differences of case and spacing."""
    return " ".join(fold(name).split())


class FeatureIndex:
    """The features of a model with their columns and rarity; vectorises texts."""

    def __init__(self, features: Sequence[str], rarity: Sequence[float], *, with_topics: bool) -> None:
        self._columns = {name: place for place, name in enumerate(features)}
        self._rarity = rarity
        self._with_topics = with_topics
        self._cached_ngram_columns = remember(self._ngram_columns)
        self._cached_rarity = remember(self._rarity_of_pieces)
        pieces = [value for name, value in zip(features, rarity, strict=True) if name.startswith(NGRAM_PREFIX)]
        self._rarity_of_unknown = max(pieces, default=0.0)

    def column_of_word(self, lemma: str) -> int | None:
        """Return the column of a word."""
        return self._columns.get(WORD_PREFIX + lemma)

    def measure_strangeness(self, features: TextFeatures) -> tuple[float, float]:
        """Return the share of pairs of words that are unknown, and the mean rarity of the pieces of words."""
        pairs = list(pairwise(features.lemmas[:MAX_WORDS]))
        known = sum(f"{WORD_PREFIX}{first} {second}" in self._columns for first, second in pairs)
        words = [self._cached_rarity(norm) for norm in features.norms[:MAX_WORDS]]
        total, pieces = sum(total for total, _ in words), sum(count for _, count in words)
        return 1.0 - known / max(1, len(pairs)), total / max(1, pieces)

    def _rarity_of_pieces(self, norm: str) -> tuple[float, int]:
        """Return the sum of the rarity of the word's pieces, and their number."""
        columns = [self._columns.get(NGRAM_PREFIX + piece) for piece in char_ngrams(norm)]
        rarity = (self._rarity[at] if at is not None else self._rarity_of_unknown for at in columns)
        return sum(rarity), len(columns)

    def _ngram_columns(self, norm: str) -> tuple[int, ...]:
        found = (self._columns.get(NGRAM_PREFIX + piece) for piece in char_ngrams(norm))
        return tuple(place for place in found if place is not None)

    def vectorize(self, features: TextFeatures, district: str | None) -> tuple[list[int], list[float]]:
        """Return columns and values of the known features of a text, words and pieces each normalised to length 1."""
        at: list[int] = []
        weights: list[float] = []
        words = Counter(place for name in word_terms(features) if (place := self._columns.get(name)) is not None)
        pieces = Counter(chain.from_iterable(map(self._cached_ngram_columns, features.norms[:MAX_WORDS])))
        for found in (words, pieces):
            block = list(map(self._rarity.__getitem__, found))
            for number, times in enumerate(found.values()):
                if times > 1:
                    block[number] *= 1.0 + math.log(times)
            length = math.sqrt(sum(map(mul, block, block))) or 1.0
            at += found
            weights += [weight / length for weight in block]
        for name, value in topic_and_district_features(features, district, with_topics=self._with_topics).items():
            if (place := self._columns.get(name)) is not None:
                at.append(place)
                weights.append(value)
        return at, weights
