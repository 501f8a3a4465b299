"""The columns of a model's features, and texts as their values; the names of unknown words are never made."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.model.features import (
    MAX_WORDS,
    NGRAM_PREFIX,
    WORD_PREFIX,
    TextFeatures,
    char_ngrams,
    topic_and_district_features,
)
from bot.understanding.text.memory import remember

Columns = NDArray[np.int32]
Values = NDArray[np.float32]
_UNKNOWN_WORD: tuple[None, dict[str, int]] = (None, {})


class WordIndex:
    """The rows of words and of pairs of words. It is pure."""

    def __init__(self, features: Iterable[tuple[int, str]]) -> None:
        """*features*: rows and names; those of other blocks are passed over."""
        self._words: dict[str, tuple[int | None, dict[str, int]]] = {}
        """Word → the row of the word alone, and the rows of its pairs by the second word."""
        for row, name in features:
            if name.startswith(WORD_PREFIX):
                first, pair, second = name.removeprefix(WORD_PREFIX).partition(" ")
                alone, following = self._words.get(first, (None, {}))
                if pair:
                    following[second] = row
                self._words[first] = (alone if pair else row), following

    def row_of(self, lemma: str) -> int | None:
        """Return the row of a word alone."""
        return self._words.get(lemma, _UNKNOWN_WORD)[0]

    def find_rows(self, features: TextFeatures) -> list[int]:
        """Return the rows of the known :func:`word_terms`, in their order."""
        alone: list[int] = []
        pairs: list[int] = []
        following: Mapping[str, int] = {}
        for lemma in features.lemmas[:MAX_WORDS]:
            if lemma in following:
                pairs.append(following[lemma])
            row, following = self._words.get(lemma, _UNKNOWN_WORD)
            if row is not None:
                alone.append(row)
        alone += pairs
        if features.alarm is not None and (alarm := self.row_of(f"!{features.alarm}")) is not None:
            alone.append(alarm)
        return alone

    def count_known_pairs(self, lemmas: Sequence[str]) -> int:
        """Return the number of pairs of words that are known."""
        known = 0
        following: Mapping[str, int] = {}
        for lemma in lemmas:
            known += lemma in following
            following = self._words.get(lemma, _UNKNOWN_WORD)[1]
        return known


class FeatureIndex:
    """The features of a model with their columns and rarity; vectorises texts."""

    def __init__(self, features: Sequence[str], rarity: Sequence[float], *, with_topics: bool) -> None:
        numbered = list(enumerate(features))
        self._words = WordIndex(numbered)
        self._columns = {name: place for place, name in numbered if not name.startswith(WORD_PREFIX)}
        self._rarity = np.array(rarity, dtype=np.float64)
        self._with_topics = with_topics
        self._cached_ngram_columns = remember(self._ngram_columns)
        self._cached_rarity = remember(self._rarity_of_pieces)
        pieces = [value for name, value in zip(features, rarity, strict=True) if name.startswith(NGRAM_PREFIX)]
        self._rarity_of_unknown = max(pieces, default=0.0)

    def column_of_word(self, lemma: str) -> int | None:
        """Return the column of a word."""
        return self._words.row_of(lemma)

    def measure_strangeness(self, features: TextFeatures) -> tuple[float, float]:
        """Return the share of pairs of words that are unknown, and the mean rarity of the pieces of words."""
        lemmas = features.lemmas[:MAX_WORDS]
        unknown = 1.0 - self._words.count_known_pairs(lemmas) / max(1, len(lemmas) - 1)
        words = list(map(self._cached_rarity, features.norms[:MAX_WORDS]))
        total, pieces = sum([total for total, _ in words]), sum([count for _, count in words])
        return unknown, total / max(1, pieces)

    def _rarity_of_pieces(self, norm: str) -> tuple[float, int]:
        """Return the sum of the rarity of the word's pieces, and their number."""
        columns = [self._columns.get(NGRAM_PREFIX + piece) for piece in char_ngrams(norm)]
        rarity = (float(self._rarity[at]) if at is not None else self._rarity_of_unknown for at in columns)
        return sum(rarity), len(columns)

    def _ngram_columns(self, norm: str) -> bytes:
        """Return the columns of the word's pieces, as the bytes of an array: those of many words are quickly joined."""
        found = (self._columns.get(NGRAM_PREFIX + piece) for piece in char_ngrams(norm))
        return np.array([place for place in found if place is not None], dtype=np.int32).tobytes()

    def vectorize(self, features: TextFeatures, district: str | None) -> tuple[Columns, Values]:
        """Return columns and values of the known features of a text, words and pieces each normalised to length 1."""
        words = self._words.find_rows(features)
        pieces = map(self._cached_ngram_columns, features.norms[:MAX_WORDS])
        said = np.frombuffer(b"".join((np.array(words, dtype=np.int32).tobytes(), *pieces)), dtype=np.int32)
        first, times = _count_in_order(said)
        columns = said.take(first)
        weights: NDArray[np.float64] = self._rarity.take(columns)
        weights *= 1.0 + np.log(times)
        border = int(first.searchsorted(len(words)))
        for block in (weights[:border], weights[border:]):
            block /= math.sqrt(block.dot(block)) or 1.0
        named = topic_and_district_features(features, district, with_topics=self._with_topics)
        others = {place: value for name, value in named.items() if (place := self._columns.get(name)) is not None}
        if others:
            columns = np.append(columns, np.array(list(others), dtype=np.int32))
            weights = np.append(weights, list(others.values()))
        return columns, weights.astype(np.float32)


def _count_in_order(columns: Columns) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each of *columns* is first, in that order, and how many times it is there.

    ``numpy.unique`` sorts them; with their order restored it takes a third longer for the few hundred of a message.
    """
    order = columns.argsort(kind="stable")
    ordered = columns.take(order)
    is_new = np.ones(len(columns), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    starts = np.append(is_new.nonzero()[0], len(columns))
    times_at = np.zeros(len(columns), dtype=np.intp)
    times_at[order.take(starts[:-1])] = starts[1:] - starts[:-1]
    first = times_at.nonzero()[0]
    return first, times_at.take(first)
