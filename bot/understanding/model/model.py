"""A trained model as data: what it knows, how it predicts (numpy alone), how it is written and read."""

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.model.features import FeatureIndex, TextFeatures

FORMAT_VERSION = 1
ARRAYS_FILE, METADATA_FILE = "model.npz", "model.json"
_MIN_PROBABILITY = 0.01
"""Neither the rules nor the model may rule a sector out altogether."""
_FREQUENCY_SMOOTHING = 0.005
Floats = NDArray[np.float32]


class ModelError(Exception):
    """A model that can not be used; the text says why and what to do, in Russian."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made and mixed with the rules.

    ``topics``: the topics of the rules are features (for sectors that the rules do not know); then the rules do not
    vote. Otherwise they do, with the weight ``rules``. ``prior`` is how much of the sectors' frequency among the
    examples is taken back: chats are written about other things than portals.
    """

    topics: bool
    rules: float
    prior: float


@dataclass(frozen=True, slots=True)
class Model:
    """One trained model. ``weights`` has a row a feature and a column a code; ``slope`` and ``lift`` turn the
    mixed score into the chance of being right."""

    codes: tuple[str, ...]
    features: tuple[str, ...]
    weights: Floats
    bias: Floats
    rarity: Floats
    frequency: Floats
    recipe: Recipe
    slope: float
    lift: float
    seen: NDArray[np.uint64]
    """Fingerprints of the texts that it was made of: it is never judged by them."""
    about: Mapping[str, Any]
    """When, of how many examples, with which scores: for people."""


class Predictor:
    """A model ready for use. Pure; one object serves any number of texts."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._index = FeatureIndex(model.features, model.rarity.tolist(), with_topics=model.recipe.topics)
        self._training_fingerprints = frozenset(model.seen.tolist())

    def mixed_shares(
        self, features: TextFeatures, district: str | None, rules: Mapping[str, float]
    ) -> NDArray[np.float64]:
        """Shares (they add up to 1) of the model's codes: the model and the chances of the *rules* together."""
        at, weights = self._index.vectorize(features, district)
        scores = self.model.bias.astype(np.float64)
        if at:
            rows = self.model.weights.take(np.array(at, dtype=np.intp), axis=0)
            scores = scores + np.array(weights, dtype=np.float32) @ rows
        return mix_with_rules(_softmax(scores), rules, self.model.codes, self.model.frequency, self.model.recipe)

    def probabilities(
        self, features: TextFeatures, district: str | None, rules: Mapping[str, float]
    ) -> dict[str, float]:
        """Code → the chance (0–1) that sending the message there is right, for the codes of *rules*.

        A code that the model has never met keeps at most what the known ones leave over.
        """
        shares = self.mixed_shares(features, district, rules)
        known = {
            code: self._calibrate(share)
            for code, share in zip(self.model.codes, shares.tolist(), strict=True)
            if code in rules
        }
        left = 1.0 - max(known.values(), default=0.0)
        return {code: known[code] if code in known else chance * left for code, chance in rules.items()}

    def top_words_for(self, features: TextFeatures, code: str, limit: int) -> list[str]:
        """The words of the text that speak most for *code* rather than for the others, in their order."""
        if code not in self.model.codes:
            return []
        column = self.model.codes.index(code)
        spoken: dict[str, float] = {}
        for lemma, norm in zip(features.lemmas, features.norms, strict=True):
            place = self._index.column_of_word(lemma)
            if place is not None and len(norm) > 2:
                row = self.model.weights[place]
                spoken[norm] = float(row[column] - row.mean()) * float(self.model.rarity[place])
        best = sorted((norm for norm in spoken if spoken[norm] > 0.0), key=lambda norm: -spoken[norm])[:limit]
        return sorted(best, key=features.norms.index)

    def _calibrate(self, share: float) -> float:
        return calibrate(share, self.model.slope, self.model.lift)

    def was_trained_on(self, text: str) -> bool:
        """Whether the model was made of this very text."""
        return fingerprint(text) in self._training_fingerprints


