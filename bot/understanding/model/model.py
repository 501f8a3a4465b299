"""A trained model: its data, predictions (numpy only), and files."""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bot.bounded_files import read_bounded
from bot.os_errors import describe_os_error
from bot.understanding.model.feature_index import FeatureIndex
from bot.understanding.model.features import TextFeatures

FORMAT_VERSION = 1
ARRAYS_FILE, METADATA_FILE = "model.npz", "model.json"
MIN_PROBABILITY = 0.01
"""The least probability of a sector: neither the rules nor the model may exclude one."""
MAX_ARRAYS_BYTES, MAX_METADATA_BYTES = 64 << 20, 32 << 20
"""Size limits of a model's files, packed and unpacked; the largest so far has two megabytes."""

_USUAL_STRANGENESS, _FAMILIARITY_SLOPE = 2.0, 2.0
"""Standard deviations above the mean of its training up to which a text is familiar to a model, and how fast that ends.

Of the portals' messages one in ten is stranger than this for a model of portals, of the chats' three in four.
"""
_MIN_SPREADS = 0.02, 0.05
"""Standard deviations that are smaller than these are the chance of a few texts that resemble one another."""
_DISAGREEMENT_FACTOR = 0.7
"""The factor of the probabilities of a strange text for which the package prefers another sector."""
_MAX_HEADER_CHARS = 10_000
_DAMAGED_FILE_ERRORS = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, SyntaxError, EOFError, RecursionError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, MemoryError),
)
_FREQUENCY_SMOOTHING = 0.005
MIN_SHARE = 1e-4
"""Shares nearer to 0 or 1 than this count as this: nothing is quite certain."""
_MAX_SHARE = 1.0 - MIN_SHARE
Floats = NDArray[np.float32]


class ModelError(Exception):
    """A model that cannot be used; the text gives the reason and the remedy, in Russian."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The parameters by which a model is trained and mixed with the rules.

    ``topics``: the topics of the rules are features (for sectors that the rules do not know); then the rules do not
    vote. Otherwise they do, with the weight ``rules``, and the shipped model with the weight ``shipped``. ``prior`` is
    how much of the sectors' frequency among the examples is removed: chats have other subjects than portals.
    """

    topics: bool
    rules: float
    prior: float
    shipped: float = 0.0


@dataclass(frozen=True, slots=True)
class Votes:
    """The probabilities of the town's sectors by what the package brings: the words of its topics, its own model."""

    topics: Mapping[str, float]
    shipped: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Strangeness:
    """The strangeness of texts of the kind that a model was trained on: means and standard deviations of
    :meth:`FeatureIndex.measure_strangeness` for texts that the model had not seen."""

    means: tuple[float, float] = (0.56, 4.88)
    spreads: tuple[float, float] = (0.19, 0.33)


EARLIER_STRANGENESS = Strangeness(spreads=(0.38, 0.66))
"""That of a model which an earlier version has trained, without measuring it."""


@dataclass(frozen=True, slots=True)
class Model:
    """One trained model. ``weights`` has a row per feature and a column per code; ``slope`` and ``lift`` turn the mixed
    score into the probability of being right."""

    codes: tuple[str, ...]
    features: tuple[str, ...]
    weights: Floats
    bias: Floats
    rarity: Floats
    frequency: Floats
    recipe: Recipe
    slope: float
    lift: float
    strangeness: Strangeness
    seen: NDArray[np.uint64]
    """Fingerprints of the training texts, which are excluded from its evaluation."""
    about: Mapping[str, Any]
    """The date, the number of examples and the scores, for people."""


