"""Training of the shipped model of messages, and its measurement on hands that it was not trained on."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

import bot.understanding
from bench.words import Labelled, load_messages
from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.features import NGRAM_PREFIX, TFIDF_BLOCKS, TextFeatures, count_terms
from bot.understanding.model.model import Model, Recipe, Strangeness
from bot.understanding.sectors.topics import Topic, load_topics
from bot.understanding.shipped.findings import MessageFindings
from bot.understanding.shipped.message_model import FILE_NAME, MessageModel, feature_values, pack_model

MODEL_FILE = Path(bot.understanding.__file__).parent / "data" / FILE_NAME
RECIPE = Recipe(topics=False, rules=1.0, prior=1.0)
SLOPE, LIFT = 0.91, -1.5
"""The calibration of a sector's share, fitted on texts of hands that the model was not trained on.

The lift is 0.3 higher than fitted: these hands write of harder cases than most people.
"""
_MIN_TEXTS, _MIN_TEXTS_OF_PIECES = 2, 3
"""Features that fewer texts have are left out."""
_SECTOR_FREEDOM, _RELEVANCE_FREEDOM = 8.0, 2.0
"""Inverse regularization."""
_SIGN_SCALE = 0.5
"""A sign weighs less than a word as long as the texts do not speak for it."""
_PREFERRED_SHARE = 2 / 3
"""The preferred sector's share of a message for which several are right."""
_PORTAL_HANDS = frozenset({"forms", "petitioners", "reporters"})
"""The hands that write as on portals: they teach sectors. Nearly all need action there, so with them relevance in chats
is read worse, and it is the chats that say how rare a word is.
"""
_PHRASE_WEIGHT = 0.5
"""The weight of a phrase of the topics; a message has 1."""
_MAX_ITERATIONS = 300
_HASHED_MESSAGES = 40
"""The findings of one message of that many are hashed: they speak for the code that makes them."""


class Laboratory:
    """Trains models on messages of some hands. It reads every message once."""

    def __init__(self) -> None:
        self.sectors = [Sector(code, title) for code, title in STANDARD_SECTORS.items()]
        self.analyzer = TextAnalyzer(self.sectors, 0.6, shipped=_EMPTY_MODEL)
        self.messages = load_messages()
        phrases = list(topic_phrases(load_topics()))
        self._phrases = [(self.analyzer.describe(text).features, code) for text, code in phrases]

    @cached_property
    def _findings(self) -> list[MessageFindings]:
        return [self.analyzer.describe(one.text) for one in self.messages]

    def train(self, without: Iterable[str] = ()) -> bytes:
        """Return a model, packed, that is trained on the messages of all hands but those of *without*."""
        left_out = frozenset(without)
        chosen = [
            (message, found)
            for message, found in zip(self.messages, self._findings, strict=True)
            if message.hand not in left_out
        ]
        return pack_model(fit(chosen, self._phrases, self.hash_sources()))

    def hash_sources(self) -> str:
        """Return a hash of the messages, the phrases, and what the rules find in some messages."""
        texts = [f"{one.hand}\t{'|'.join(one.codes)}\t{one.urgency}\t{one.text}" for one in self.messages]
        phrases = [f"{code} {features.norms}" for features, code in self._phrases]
        hashed = (self.analyzer.describe(one.text) for one in self.messages[::_HASHED_MESSAGES])
        findings = [f"{sorted(found.signs)} {found.features.lemmas} {found.alarm}" for found in hashed]
        return hashlib.sha256("\n".join((*texts, *phrases, *findings)).encode()).hexdigest()


def topic_phrases(topics: Sequence[Topic]) -> Iterable[tuple[str, str]]:
    """Yield short messages in the words of the topics' patterns, each with its sector."""
    for topic in topics:
        code = max(topic.sectors, key=lambda one: topic.sectors[one])
        lines = [line for weight, source in topic.patterns if weight >= 2.0 for line in _split_lines(source)]
        for number, line in enumerate(lines):
            yield " ".join(_alternative(part, number + 3 * at) for at, part in enumerate(line.split())), code


def _split_lines(source: str) -> list[str]:
    return [line for line in source.replace("\n", ";").split(";") if line.strip()]


def _alternative(element: str, turn: int) -> str:
    words = element.split("|")
    return words[turn % len(words)].strip("=*")


