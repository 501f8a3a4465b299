"""A message as numbered features: words, pairs of words, pieces of words, topics of the rules, the district.

The same code makes them when a model is trained and when it is used, so the two cannot diverge. A feature is a
string with a mark of its block: ``w`` words, ``c`` pieces, ``t`` topics, ``d`` district.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.text_normal import fold

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
