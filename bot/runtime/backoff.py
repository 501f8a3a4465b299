"""Pauses between attempts."""

from collections.abc import Sequence
from datetime import timedelta


def delay_after(failures: int, delays: Sequence[float]) -> float:
    """Return the seconds to wait after that many failures in a row; the last of *delays* repeats."""
    return delays[min(max(failures, 1), len(delays)) - 1]


def exponential_delay(exponent: int, max_seconds: int) -> timedelta:
    """Return 2**exponent seconds, at most *max_seconds*."""
    return timedelta(seconds=min(2**exponent, max_seconds))
