"""The model of messages that the package brings: sectors and relevance by words, pieces of words and signs.

``python -m bench.words --train`` makes the file from labelled messages of many hands: a line of JSON, the features,
one a line, and after an empty line one byte for each weight.
"""

import gzip
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.understanding.model.feature_index import WordIndex
from bot.understanding.model.features import (
    MAX_WORDS,
    NGRAM_PREFIX,
    TextFeatures,
    char_ngrams,
    word_terms,
)
from bot.understanding.model.model import MIN_SHARE, Floats, Model, Recipe, Strangeness, calibrate, log_odds
from bot.understanding.shipped.shares import StandardShares
from bot.understanding.shipped.signs import TOPIC_SIGN
from bot.understanding.text.memory import remember

FILE_NAME = "message_model.bin.gz"
MAX_FILE_BYTES = 400_000
_CHAT_WORDS, _LONGER_WORDS, _LONG_TEXT_RULES = 22, 60, 1.5
"""Words of a chat message, how many more make a long letter, and how much more the rules weigh there.

The rules were made for letters, and the more a text has of them, the more incidental words mislead the model.
"""
_TOPIC_SHARE_WEIGHT, _AGREEMENT_WEIGHT, _EVIDENCE_WEIGHT = -0.55, 0.43, 1.47
"""The log-odds that the best sector is right, besides its share: for those of its share by the topics alone (its words
speak for themselves the more, the less these do), for their first choice being the same, for strong words of a topic.

Fitted on hands that the model was not trained on. With them 96 % instead of 92 % of the surest 85 % are right in chats.
"""
_ORDER_WEIGHT, _ORDER_LEAST = 2.0, 1e-3
"""The weight of the rules, once more, between sectors that share the topic, and what is added to their probabilities.

Either may be right there («rubbish in a yard»), so most of the model's texts name one, and it is no judge of the order.
With it the preferred sector comes first for 1 % more of the portals' messages, and as many of the chats' are right.
"""
_MAX_WEIGHT = 127
"""The largest whole number: a weight fits into a byte."""

_SEEN_NOTHING = np.array([], dtype=np.uint64)


class Judgement(NamedTuple):
    """The opinion of the model about a message: the log-odds of its relevance, and shares of the standard sectors.

    The shares sum to 1, in the order of the model's sectors. ``certainty``: the log-odds of being right that the
    agreement with the topics adds to those of a share.
    """

    shares: Sequence[float]
    appeal: float
    certainty: float


@dataclass(frozen=True, slots=True)
class MessageModel:
    """Weights of features: for the sectors, and for relevance, which also has the weights of signs."""

    sectors: Model
    appeal: Floats
    """A weight for each feature."""
    signs: Mapping[str, float]
    bias: float
    sources_hash: str
    """Of the texts and rules that it was made from."""


