"""Labelled messages of many hands: relevance, sectors and urgency. The shipped model is trained on them.

A file of ``hands/`` holds the messages of one hand, one a line, under headings: ``[none]`` for what needs no action,
``[appeal SECTORS]`` and ``[appeal SECTORS URGENCY]`` for the others. SECTORS: codes that are right, ``a|b``, the
preferred one first.
"""

from dataclasses import dataclass
from pathlib import Path

from bot.domain.urgency import Urgency

HANDS_FOLDER = Path(__file__).parent / "hands"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message with the right answers. ``codes`` is empty where it needs no action."""

    hand: str
    text: str
    codes: tuple[str, ...]
    urgency: Urgency | None

    @property
    def is_appeal(self) -> bool:
        return bool(self.codes)


def load_messages() -> list[Labelled]:
    """Return the messages of all hands, in the order of the hands' names."""
    return [message for file in sorted(HANDS_FOLDER.glob("*.txt")) for message in _read_hand(file)]


def _read_hand(file: Path) -> list[Labelled]:
    found: list[Labelled] = []
    codes: tuple[str, ...] = ()
    urgency: Urgency | None = None
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            label, *rest = line.strip("[]").split()
            codes = tuple(rest[0].split("|")) if label == "appeal" else ()
            urgency = Urgency(rest[1]) if len(rest) > 1 else None
        elif line.strip():
            found.append(Labelled(file.stem, line.strip(), codes, urgency))
    return found