class Predictor:
    """A model ready for use. Pure; one object serves any number of texts."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._index = FeatureIndex(model.features, model.rarity.tolist(), with_topics=model.recipe.topics)
        self._training_fingerprints = frozenset(model.seen.tolist())
        self._mixer = ShareMixer(model.frequency, model.recipe.prior)
        self._bias = model.bias.astype(np.float64)

    def text_shares(self, features: TextFeatures, district: str | None) -> NDArray[np.float64]:
        """Return the shares (summing to 1) of the model's codes by the words of the text alone."""
        at, weights = self._index.vectorize(features, district)
        if not len(at):
            return softmax(self._bias)
        return softmax(self._bias + weights @ self.model.weights.take(at, axis=0))

    def probabilities(self, features: TextFeatures, district: str | None, votes: Votes) -> dict[str, float]:
        """Return, for each code of the *votes*, the probability (0–1) that sending the message there is right.

        A code that the model does not know keeps at most the remainder of the known ones. The model speaks for texts of
        the kind that it was trained on; for others the shipped model does, and where the two disagree nobody is sure.
        """
        weighted = _weigh_votes(votes, self.model)
        shares = self._mixer.mix(self.text_shares(features, district), weighted)
        slope, lift = self.model.slope, self.model.lift
        known = {
            code: calibrate(share, slope, lift)
            for code, share in zip(self.model.codes, shares.tolist(), strict=True)
            if code in votes.shipped
        }
        left = 1.0 - max(known.values(), default=0.0)
        own = {code: known[code] if code in known else chance * left for code, chance in votes.shipped.items()}
        if not self.model.recipe.rules and not self.model.recipe.shipped:
            return own
        return _weigh_against(votes.shipped, own, self.familiarity(features))

    def measure_strangeness(self, features: TextFeatures) -> tuple[float, float]:
        """Return two measures of how unlike the texts of the training the text is."""
        return self._index.measure_strangeness(features)

    def familiarity(self, features: TextFeatures) -> float:
        """Return how much the text (0–1) is like those of the training."""
        usual = self.model.strangeness
        deviation = sum(
            (value - mean) / max(spread, least)
            for value, mean, spread, least in zip(
                self.measure_strangeness(features), usual.means, usual.spreads, _MIN_SPREADS, strict=True
            )
        )
        return 1.0 / (1.0 + math.exp(min(50.0, _FAMILIARITY_SLOPE * (deviation - _USUAL_STRANGENESS))))

    def top_words_for(self, features: TextFeatures, code: str, limit: int) -> list[str]:
        """Return the words of the text that favour *code* over the others most, in text order."""
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

    def was_trained_on(self, text: str) -> bool:
        """Return whether the model was trained on this text."""
        return fingerprint(text) in self._training_fingerprints


def _weigh_against(shipped: Mapping[str, float], own: Mapping[str, float], familiarity: float) -> dict[str, float]:
    mixed = {code: familiarity * own[code] + (1.0 - familiarity) * shipped[code] for code in shipped}
    if max(shipped, key=lambda code: shipped[code]) == max(own, key=lambda code: own[code]):
        return mixed
    doubt = 1.0 - (1.0 - _DISAGREEMENT_FACTOR) * (1.0 - familiarity)
    return {code: score * doubt for code, score in mixed.items()}


def mix_with_votes(text: NDArray[np.float64], votes: Votes, model: Model) -> NDArray[np.float64]:
    """Return the weighted product of the shares by the text and of the votes, as the model's recipe says."""
    return ShareMixer(model.frequency, model.recipe.prior).mix(text, _weigh_votes(votes, model))


def _weigh_votes(votes: Votes, model: Model) -> list[tuple[NDArray[np.float64], float]]:
    weighted = ((votes.topics, model.recipe.rules), (votes.shipped, model.recipe.shipped))
    return [(np.array([vote.get(code, 0.0) for code in model.codes]), weight) for vote, weight in weighted if weight]


class ShareMixer:
    """Mixes the shares of a text and votes, without *prior* of the frequency, for any number of texts."""

    def __init__(self, frequency: Floats, prior: float) -> None:
        common = frequency.astype(np.float64)
        self._floor = MIN_PROBABILITY * common
        self._prior = prior * log_frequency(frequency)

    def mix(self, text: NDArray[np.float64], votes: Iterable[tuple[NDArray[np.float64], float]]) -> NDArray[np.float64]:
        """Return the weighted product of *text* and of *votes*, all in the order of the model's codes."""
        score = np.log((1.0 - MIN_PROBABILITY) * text + self._floor)
        score -= self._prior
        for vote, weight in votes:
            score += weight * np.log(vote + MIN_PROBABILITY)
        return softmax(score)