class MessageJudge:
    """A :class:`MessageModel` ready for use. One object serves any number of texts.

    Words and pairs of words are one block, the pieces of all words another; each is brought to length 1. So the sum of
    the weights of a word's pieces can be remembered: the same words come again and again.
    """

    def __init__(self, model: MessageModel) -> None:
        self._model = model
        sectors = model.sectors
        self._rows = {name: row for row, name in enumerate(sectors.features) if name.startswith(NGRAM_PREFIX)}
        self._columns = {code: column for column, code in enumerate(sectors.codes)}
        self._words = WordIndex(enumerate(sectors.features))
        self._squares = [rarity**2 for rarity in sectors.rarity.tolist()]
        self._weighed = np.column_stack([sectors.weights, model.appeal]) * sectors.rarity[:, None]
        self._bias = np.append(sectors.bias, np.float32(model.bias)).astype(np.float32)
        self._nothing = np.zeros_like(self._bias)
        self._shares = StandardShares(sectors)
        self.score_of_pieces = remember(self._find_score_of_pieces)

    def judge(
        self,
        features: TextFeatures,
        signs: Mapping[str, float],
        rules: Mapping[str, float],
        sharing: Collection[str] = (),
        pieces: Sequence[tuple[bytes, float]] | None = None,
    ) -> Judgement:
        """Return the opinion about a text.

        *rules*: the rules' probabilities of the standard sectors; *sharing*: those that share the strongest topic;
        *pieces*: what :meth:`score_of_pieces` says of each of the features' words, if that was asked before.
        """
        if pieces is None:
            pieces = list(map(self.score_of_pieces, features.norms))
        scores = self._bias + self._score_of_words(features) + self._score_of_all_pieces(pieces[:MAX_WORDS])
        *text, appeal = scores.tolist()
        weights = self._model.signs
        for name, value in signs.items():
            appeal += value * weights.get(name, 0.0)
        long = min(1.0, max(0.0, (len(features.norms) - _CHAT_WORDS) / _LONGER_WORDS))
        topics = self.in_order(rules)
        shares = self._shares.mix(text, topics, self._model.sectors.recipe.rules + long * _LONG_TEXT_RULES)
        self._put_in_order(shares, rules, sharing)
        return Judgement(shares, appeal, _weigh_agreement(shares, topics, signs.get(TOPIC_SIGN, 0.0)))

    def _put_in_order(self, shares: list[float], rules: Mapping[str, float], sharing: Collection[str]) -> None:
        """Let the rules divide what the sectors of one topic have together; no other sector gains or loses."""
        found = [(column, code) for code in sharing if (column := self._columns.get(code)) is not None]
        if len(found) < 2:
            return
        before = [shares[column] for column, _ in found]
        after = [
            share * (rules.get(code, 0.0) + _ORDER_LEAST) ** _ORDER_WEIGHT
            for share, (_, code) in zip(before, found, strict=True)
        ]
        factor = sum(before) / sum(after)
        for (column, _), share in zip(found, after, strict=True):
            shares[column] = share * factor

    def _score_of_words(self, features: TextFeatures) -> Floats:
        rows = sorted(set(self._words.find_rows(features)))  # in every process the same sum
        if not rows:
            return self._nothing
        length = math.sqrt(sum(map(self._squares.__getitem__, rows)))
        score: Floats = np.add.reduce(self._weighed.take(rows, axis=0)) / np.float32(length)
        return score

    def _score_of_all_pieces(self, found: Sequence[tuple[bytes, float]]) -> Floats:
        square = sum([square for _, square in found])
        if not square:
            return self._nothing
        # The bytes of the words, one after another, are a table: to make it of arrays would take five times as long.
        table = np.frombuffer(b"".join([score for score, _ in found]), dtype=np.float32)
        score: Floats = np.add.reduce(table.reshape(len(found), -1)) / np.float32(math.sqrt(square))
        return score

    def _find_score_of_pieces(self, norm: str) -> tuple[bytes, float]:
        """Return the sum of the weights of the word's pieces, as bytes, and the sum of the squares of their rarity."""
        rows = self.rows_of_pieces(norm)
        return self._weighed.take(rows, axis=0).sum(axis=0).tobytes(), sum(map(self._squares.__getitem__, rows))

    def rows_of_pieces(self, norm: str) -> list[int]:
        found = (self._rows.get(NGRAM_PREFIX + piece) for piece in char_ngrams(norm))
        return [row for row in found if row is not None]

    def assign(self, words_of: Mapping[str, Collection[str]]) -> dict[str, tuple[int, ...]]:
        """Return the town's sectors that have standard ones, each with the columns of those it answers for.

        *words_of*: the codes whose built-in words each sector of the town has.
        """
        columns = {code: tuple(at for own, at in self._columns.items() if own in words_of[code]) for code in words_of}
        return {code: known for code, known in columns.items() if known}

    def in_order(self, standard: Mapping[str, float]) -> list[float]:
        """Return the probabilities of the standard sectors in the order of the model's sectors."""
        return list(map(standard.get, self._columns, repeat(0.0)))

    def share_of(self, code: str, judgement: Judgement) -> float:
        """Return the share of a standard sector."""
        column = self._columns.get(code)
        return judgement.shares[column] if column is not None else 0.0

    def calibrate(self, share: float, certainty: float) -> float:
        """Return the probability that a sector with this share is right. *certainty*: of the judgement."""
        sectors = self._model.sectors
        return calibrate(share, sectors.slope, sectors.lift + certainty)