def fit(
    chosen: Sequence[tuple[Labelled, MessageFindings]],
    phrases: Sequence[tuple[TextFeatures, str]],
    sources_hash: str,
) -> MessageModel:
    """Return the model that fits the messages and, for the sectors, the phrases best."""
    of_chats = [row for row, (message, _) in enumerate(chosen) if message.hand not in _PORTAL_HANDS]
    short = [one for one, _ in phrases]
    features = _choose_features([*(found.features for _, found in chosen), *short])
    rarity = _find_rarity(features, [*(chosen[row][1].features for row in of_chats), *short])
    words = _word_matrix([found.features for _, found in chosen], features, rarity)
    sectors = _fit_sectors(chosen, phrases, words, features, rarity)
    names = sorted({name for _, found in chosen for name in found.signs})
    matrix = csr_matrix(hstack([words, _sign_matrix(names, [found.signs for _, found in chosen])]))
    regression = LogisticRegression(C=_RELEVANCE_FREEDOM, max_iter=_MAX_ITERATIONS, tol=1e-3)
    regression.fit(matrix[of_chats], [chosen[row][0].is_appeal for row in of_chats])
    weights = regression.coef_[0]
    signs = (weights[len(features) :] * _SIGN_SCALE).tolist()
    appeal = weights[: len(features)].astype(np.float32)
    return MessageModel(
        sectors, appeal, dict(zip(names, signs, strict=True)), float(regression.intercept_[0]), sources_hash
    )


def _fit_sectors(
    chosen: Sequence[tuple[Labelled, MessageFindings]],
    phrases: Sequence[tuple[TextFeatures, str]],
    words: csr_matrix,
    features: Sequence[str],
    rarity: Sequence[float],
) -> Model:
    rows = [row for row, (message, _) in enumerate(chosen) for _ in message.codes]
    truths = [code for message, _ in chosen for code in message.codes]
    weights = [weight for message, _ in chosen for weight in _weights_of_codes(len(message.codes))]
    more = _word_matrix([one for one, _ in phrases], features, rarity)
    matrix = csr_matrix(vstack([words[rows], more]))
    truths += [code for _, code in phrases]
    weights += [_PHRASE_WEIGHT] * len(phrases)
    regression = LogisticRegression(C=_SECTOR_FREEDOM, max_iter=_MAX_ITERATIONS, tol=1e-3)
    regression.fit(matrix, truths, sample_weight=weights)
    codes = tuple(map(str, regression.classes_))
    chosen_codes, given = np.array(truths), np.array(weights)
    frequency = np.array([given[chosen_codes == code].sum() for code in codes])
    return replace(
        _EMPTY_MODEL.sectors,
        codes=codes,
        features=tuple(features),
        weights=regression.coef_.T.astype(np.float32),
        bias=regression.intercept_.astype(np.float32),
        rarity=np.array(rarity, dtype=np.float32),
        frequency=(frequency / frequency.sum()).astype(np.float32),
    )


def _weights_of_codes(count: int) -> list[float]:
    """Return the weight of each of *count* right sectors, the preferred one first; they sum to 1."""
    if count < 2:
        return [1.0] * count
    return [_PREFERRED_SHARE, *[(1.0 - _PREFERRED_SHARE) / (count - 1)] * (count - 1)]


def _choose_features(texts: Sequence[TextFeatures]) -> list[str]:
    """Return the features that enough texts have, in alphabetical order."""
    return sorted(
        name
        for name, times in _count_texts(texts).items()
        if times >= (_MIN_TEXTS_OF_PIECES if name.startswith(NGRAM_PREFIX) else _MIN_TEXTS)
        and name.startswith(TFIDF_BLOCKS)
    )


def _find_rarity(features: Sequence[str], texts: Sequence[TextFeatures]) -> list[float]:
    """Return the inverse document frequencies of the features."""
    spread = _count_texts(texts)
    return [float(np.log((1 + len(texts)) / (1 + spread[name]))) + 1.0 for name in features]


def _count_texts(texts: Sequence[TextFeatures]) -> Counter[str]:
    """Count the texts that have each feature."""
    return Counter(name for one in texts for block in count_terms(one).values() for name in block)


def _word_matrix(texts: Sequence[TextFeatures], features: Sequence[str], rarity: Sequence[float]) -> csr_matrix:
    columns = {name: at for at, name in enumerate(features)}
    known = dict(zip(features, rarity, strict=True))
    at: list[int] = []
    values: list[float] = []
    ends = [0]
    for one in texts:
        found = feature_values(one, known)
        at += [columns[name] for name in found]
        values += found.values()
        ends.append(len(at))
    return csr_matrix((np.array(values), at, ends), shape=(len(texts), len(features)))


def _sign_matrix(names: Sequence[str], signs: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    return np.array([[found.get(name, 0.0) * _SIGN_SCALE for name in names] for found in signs])


_EMPTY_MODEL = MessageModel(
    Model(
        codes=tuple(STANDARD_SECTORS),
        features=(),
        weights=np.zeros((0, len(STANDARD_SECTORS)), dtype=np.float32),
        bias=np.zeros(len(STANDARD_SECTORS), dtype=np.float32),
        rarity=np.zeros(0, dtype=np.float32),
        frequency=np.full(len(STANDARD_SECTORS), 1.0 / len(STANDARD_SECTORS), dtype=np.float32),
        recipe=RECIPE,
        slope=SLOPE,
        lift=LIFT,
        strangeness=Strangeness(),
        seen=np.array([], dtype=np.uint64),
        about={},
    ),
    np.zeros(0, dtype=np.float32),
    {},
    0.0,
    "",
)
"""Knows nothing: with it the rules alone read messages."""
