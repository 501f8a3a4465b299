"""The model of reactions: multinomial logistic regression over named features, as plain data of the package.

``python -m bench.reactions --train`` makes the file from the labelled sets: a line of JSON (meanings, bias, scale, the
hash of its sources), then one line for each feature with a whole number for each meaning.
"""

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FILE_NAME = "reaction_model.tsv.gz"
MAX_FILE_BYTES = 300_000
_MAX_WEIGHT = 127
"""The largest whole number: a weight fits into a byte."""


@dataclass(frozen=True, slots=True)
class ReactionModel:
    """Weights of features. ``weights`` has a row for each feature and a column for each meaning."""

    meanings: tuple[str, ...]
    bias: NDArray[np.float32]
    features: Mapping[str, int]
    """Name of the feature → its row."""
    weights: NDArray[np.float32]
    sources_hash: str
    """Of the texts and rules that it was made from."""

    def probabilities(self, features: Mapping[str, float]) -> dict[str, float]:
        """Return the probability of each meaning; they sum to 1. Unknown features count for nothing."""
        known = sorted((self.features[name], value) for name, value in features.items() if name in self.features)
        rows = self.weights[[row for row, _ in known]]
        scores = (self.bias + np.array([value for _, value in known], dtype=np.float32) @ rows).tolist()
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        return dict(zip(self.meanings, (power / sum(powers) for power in powers), strict=True))


def load_shipped_model() -> ReactionModel:
    """Read the model of the package, about 30 ms."""
    return unpack_model(files("bot.understanding").joinpath("data", FILE_NAME).read_bytes())


def unpack_model(packed: bytes) -> ReactionModel:
    """Return the model that :func:`pack_model` packed."""
    head, *lines = gzip.decompress(packed).decode("utf-8").splitlines()
    about = json.loads(head)
    rows = [line.split("\t") for line in lines]
    weights = np.array([row[1:] for row in rows], dtype=np.float32) * np.float32(about["scale"])
    return ReactionModel(
        meanings=tuple(about["meanings"]),
        bias=np.array(about["bias"], dtype=np.float32),
        features={row[0]: at for at, row in enumerate(rows)},
        weights=weights,
        sources_hash=about["sources"],
    )


def pack_model(
    meanings: Sequence[str],
    bias: Sequence[float],
    features: Sequence[str],
    weights: NDArray[np.float64],
    sources_hash: str,
) -> bytes:
    """Pack a model: the same input gives the same bytes. Features too weak for one step of the scale are left out."""
    scale = float(np.abs(weights).max()) / _MAX_WEIGHT
    steps = np.rint(weights / scale).astype(int)
    about = {
        "meanings": list(meanings),
        "bias": [round(value, 4) for value in bias],
        "scale": round(scale, 8),
        "sources": sources_hash,
    }
    lines = [
        "\t".join((name, *map(str, row)))
        for name, row in sorted(zip(features, steps.tolist(), strict=True))
        if any(row)
    ]
    text = "\n".join((json.dumps(about), *lines))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