def log_frequency(frequency: Floats) -> NDArray[np.float64]:
    """Return the logarithms of the sectors' frequencies, finite for a sector without examples."""
    logarithms: NDArray[np.float64] = np.log(frequency.astype(np.float64) + _FREQUENCY_SMOOTHING)
    return logarithms


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares that sum to 1."""
    shares: NDArray[np.float64] = scores - np.maximum.reduce(scores)
    np.exp(shares, out=shares)
    shares /= np.add.reduce(shares)
    return shares


def log_odds(share: float) -> float:
    """Return the log-odds of *share*, finite even for certainty."""
    # Asked for every sector of a message: the built-in min and max would take as long as the rest.
    inside = MIN_SHARE if share < MIN_SHARE else _MAX_SHARE if share > _MAX_SHARE else share
    return math.log(inside / (1.0 - inside))


def calibrate(share: float, slope: float, intercept: float) -> float:
    """Return the probability of being right for a share of the mixture."""
    return 1.0 / (1.0 + math.exp(-(slope * log_odds(share) + intercept)))


def fingerprint(text: str) -> int:
    """Return an eight-byte hash of a text."""
    folded = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.sha256(folded.encode()).digest()[:8], "big")


def write_model(model: Model, folder: Path) -> None:
    """Write the model as two files into the existing *folder*."""
    arrays = io.BytesIO()
    np.savez_compressed(
        arrays, weights=model.weights.astype(np.float16), bias=model.bias, rarity=model.rarity,
        frequency=model.frequency, seen=model.seen,
    )  # fmt: skip
    (folder / ARRAYS_FILE).write_bytes(arrays.getvalue())
    about = {
        "format": FORMAT_VERSION,
        "codes": model.codes,
        "recipe": asdict(model.recipe),
        "strangeness": asdict(model.strangeness),
        "slope": model.slope,
        "lift": model.lift,
        "sha256": hashlib.sha256(arrays.getvalue()).hexdigest(),
        "about": dict(model.about),
        "features": model.features,
    }
    (folder / METADATA_FILE).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def read_model(folder: Path) -> Model:
    """Read the files that :func:`write_model` wrote. Raises :class:`ModelError` for anything else."""
    try:
        about = json.loads(read_bounded(folder / METADATA_FILE, MAX_METADATA_BYTES))
        packed = read_bounded(folder / ARRAYS_FILE, MAX_ARRAYS_BYTES)
        if about["format"] != FORMAT_VERSION:
            raise ModelError(_error_text(folder, "она записана другой версией программы"))
        if hashlib.sha256(packed).hexdigest() != about["sha256"]:
            raise ModelError(_error_text(folder, "файл изменён или записан не до конца"))
        model = _build_model(about, _unpack_arrays(packed))
    except FileNotFoundError as error:
        raise ModelError(_error_text(folder, f"нет файла {Path(error.filename).name}")) from None
    except OSError as error:
        raise ModelError(_error_text(folder, describe_os_error(error))) from None
    except _DAMAGED_FILE_ERRORS as error:
        raise ModelError(_error_text(folder, f"файл повреждён ({type(error).__name__})")) from None
    _check_consistency(model, folder)
    return model


def _unpack_arrays(packed: bytes) -> dict[str, Any]:
    """Unpack the arrays, each of which is as large as its file: neither the archive nor a header can ask for more."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_ARRAYS_BYTES:
            raise ValueError("too large")
        for part in archive.infolist():
            with archive.open(part) as stream:
                _check_header(stream, part.file_size)
    with np.load(io.BytesIO(packed), allow_pickle=False, max_header_size=_MAX_HEADER_CHARS) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _check_header(stream: IO[bytes], size: int) -> None:
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("not an array of a model")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream, max_header_size=_MAX_HEADER_CHARS)
    if dtype.kind not in "fu" or math.prod(shape) * dtype.itemsize > size:
        raise ValueError("no numbers, or larger than its file")


def _build_model(about: Mapping[str, Any], arrays: Mapping[str, Any]) -> Model:
    recipe = about["recipe"]
    return Model(
        codes=tuple(map(str, about["codes"])),
        features=tuple(map(str, about["features"])),
        weights=arrays["weights"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        rarity=arrays["rarity"].astype(np.float32),
        frequency=arrays["frequency"].astype(np.float32),
        recipe=Recipe(
            bool(recipe["topics"]),
            float(recipe["rules"]),
            float(recipe["prior"]),
            float(recipe.get("shipped", 0.0)),
        ),
        slope=float(about["slope"]),
        lift=float(about["lift"]),
        strangeness=_read_strangeness(about.get("strangeness")),
        seen=arrays["seen"].astype(np.uint64),
        about=dict(about["about"]),
    )


def _read_strangeness(stored: Mapping[str, Any] | None) -> Strangeness:
    """Return the stored values; for a model of an earlier version those of a model of portals, with wide bounds.

    Nothing is known of the texts of such a model, so only what is very strange is taken from it.
    """
    if stored is None:
        return EARLIER_STRANGENESS
    (first, second), (spread, other) = stored["means"], stored["spreads"]
    return Strangeness((float(first), float(second)), (float(spread), float(other)))


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
    single = (model.slope, model.lift, *model.strangeness.means, *model.strangeness.spreads)
    if not all(map(math.isfinite, single)):
        raise ModelError(_error_text(folder, "её числа испорчены"))


def _error_text(folder: Path, problem: str) -> str:
    return (
        f"Модель в папке {folder} нельзя использовать: {problem}. "
        "Верните предыдущую командой «python -m bot train --back» или обучите новую."
    )