def _weigh_agreement(shares: Sequence[float], topics: Sequence[float], strength: float) -> float:
    """Return the log-odds that the *topics*, whose strongest has this *strength*, add to those of the best share."""
    if not strength:
        return 0.0  # no word speaks for any sector, so a small share by the topics means nothing
    best = shares.index(max(shares))
    certainty = _TOPIC_SHARE_WEIGHT * log_odds(topics[best] / max(MIN_SHARE, sum(topics)))
    certainty += _AGREEMENT_WEIGHT * (topics.index(max(topics)) == best)
    return certainty + _EVIDENCE_WEIGHT * strength


def feature_values(features: TextFeatures, rarity: Mapping[str, float]) -> dict[str, float]:
    """Return the values of the known features of a text, as a model is trained on them.

    *rarity*: of the known features. :class:`MessageJudge` computes the same in another order.
    """
    words = {name: rarity[name] for name in word_terms(features) if name in rarity}
    pieces = [NGRAM_PREFIX + piece for norm in features.norms[:MAX_WORDS] for piece in char_ngrams(norm)]
    known = [name for name in pieces if name in rarity]
    length = math.sqrt(sum(value**2 for value in words.values())) or 1.0
    length_of_pieces = math.sqrt(sum(rarity[name] ** 2 for name in known)) or 1.0
    values = {name: value / length for name, value in words.items()}
    for name in known:
        values[name] = values.get(name, 0.0) + rarity[name] / length_of_pieces
    return values


def load_shipped_model() -> MessageModel:
    """Read the model of the package, about 20 ms."""
    return unpack_model(files("bot.understanding").joinpath("data", FILE_NAME).read_bytes())


def unpack_model(packed: bytes) -> MessageModel:
    """Return the model that :func:`pack_model` packed."""
    head, _, table = gzip.decompress(packed).partition(b"\n\n")
    about_line, *features = head.decode("utf-8").split("\n")
    about = json.loads(about_line)
    steps = np.frombuffer(table, dtype=np.int8).reshape(len(features), -1).astype(np.float32)
    weights = steps * np.array(about["scales"], dtype=np.float32)
    count = len(about["codes"])
    sectors = Model(
        codes=tuple(about["codes"]),
        features=tuple(features),
        weights=weights[:, :count].copy(),
        bias=np.array(about["bias"][:count], dtype=np.float32),
        rarity=np.array(about["rarity"], dtype=np.float32),
        frequency=np.array(about["frequency"], dtype=np.float32),
        recipe=Recipe(topics=False, rules=about["rules"], prior=about["prior"]),
        slope=about["slope"],
        lift=about["lift"],
        strangeness=Strangeness(),
        seen=_SEEN_NOTHING,
        about={},
    )
    return MessageModel(sectors, weights[:, count].copy(), about["signs"], about["bias"][count], about["sources"])


def pack_model(model: MessageModel) -> bytes:
    """Pack a model: the same input gives the same bytes."""
    weights = np.column_stack([model.sectors.weights, model.appeal])
    scales = np.abs(weights).max(axis=0) / _MAX_WEIGHT
    steps: NDArray[np.int8] = np.rint(weights / scales).astype(np.int8)
    about = {
        "codes": model.sectors.codes,
        "bias": _rounded([*model.sectors.bias.tolist(), model.bias]),
        "scales": [float(f"{scale:.6g}") for scale in scales.tolist()],
        "rarity": _rounded(model.sectors.rarity.tolist(), 2),
        "frequency": _rounded(model.sectors.frequency.tolist()),
        "rules": model.sectors.recipe.rules,
        "prior": model.sectors.recipe.prior,
        "slope": round(model.sectors.slope, 4),
        "lift": round(model.sectors.lift, 4),
        "signs": {name: round(weight, 4) for name, weight in sorted(model.signs.items())},
        "sources": model.sources_hash,
    }
    head = "\n".join((json.dumps(about, ensure_ascii=False), *model.sectors.features)).encode("utf-8")
    return gzip.compress(head + b"\n\n" + steps.tobytes(), compresslevel=9, mtime=0)


def _rounded(values: Sequence[float], digits: int = 4) -> list[float]:
    return [round(value, digits) for value in values]
