"""Trains a model on examples. The only importer of scikit-learn: it runs in a command of its own, never in the bot."""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.feature_index import FeatureIndex
from bot.understanding.model.features import (
    DISTRICT_PREFIX,
    NGRAM_PREFIX,
    TFIDF_BLOCKS,
    TOPIC_PREFIX,
    WORD_PREFIX,
    TextFeatures,
    count_terms,
    topic_and_district_features,
)
from bot.understanding.model.model import (
    Model,
    Predictor,
    Recipe,
    Strangeness,
    Votes,
    fingerprint,
    log_odds,
    mix_with_votes,
)
from bot.understanding.model.training_data import Example
from bot.understanding.sectors.topics import Topic

_MIN_TEXTS = {WORD_PREFIX: 2, NGRAM_PREFIX: 3, TOPIC_PREFIX: 1, DISTRICT_PREFIX: 2}
"""Features that fewer texts have are left out."""
_MAX_FEATURES = {WORD_PREFIX: 60_000, NGRAM_PREFIX: 40_000}
_SYNTHETIC_WEIGHT = 0.5
"""The weight of a phrase of the taxonomy; a real message has 1."""
_INVERSE_REGULARIZATION, _INVERSE_REGULARIZATION_WITH_RULES = 10.0, 3.0
"""The freedom of the regression to follow the examples: less where the rules vote, too."""
_MAX_ITERATIONS = 300
_FOLDS = 3
_LOWER_RANK_WEIGHT = 0.25
"""The weights of the second and third choice in calibration: the threshold is about the first one."""
RECIPES_WITH_RULES = tuple(
    Recipe(topics=False, rules=rules, prior=0.5, shipped=shipped)
    for rules, shipped in ((0.4, 0.0), (0.3, 0.3), (0.0, 0.8), (0.0, 1.5))
)
"""For sectors that the rules know: they vote, and the shipped model; the examples choose the weights.

Many portal messages speak best for themselves, a few chat messages speak worse than the shipped model. Taking back some
of the frequency keeps chats from suffering.
"""
RECIPE_WITHOUT_RULES = Recipe(topics=True, rules=0.0, prior=0.0)
"""For a municipality's own sectors: the topics of the rules become features."""


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """An example as the rules see it."""

    features: TextFeatures
    votes: Votes
    codes: tuple[str, ...]
    district: str | None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class UnseenText:
    """An example with the shares of a model that was not trained on it, and how strange that model finds it."""

    sample: TrainingSample
    model: Model
    shares: NDArray[np.float64]
    strangeness: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curve that turns mixed scores into probabilities, and its log loss per example."""

    slope: float
    lift: float
    loss: float


def extract_samples(examples: Sequence[Example], rules: TextAnalyzer) -> list[TrainingSample]:
    """Let the rules read the examples, about half a millisecond each."""
    return [TrainingSample(*rules.extract_features(one.text), one.codes, one.district, one.weight) for one in examples]


def build_synthetic_samples(topics: Sequence[Topic], rules: TextAnalyzer, codes: Sequence[str]) -> list[TrainingSample]:
    """Build short messages from the taxonomy: they teach sectors that have few examples, in the words of chats."""
    made: list[TrainingSample] = []
    for topic in topics:
        code = max(topic.sectors, key=lambda one: topic.sectors[one])
        if code not in codes:
            continue
        phrases = [
            line.split() for weight, source in topic.patterns if weight >= 2.0 for line in _split_phrases(source)
        ]
        for number, elements in enumerate(phrases):
            text = " ".join(_pick_alternative(element, number + 3 * at) for at, element in enumerate(elements))
            made.append(TrainingSample(*rules.extract_features(text), (code,), None, _SYNTHETIC_WEIGHT))
    return made


def _split_phrases(source: str) -> list[str]:
    return [line for line in source.replace("\n", ";").split(";") if line.strip()]


def _pick_alternative(element: str, turn: int) -> str:
    """Return one of the alternatives of a pattern's element, a different one every turn."""
    words = element.split("|")
    return words[turn % len(words)].strip("=*")


def train(
    samples: Sequence[TrainingSample],
    synthetic: Sequence[TrainingSample],
    texts: Sequence[str],
    about: Mapping[str, Any],
) -> Model:
    """Train a calibrated model on all *samples*.

    *synthetic* come from :func:`build_synthetic_samples`; *texts* are all training texts, which the model remembers by
    their fingerprints.
    """
    taught = _synthetic_for(samples, synthetic)
    recipes = RECIPES_WITH_RULES if taught else (RECIPE_WITHOUT_RULES,)
    model = _fit([*samples, *taught], recipes[0])
    unseen = list(_read_unseen(samples, taught, recipes[0]))
    recipe, slope, lift = _choose_recipe(unseen, recipes)
    return replace(
        model,
        recipe=recipe,
        slope=slope,
        lift=lift,
        strangeness=_measure_strangeness(unseen),
        seen=np.array(sorted({fingerprint(text) for text in texts}), dtype=np.uint64),
        about=dict(about),
    )


