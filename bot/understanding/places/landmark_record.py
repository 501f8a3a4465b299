"""A landmark that a message names, and the certainty that it tells a place."""

from dataclasses import dataclass

NUMBERED_SCORE, NAMED_SCORE, NEAR_SCORE, IN_SCORE, SPAN_SCORE, SUBJECT_SCORE = 6, 6, 5, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Landmark:
    """A landmark in its dictionary form, and as the message says it («у школы № 5»), if a preposition tells where.

    ``score``: the certainty that it is a place, larger for what has a number, a name or a preposition.
    """

    name: str
    phrase: str | None
    score: int
    end: int = -1
    """The index after its last word."""


def capitalize(name: str) -> str:
    """Return the name with a capital; one in capitals alone becomes small, but for acronyms."""
    if name.isupper() and len(name) > 3:
        name = name.lower()
    return name[:1].upper() + name[1:]
