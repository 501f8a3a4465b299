"""Measured round trips to a messenger: what they cannot be shorter than, and what they usually do not exceed.

Pure: the caller passes the time, in seconds of a monotonic clock.
"""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

MIN_SAMPLES = 30
"""Calls that must have been answered before anything is concluded from them."""

MIN_SPAN_SECONDS = 5.0
"""Seconds over which they must have been made before a longest one is concluded: of calls that began together, the fast
ones are answered first."""

MAX_SAMPLES = 512

MAX_AGE_SECONDS = 300.0
"""Seconds after which a measurement is forgotten: the way to the messenger may have changed."""

UNSEEN_SHARE = 0.25
"""The shortest round trip is reckoned to be less than what was seen, by this share of its distance from the middle."""

MIN_UNSEEN_SECONDS = 0.005
"""Seconds by which it is reckoned to be less at least. Of a call of a few milliseconds nobody knows which part was the
way there, and the window loses half a hundredth by it."""

USUAL_SHARE = 0.95
"""The share of calls that is meant by «usually»."""


class TripBounds(NamedTuple):
    """Seconds that both ways together take at least, and that a call usually does not exceed."""

    shortest: float
    usual_longest: float


UNKNOWN = TripBounds(0.0, float("inf"))


@dataclass(slots=True)
class RoundTrips:
    """The round trips of the calls of one account."""

    _samples: deque[tuple[float, float]] = field(default_factory=deque)  # (moment of the answer, seconds)
    _sorted: list[float] = field(default_factory=list)

    def record(self, now: float, seconds: float) -> None:
        """Record a call that was answered at *now* after *seconds*."""
        self._samples.append((now, seconds))
        insort(self._sorted, seconds)
        self._forget(now)

    def bounds(self, now: float) -> TripBounds:
        """Return what is known at *now*.

        Nobody may have seen the shortest way there together with the shortest way back: the more the calls differ, the
        less their shortest says.
        """
        self._forget(now)
        count = len(self._sorted)
        if count < MIN_SAMPLES:
            return UNKNOWN
        least, middle = self._sorted[0], self._sorted[count // 2]
        is_long_known = now - self._samples[0][0] >= MIN_SPAN_SECONDS
        usual = self._sorted[int(count * USUAL_SHARE)] if is_long_known else float("inf")
        unseen = max((middle - least) * UNSEEN_SHARE, MIN_UNSEEN_SECONDS)
        return TripBounds(max(0.0, least - unseen), usual)

    def _forget(self, now: float) -> None:
        while self._samples and (len(self._samples) > MAX_SAMPLES or self._samples[0][0] < now - MAX_AGE_SECONDS):
            _, seconds = self._samples.popleft()
            del self._sorted[bisect_left(self._sorted, seconds)]