def mix_with_rules(
    text: NDArray[np.float64],
    rules: Mapping[str, float],
    codes: Sequence[str],
    frequency: Floats,
    recipe: Recipe,
) -> NDArray[np.float64]:
    """Multiply what the text model says (less *prior* of the frequency) by what the rules say, to their weights."""
    common = frequency.astype(np.float64)
    score = np.log((1.0 - _MIN_PROBABILITY) * text + _MIN_PROBABILITY * common) - recipe.prior * np.log(
        common + _FREQUENCY_SMOOTHING
    )
    if recipe.rules:
        score += recipe.rules * np.log(np.array([rules.get(code, 0.0) for code in codes]) + _MIN_PROBABILITY)
    return _softmax(score)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers: NDArray[np.float64] = np.exp(scores - scores.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


def log_odds(share: float) -> float:
    """With certainty kept finite."""
    inside = min(max(share, 1e-4), 1.0 - 1e-4)
    return math.log(inside / (1.0 - inside))


def calibrate(share: float, slope: float, intercept: float) -> float:
    """The chance of being right that goes with a share of the mixture."""
    return 1.0 / (1.0 + math.exp(-(slope * log_odds(share) + intercept)))


def fingerprint(text: str) -> int:
    """Eight bytes that stand for a text; the text can not be had back from them."""
    folded = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.sha256(folded.encode()).digest()[:8], "big")


def write_model(model: Model, folder: Path) -> None:
    """Write two files of plain data into the existing *folder*."""
    arrays = io.BytesIO()
    np.savez_compressed(
        arrays, weights=model.weights.astype(np.float16), bias=model.bias, rarity=model.rarity,
        frequency=model.frequency, seen=model.seen,
    )  # fmt: skip
    (folder / ARRAYS_FILE).write_bytes(arrays.getvalue())
    about = {
        "format": FORMAT_VERSION,
        "codes": model.codes,
        "recipe": {"topics": model.recipe.topics, "rules": model.recipe.rules, "prior": model.recipe.prior},
        "slope": model.slope,
        "lift": model.lift,
        "sha256": hashlib.sha256(arrays.getvalue()).hexdigest(),
        "about": dict(model.about),
        "features": model.features,
    }
    (folder / METADATA_FILE).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def read_model(folder: Path) -> Model:
    """Read what :func:`write_model` wrote. Raises :class:`ModelFault` for anything else."""
    try:
        about = json.loads((folder / METADATA_FILE).read_text(encoding="utf-8"))
        packed = (folder / ARRAYS_FILE).read_bytes()
        if about["format"] != FORMAT_VERSION:
            raise ModelError(_error_text(folder, "она записана другой версией программы"))
        if hashlib.sha256(packed).hexdigest() != about["sha256"]:
            raise ModelError(_error_text(folder, "файл изменён или записан не до конца"))
        with np.load(io.BytesIO(packed), allow_pickle=False, max_header_size=10_000) as arrays:
            model = _build_model(about, {name: arrays[name] for name in arrays.files})
    except FileNotFoundError as error:
        raise ModelError(_error_text(folder, f"нет файла {Path(error.filename).name}")) from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(_error_text(folder, f"файл повреждён ({type(error).__name__})")) from None
    _check_consistency(model, folder)
    return model


def _build_model(about: Mapping[str, Any], arrays: Mapping[str, Any]) -> Model:
    recipe = about["recipe"]
    return Model(
        codes=tuple(map(str, about["codes"])),
        features=tuple(map(str, about["features"])),
        weights=arrays["weights"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        rarity=arrays["rarity"].astype(np.float32),
        frequency=arrays["frequency"].astype(np.float32),
        recipe=Recipe(bool(recipe["topics"]), float(recipe["rules"]), float(recipe["prior"])),
        slope=float(about["slope"]),
        lift=float(about["lift"]),
        seen=arrays["seen"].astype(np.uint64),
        about=dict(about["about"]),
    )


def _check_consistency(model: Model, folder: Path) -> None:
    codes, features = len(model.codes), len(model.features)
    fits = (
        codes > 0
        and model.weights.shape == (features, codes)
        and model.bias.shape == model.frequency.shape == (codes,)
        and model.rarity.shape == (features,)
        and model.seen.ndim == 1
    )
    numbers = (model.weights, model.bias, model.rarity, model.frequency)
    if not fits or not all(bool(np.isfinite(array).all()) for array in numbers):
        raise ModelError(_error_text(folder, "её таблицы не подходят друг к другу"))
    if not (math.isfinite(model.slope) and math.isfinite(model.lift)):
        raise ModelError(_error_text(folder, "её числа испорчены"))


def _error_text(folder: Path, problem: str) -> str:
    return (
        f"Модель в папке {folder} нельзя использовать: {problem}. "
        "Верните предыдущую командой «python -m bot train --back» или обучите новую."
    )
