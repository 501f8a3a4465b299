"""Trains a model on examples. The only importer of scikit-learn: it runs in a command of its own, never in the bot."""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from bot.understanding.analyzer import KeywordUnderstanding
from bot.understanding.model.features import BLOCKS, DISTRICT, PIECES, TOPICS, WORDS, Index, Seen, counts, plain
from bot.understanding.model.model import Floats, Model, Predictor, Recipe, fingerprint, log_odds
from bot.understanding.model.training_data import Example
from bot.understanding.sectors.topics import Topic

_LEAST = {WORDS: 2, PIECES: 3, TOPICS: 1, DISTRICT: 2}
"""Features that fewer texts have are left out."""
_MOST = {WORDS: 60_000, PIECES: 40_000}
_LESSON = 0.5
"""What a phrase of the taxonomy counts beside a real message."""
_STRENGTH, _GENTLY = 10.0, 3.0
"""How closely the regression follows the examples: less so where the rules vote, too."""
_STEPS = 300
_FOLDS = 3
_OTHERS = 0.25
"""What the second and third choice count in calibration: the threshold is about the first one."""
KNOWN = Recipe(topics=False, rules=0.8, prior=0.5)
"""For sectors that the rules know: they vote. Taking back some of the frequency keeps chats from suffering."""
FOREIGN = Recipe(topics=True, rules=0.0, prior=0.0)
"""For a municipality's own sectors: the topics of the rules become features."""


@dataclass(frozen=True, slots=True)
class Observed:
    """An example as the rules see it."""

    seen: Seen
    rules: Mapping[str, float]
    codes: tuple[str, ...]
    district: str | None
    weight: float = 1.0


def observe(examples: Sequence[Example], rules: KeywordUnderstanding) -> list[Observed]:
    """Let the rules read the examples, about half a millisecond each."""
    return [Observed(*rules.observe(one.text), one.codes, one.district, one.weight) for one in examples]


def lessons(topics: Sequence[Topic], rules: KeywordUnderstanding, codes: Sequence[str]) -> list[Observed]:
    """The taxonomy as tiny messages: it teaches the sectors that the examples hardly show, in the words of chats."""
    made: list[Observed] = []
    for topic in topics:
        code = max(topic.sectors, key=lambda one: topic.sectors[one])
        if code not in codes:
            continue
        phrases = [line.split() for weight, source in topic.patterns if weight >= 2.0 for line in _lines(source)]
        for number, elements in enumerate(phrases):
            text = " ".join(_word(element, number + 3 * at) for at, element in enumerate(elements))
            made.append(Observed(*rules.observe(text), (code,), None, _LESSON))
    return made


def _lines(source: str) -> list[str]:
    return [line for line in source.replace("\n", ";").split(";") if line.strip()]


def _word(element: str, turn: int) -> str:
    """One of the alternatives of a pattern's element, another one every turn."""
    words = element.split("|")
    return words[turn % len(words)].strip("=*")


def train(
    observed: Sequence[Observed], taught: Sequence[Observed], texts: Sequence[str], about: Mapping[str, Any]
) -> Model:
    """A calibrated model of all of *observed*; *taught* are :func:`lessons`, *texts* what it was made of."""
    recipe = recipe_for(observed, taught)
    model = _fit([*observed, *_used(taught, recipe)], recipe)
    slope, lift = _calibrate(observed, taught, recipe)
    seen = np.array(sorted({fingerprint(text) for text in texts}), dtype=np.uint64)
    return replace(model, slope=slope, lift=lift, seen=seen, about=dict(about))


def recipe_for(observed: Sequence[Observed], taught: Sequence[Observed]) -> Recipe:
    """How to mix: the rules vote if they know the sectors of most examples."""
    known = {one.codes[0] for one in taught}
    share = sum(1 for one in observed if known.intersection(one.codes)) / max(1, len(observed))
    return KNOWN if share >= 0.5 else FOREIGN


def _used(taught: Sequence[Observed], recipe: Recipe) -> Sequence[Observed]:
    return taught if recipe.rules else ()


