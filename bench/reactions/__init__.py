"""The labelled reactions to answers, and how well the bot reads them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reactions.reactions import Reaction

SETS = ("development", "held_out", "control")
"""The rules were written for the first. The second was written before them, by the same hand; the third after them,
from other phrases, and nothing was changed for it."""


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


def score(analyzer: TextAnalyzer, rows: Sequence[Labelled]) -> tuple[Score, ...]:
    """Return precision and recall of each meaning."""
    given = [(row.label, analyzer.read_reaction(row.text)) for row in rows]
    wanted, read = Counter(label for label, _ in given), Counter(label for _, label in given)
    right = Counter(label for label, found in given if label is found)
    return tuple(
        Score(label, wanted[label], right[label] / (read[label] or 1), right[label] / (wanted[label] or 1))
        for label in Reaction
    )