def _synthetic_for(samples: Sequence[TrainingSample], synthetic: Sequence[TrainingSample]) -> Sequence[TrainingSample]:
    """Return the phrases of the taxonomy if the rules know the sectors of most examples."""
    known = {one.codes[0] for one in synthetic}
    share = sum(1 for one in samples if known.intersection(one.codes)) / max(1, len(samples))
    return synthetic if share >= 0.5 else ()


def _fit(samples: Sequence[TrainingSample], recipe: Recipe) -> Model:
    """Fit the model once; an example with several right sectors counts for each of them in part."""
    features, rarity = _select_features(samples, recipe)
    matrix = _feature_matrix(samples, features, rarity, recipe)
    rows = [row for row, one in enumerate(samples) for _ in one.codes]
    truths = [code for one in samples for code in one.codes]
    weights = np.array([one.weight / len(one.codes) for one in samples for _ in one.codes])
    regression = LogisticRegression(
        C=_INVERSE_REGULARIZATION_WITH_RULES if recipe.rules else _INVERSE_REGULARIZATION,
        max_iter=_MAX_ITERATIONS,
        tol=1e-3,
    )
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
        strangeness=Strangeness(),
        seen=np.array([], dtype=np.uint64),
        about={},
    )


def _select_features(samples: Sequence[TrainingSample], recipe: Recipe) -> tuple[list[str], list[float]]:
    """Select the useful features; return them and their smoothed inverse document frequencies."""
    spread: dict[str, Counter[str]] = {block: Counter() for block in _MIN_TEXTS}
    for one in samples:
        for block, found in count_terms(one.features).items():
            spread[block].update(found.keys())
        for name in topic_and_district_features(one.features, one.district, with_topics=recipe.topics):
            spread[TOPIC_PREFIX if name.startswith(TOPIC_PREFIX) else DISTRICT_PREFIX][name] += 1
    features: list[str] = []
    rarity: list[float] = []
    for block, found in spread.items():
        for name, times in found.most_common(_MAX_FEATURES.get(block)):
            if times >= _MIN_TEXTS[block]:
                features.append(name)
                rarity.append(float(np.log((1 + len(samples)) / (1 + times))) + 1.0 if block in TFIDF_BLOCKS else 1.0)
    return features, rarity


def _feature_matrix(
    samples: Sequence[TrainingSample], features: Sequence[str], rarity: Sequence[float], recipe: Recipe
) -> Any:
    index = FeatureIndex(features, rarity, with_topics=recipe.topics)
    found = [index.vectorize(one.features, one.district) for one in samples]
    at, weights = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    ends = np.cumsum([0, *(len(columns) for columns, _ in found)])
    return csr_matrix((weights, at, ends), shape=(len(samples), len(features)))


def _read_unseen(
    samples: Sequence[TrainingSample], synthetic: Sequence[TrainingSample], recipe: Recipe
) -> Iterator[UnseenText]:
    """Yield every example as it is read by a model that has not seen it (three folds)."""
    for fold in range(_FOLDS):
        earlier = [one for number, one in enumerate(samples) if number % _FOLDS != fold]
        if len({code for one in earlier for code in one.codes}) < 2:
            continue
        predictor = Predictor(_fit([*earlier, *synthetic], recipe))
        for one in samples[fold::_FOLDS]:
            strangeness = predictor.measure_strangeness(one.features)
            yield UnseenText(one, predictor.model, predictor.text_shares(one.features, one.district), strangeness)


def _choose_recipe(unseen: Sequence[UnseenText], recipes: Sequence[Recipe]) -> tuple[Recipe, float, float]:
    """Return the recipe whose calibrated scores of unseen examples are nearest to the truth, and its calibration."""
    fitted = [(_fit_calibration(unseen, recipe), recipe) for recipe in recipes]
    best, recipe = min(fitted, key=lambda pair: pair[0].loss)
    return recipe, best.slope, best.lift


def _fit_calibration(unseen: Sequence[UnseenText], recipe: Recipe) -> Calibration:
    """Fit the calibration of the mixture's scores on unseen examples."""
    odds: list[float] = []
    right: list[bool] = []
    weights: list[float] = []
    for one in unseen:
        shares = mix_with_votes(one.shares, one.sample.votes, replace(one.model, recipe=recipe))
        for rank, place in enumerate(np.argsort(-shares)[:3].tolist()):
            odds.append(log_odds(float(shares[place])))
            right.append(one.model.codes[place] in one.sample.codes)
            weights.append(1.0 if rank == 0 else _LOWER_RANK_WEIGHT)
    if len(set(right)) < 2:
        return Calibration(1.0, 0.0, 0.0)
    curve = LogisticRegression(C=1e6).fit(np.array(odds).reshape(-1, 1), right, sample_weight=weights)
    slope, lift = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    loss = float(log_loss(right, curve.predict_proba(np.array(odds).reshape(-1, 1))[:, 1], sample_weight=weights))
    return Calibration(slope, lift, loss) if slope > 0.0 else Calibration(1.0, 0.0, loss)


def _measure_strangeness(unseen: Sequence[UnseenText]) -> Strangeness:
    """Return what is usual for texts of the examples' kind that a model has not seen."""
    if not unseen:
        return Strangeness()
    measures = np.array([one.strangeness for one in unseen])
    first, second = measures.mean(axis=0).tolist()
    spread, other = measures.std(axis=0).tolist()
    return Strangeness((first, second), (spread, other))