def _fit(observed: Sequence[Observed], recipe: Recipe) -> Model:
    """One fit. An example with several right sectors is one of each, in shares."""
    features, rarity = _vocabulary(observed, recipe)
    matrix = _matrix(observed, features, rarity, recipe)
    rows = [row for row, one in enumerate(observed) for _ in one.codes]
    truths = [code for one in observed for code in one.codes]
    weights = np.array([one.weight / len(one.codes) for one in observed for _ in one.codes])
    regression = LogisticRegression(C=_GENTLY if recipe.rules else _STRENGTH, max_iter=_STEPS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a step short of the best is good enough
        regression.fit(matrix[rows], truths, sample_weight=weights)
    codes = tuple(map(str, regression.classes_))
    table, bias = regression.coef_, regression.intercept_
    if len(codes) == 2:
        table, bias = np.vstack([np.zeros_like(table), table]), np.concatenate([[0.0], bias])
    total = Counter[str]()
    for code, weight in zip(truths, weights.tolist(), strict=True):
        total[code] += weight
    frequency = np.array([total[code] + 1.0 for code in codes])
    return Model(
        codes=codes,
        features=tuple(features),
        weights=np.ascontiguousarray(table.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        rarity=np.array(rarity, dtype=np.float32),
        frequency=(frequency / frequency.sum()).astype(np.float32),
        recipe=recipe,
        slope=1.0,
        lift=0.0,
        seen=np.array([], dtype=np.uint64),
        about={},
    )


def _vocabulary(observed: Sequence[Observed], recipe: Recipe) -> tuple[list[str], list[float]]:
    """The features worth knowing and their rarity (as TF-IDF has it, smoothed)."""
    spread: dict[str, Counter[str]] = {block: Counter() for block in _LEAST}
    for one in observed:
        for block, found in counts(one.seen).items():
            spread[block].update(found.keys())
        for name in plain(one.seen, one.district, with_topics=recipe.topics):
            spread[TOPICS if name.startswith(TOPICS) else DISTRICT][name] += 1
    features: list[str] = []
    rarity: list[float] = []
    for block, found in spread.items():
        for name, times in found.most_common(_MOST.get(block)):
            if times >= _LEAST[block]:
                features.append(name)
                rarity.append(float(np.log((1 + len(observed)) / (1 + times))) + 1.0 if block in BLOCKS else 1.0)
    return features, rarity


def _matrix(observed: Sequence[Observed], features: Sequence[str], rarity: Sequence[float], recipe: Recipe) -> Any:
    index = Index(features, rarity, with_topics=recipe.topics)
    at: list[int] = []
    weights: list[float] = []
    ends = [0]
    for one in observed:
        places, found = index.values(one.seen, one.district)
        at += places
        weights += found
        ends.append(len(at))
    data: Floats = np.array(weights, dtype=np.float32)
    return csr_matrix((data, at, ends), shape=(len(observed), len(features)))


def _calibrate(observed: Sequence[Observed], taught: Sequence[Observed], recipe: Recipe) -> tuple[float, float]:
    """What a share of the mixture is worth, learned on examples that the model had not seen (three folds)."""
    odds: list[float] = []
    right: list[bool] = []
    weights: list[float] = []
    for fold in range(_FOLDS):
        earlier = [one for number, one in enumerate(observed) if number % _FOLDS != fold]
        if len({code for one in earlier for code in one.codes}) < 2:
            continue
        predictor = Predictor(_fit([*earlier, *_used(taught, recipe)], recipe))
        for one in observed[fold::_FOLDS]:
            shares: NDArray[np.float64] = predictor.mixed(one.seen, one.district, one.rules)
            for rank, place in enumerate(np.argsort(-shares)[:3].tolist()):
                odds.append(log_odds(float(shares[place])))
                right.append(predictor.model.codes[place] in one.codes)
                weights.append(1.0 if rank == 0 else _OTHERS)
    if len(set(right)) < 2:
        return 1.0, 0.0
    curve = LogisticRegression(C=1e6).fit(np.array(odds).reshape(-1, 1), right, sample_weight=weights)
    slope, lift = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    return (slope, lift) if slope > 0.0 else (1.0, 0.0)
