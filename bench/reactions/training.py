"""Training of the model of reactions on the labelled sets, and its measurement on hands that it was not trained on."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import bot.understanding
from bench.reactions import FOLDS, HANDS, VOICES, Labelled, load_set
from bench.reactions.rules_only import RuleReader
from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reactions.features import FeatureExtractor, Features
from bot.understanding.reactions.model import FILE_NAME, ReactionModel, pack_model, unpack_model
from bot.understanding.reactions.reactions import Reaction, ReactionReader, read_without_model
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import prepare_text

MODEL_FILE = Path(bot.understanding.__file__).parent / "data" / FILE_NAME
_RULE_FILES = ("reactions", "reaction_words")
_HASHED_TEXTS = 40
"""The features of one text of that many are hashed, a fifth of a second altogether."""
_MIN_TEXTS = {"piece": 4}
_DEFAULT_MIN_TEXTS = 2
"""Features that fewer texts have are left out; there are many pieces of words, and most are chance."""
_INVERSE_REGULARIZATION = 0.7
_RULES_HAND, _RULES_HAND_WEIGHT = "rules", 0.5
"""The weight of the rules' author's texts: the phrases of the rules fit them better than anybody else's."""
_MAX_ITERATIONS = 1_000
_MEANINGS = tuple(reaction for reaction in Reaction if reaction is not Reaction.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled text as the model sees it."""

    label: Reaction
    features: Features
    weight: float


class Laboratory:
    """Trains and measures readers of reactions; loads the dictionaries once."""

    def __init__(self) -> None:
        self.analyzer = TextAnalyzer([Sector(code, title) for code, title in STANDARD_SECTORS.items()], 0.6)
        self._morphology = Morphology()
        self._extractor = FeatureExtractor(self._morphology)
        self._rules = RuleReader(self._morphology)
        self._appeal_score = lru_cache(maxsize=None)(lambda text: self.analyzer.read(text).appeal_score)
        self._samples_of = lru_cache(maxsize=None)(self._make_samples)
        self._model_without = lru_cache(maxsize=None)(self._train_without)

    def train(self, hands: Iterable[str] = tuple(HANDS)) -> bytes:
        """Return a model, packed, that is trained on the texts of *hands*."""
        hands = tuple(hands)
        samples = [sample for hand in hands for sample in self._samples_of(hand)]
        return fit(samples, hash_sources(self._extractor, hands))

    def read_by_rules(self, text: str) -> Reaction:
        """Return what the rules alone say."""
        return self._rules.read(text, self._appeal_score(text))

    def read_by_others(self, rows: Sequence[Labelled], hand: str) -> list[Reaction]:
        """Return what a model says that is trained on all hands but *hand* and those of its fold."""
        return self._read(rows, self._model_without(_fold_of(hand)))

    def read_by_other_authors(self, rows: Sequence[Labelled]) -> list[Reaction]:
        """Return what a model says that is trained on no voice: for texts of the author of the voices."""
        return self._read(rows, self._model_without(VOICES))

    def weigh_by_others(self, rows: Sequence[Labelled], hand: str) -> list[float]:
        """Return the probability of «unsolved» that :meth:`read_by_others` sees in each text."""
        model = self._model_without(_fold_of(hand))
        return [self._weigh(model, row.text) for row in rows]

    def _weigh(self, model: ReactionModel, text: str) -> float:
        prepared = prepare_text(text)
        if (plain := read_without_model(prepared)) is not None:
            return float(plain is Reaction.UNSOLVED)
        return model.probabilities(self._extractor.extract(prepared, self._appeal_score(text)))[Reaction.UNSOLVED]

    def _read(self, rows: Sequence[Labelled], model: ReactionModel) -> list[Reaction]:
        reader = ReactionReader(self._morphology, model)
        return [reader.read(row.text, self._appeal_score(row.text)) for row in rows]

    def _train_without(self, left_out: tuple[str, ...]) -> ReactionModel:
        return unpack_model(self.train(hand for hand in HANDS if hand not in left_out))

    def _make_samples(self, hand: str) -> tuple[Sample, ...]:
        weight = _RULES_HAND_WEIGHT if hand == _RULES_HAND else 1.0
        return tuple(
            Sample(row.label, self._extractor.extract(prepare_text(row.text), self._appeal_score(row.text)), weight)
            for name in HANDS[hand]
            for row in load_set(name)
        )


def _fold_of(hand: str) -> tuple[str, ...]:
    return next(fold for fold in FOLDS if hand in fold)


def hash_sources(extractor: FeatureExtractor, hands: Iterable[str] = tuple(HANDS)) -> str:
    """Return a hash of what a model is made from: the texts of *hands*, phrases, classes of words, and the features.

    The features of some of the texts speak for the code that makes them.
    """
    rows = [row for hand in hands for name in HANDS[hand] for row in load_set(name)]
    texts = [f"{row.label}\t{row.text}" for row in rows]
    rules = [(MODEL_FILE.parent / f"{name}.toml").read_text(encoding="utf-8") for name in _RULE_FILES]
    features = [str(sorted(extractor.extract(prepare_text(row.text), 0.0).items())) for row in rows[::_HASHED_TEXTS]]
    return hashlib.sha256("\n".join((*texts, *rules, *features)).encode()).hexdigest()


def fit(samples: Sequence[Sample], sources_hash: str) -> bytes:
    """Return the model, packed, that fits *samples* best."""
    names = _choose_features(samples)
    regression = LogisticRegression(C=_INVERSE_REGULARIZATION, max_iter=_MAX_ITERATIONS)
    labels = [_MEANINGS.index(sample.label) for sample in samples]
    regression.fit(_matrix(samples, names), labels, sample_weight=[sample.weight for sample in samples])
    return pack_model(_MEANINGS, regression.intercept_.tolist(), names, regression.coef_.T, sources_hash)


def _choose_features(samples: Sequence[Sample]) -> list[str]:
    """Return the features that enough texts have, in alphabetical order."""
    spread = Counter(name for sample in samples for name in sample.features)
    return sorted(
        name for name, texts in spread.items() if texts >= _MIN_TEXTS.get(name.partition(":")[0], _DEFAULT_MIN_TEXTS)
    )


def _matrix(samples: Sequence[Sample], names: Sequence[str]) -> csr_matrix:
    columns: Mapping[str, int] = {name: at for at, name in enumerate(names)}
    at: list[int] = []
    values: list[float] = []
    ends = [0]
    for sample in samples:
        known = sorted((columns[name], value) for name, value in sample.features.items() if name in columns)
        at += [column for column, _ in known]
        values += [value for _, value in known]
        ends.append(len(at))
    return csr_matrix((np.array(values), at, ends), shape=(len(samples), len(names)))
