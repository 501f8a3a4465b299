"""Several matters in one message: «нет воды, а ещё у дома яма». Each is for another block."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.understanding.reading import Reading

_PART_END = re.compile(
    r"[.!?…]+\s+|[;\n]+|,?\s+(?:а\s+ещ[её]|и\s+ещ[её]|ещ[её]\s+и|а\s+также|кроме\s+того|заодно|во-вторых|второе)[:,]?\s+",
    re.IGNORECASE,
)
_MIN_PART_WORDS, _MAX_PARTS = 4, 8
"""Words of a part that says something; parts that are read, so that a long letter costs little."""
_MAX_SHARED_SCORE = 0.3
"""A block whose chance for the other part is higher may well deal with both."""
_MIN_APPEAL_SCORE, _MIN_SECTOR_SCORE = 0.7, 0.7
"""A part must be sure to report something to one block: what follows from a trouble is told in passing."""
_MAX_TEXT_CHARS = 400
"""A longer text is a story about one matter, with its causes and consequences."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A part of a message that is a report of its own."""

    text: str
    reading: Reading


def find_matters(text: str, read: Callable[[str], Reading]) -> tuple[Matter, ...]:
    """Return the matters of *text*, one of each sector, in their order; none if there are not at least two.

    A part counts if it surely needs action and surely belongs to a sector that no other part may belong to.
    """
    parts = list(_parts(text)) if len(text) <= _MAX_TEXT_CHARS else []
    if not 1 < len(parts) <= _MAX_PARTS:
        return ()
    found: dict[str, Matter] = {}
    for part in parts:
        reading = read(part)
        sector = reading.sector
        if sector is None or not reading.is_confident or reading.topic is None:
            continue
        if reading.appeal_score >= _MIN_APPEAL_SCORE and reading.sector_scores[sector] >= _MIN_SECTOR_SCORE:
            found.setdefault(sector, Matter(part, reading))
    matters = tuple(found.values())
    return matters if len(matters) > 1 and all(_is_apart(one, other) for one in matters for other in matters) else ()


def _parts(text: str) -> Iterator[str]:
    for part in _PART_END.split(text):
        if len(part.split()) >= _MIN_PART_WORDS:
            yield part.strip()


def _is_apart(one: Matter, other: Matter) -> bool:
    scores = one.reading.sector_scores
    return one is other or scores.get(other.reading.sector or "", 0.0) < _MAX_SHARED_SCORE
