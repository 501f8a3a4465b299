"""The labelled reactions to answers, and how well the bot reads them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.understanding.reactions.reactions import Reaction

HANDS: Mapping[str, tuple[str, ...]] = {
    "rules": ("development", "held_out"),
    "c": ("train_c",),
    "d": ("train_d",),
    "e": ("train_e",),
    "fresh": ("fresh_a",),
}
"""The authors of the texts that the model is trained on → their sets.

The author of «rules» wrote the rules for them, too. The author of «e» had read «c», «d» and «fresh» and wrote what the
model lacked, so the figures of these three are a little better than those of a stranger's texts.
"""

CONTROLS = ("control", "fresh_b")
"""Sets that nothing was trained on or changed for: one of the rules' author, one of a hand that no other set has."""

SETS = (*(name for sets in HANDS.values() for name in sets), *CONTROLS)


class Reader(Protocol):
    """An object that reads reactions: the bot's text analyzer, or a reader made for the measurement."""

    def read_reaction(self, text: str) -> Reaction: ...


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text under an answer, and what it means."""

    label: Reaction
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one meaning."""

    label: Reaction
    texts: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1.0)


def load_set(name: str) -> tuple[Labelled, ...]:
    """Read one of the sets."""
    lines = Path(__file__).with_name(f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(Labelled(Reaction(label), text) for label, _, text in (line.partition("\t") for line in lines))


def load_sets(names: Iterable[str]) -> tuple[Labelled, ...]:
    """Read several of the sets."""
    return tuple(row for name in names for row in load_set(name))


def score(reader: Reader, rows: Sequence[Labelled]) -> tuple[Score, ...]:
    """Return precision and recall of each meaning."""
    return score_pairs([(row.label, reader.read_reaction(row.text)) for row in rows])


def score_pairs(given: Sequence[tuple[Reaction, Reaction]]) -> tuple[Score, ...]:
    """Return precision and recall of each meaning, from pairs of the right and the read one."""
    wanted, read = Counter(label for label, _ in given), Counter(found for _, found in given)
    right = Counter(label for label, found in given if label is found)
    return tuple(
        Score(label, wanted[label], right[label] / (read[label] or 1), right[label] / (wanted[label] or 1))
        for label in Reaction
    )
