"""The labelled reactions to answers, and how well the bot reads them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.understanding.reactions.reactions import Reaction

VOICES = (
    *("grandmother", "worker", "blogger", "official", "teenager", "mother", "dictation", "typist", "vk", "greybeard"),
    *("neighbour", "engineer", "bookkeeper", "courier", "farmer", "hairdresser", "guard", "student"),
    *("housewife", "housechief", "father"),
    *("plain", "citizen", "mixed", "contrasts", "wit"),
)
"""Texts of one more author who imitated people: a set for each.

The last five are ordinary people: words about every sector, «спасибо, но …», pairs of texts that differ in a word,
proverbs and irony.
"""

HANDS: Mapping[str, tuple[str, ...]] = {
    "rules": ("development", "held_out"),
    "c": ("train_c",),
    "d": ("train_d",),
    "e": ("train_e",),
    "fresh": ("fresh_a",),
    **{voice: (f"voices/{voice}",) for voice in VOICES},
}
"""The hands that wrote the texts that the model is trained on → their sets.

The author of «rules» wrote the rules for them, too. The author of «e» had read «c», «d» and «fresh» and wrote what the
model lacked: they are the hardest texts. The author of the voices had read what the model read wrongly in these four.
"""

OTHER_AUTHORS = ("c", "d", "e", "fresh")
"""Hands of different authors, none of whom wrote the rules: the likest to a stranger."""

_VOICE_FOLDS = 5
FOLDS = (*((hand,) for hand in HANDS if hand not in VOICES), *(VOICES[at::_VOICE_FOLDS] for at in range(_VOICE_FOLDS)))
"""The hands that are left out together when a model reads texts of a hand that it was not trained on."""

CONTROLS = ("control", "fresh_b", "sealed")
"""Sets that nothing was trained on or changed for.

«control» is of the rules' author, «fresh_b» of an author whom no other set has. «sealed» was written by the author of
the voices before them, in eight other voices.
"""

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
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
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
