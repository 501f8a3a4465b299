"""Soft limits: evidence that grows with a probability, instead of appearing at one value of it.

The model that gives the probabilities is trained again from time to time, and a message that had .16 may then have
.13. At a fixed limit of .15 it would lose all points at once, together with every other message of its kind; on a ramp
it loses some of them, and the other evidence decides.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ramp:
    """Evidence of none up to the probability ``none``, whole from ``full``, and in proportion between them."""

    none: float
    full: float

    def weight(self, probability: float) -> float:
        """Return a weight from 0 to 1."""
        if probability <= self.none:
            return 0.0
        return 1.0 if probability >= self.full else (probability - self.none) / (self.full - self.none)


def weigh(full: int, none: int, weight: float) -> float:
    """Return the points of evidence of *weight*: *none* of weight 0, *full* of weight 1, and between them."""
    return none + (full - none) * weight
