"""Rate limits, and two algorithms to keep them. Pure: the caller passes the time.

Times are seconds of a monotonic clock.
"""

from dataclasses import dataclass, field

RECOVERY_SECONDS = 600.0
"""Seconds until a rate is restored after a messenger's complaint."""

SLOWDOWN_MULTIPLIER = 0.7
"""The factor by which a complaint lowers the rate."""

MIN_FACTOR = 0.1
_EPSILON = 1e-6  # tolerance for rounding in sums of floats

COMPLAINT_MERGE_SECONDS = 2.0
"""Seconds: several calls are in flight when a messenger complains, and all their errors are one complaint."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``max_calls`` in any ``seconds``; with ``burst``, that many on average, ``burst`` in a row at once."""

    max_calls: int
    seconds: float = 1.0
    burst: int | None = None


@dataclass(slots=True)
class AdaptiveFactor:
    """The factor of a rate after complaints; it recovers linearly."""

    _reduction: float = 0.0
    _slowed_at: float = float("-inf")

    def value(self, now: float) -> float:
        """Return a factor between `MIN_FACTOR` and 1."""
        return 1.0 - max(0.0, self._reduction - (now - self._slowed_at) / RECOVERY_SECONDS)

    def slow_down(self, now: float) -> None:
        if now - self._slowed_at < COMPLAINT_MERGE_SECONDS:
            return
        self._reduction = 1.0 - max(MIN_FACTOR, self.value(now) * SLOWDOWN_MULTIPLIER)
        self._slowed_at = now


@dataclass(slots=True)
class WindowSlot:
    """The place of one call in a window, taken before its start and free again some time after its answer."""

    seconds: float
    busy_until: float
    is_in_flight: bool = True

    def on_answered(self, now: float) -> None:
        self.busy_until, self.is_in_flight = now + self.seconds, False

    def release(self) -> None:
        """Free the place: the call was not made."""
        self.busy_until, self.is_in_flight = float("-inf"), False

    def frees_at(self, now: float) -> float:
        """Return the time at which the place is free; for a call still running, the earliest possible one."""
        return max(self.busy_until, now + self.seconds) if self.is_in_flight else self.busy_until


@dataclass(slots=True)
class SlidingWindow:
    """A hard limit that holds whatever the network delays.

    The messenger counts a call at an unknown moment between its start and its answer. A place is therefore free again
    only ``seconds`` after the answer: then no ``seconds`` of the messenger's clock contain more than ``max_calls``.
    """

    rate: Rate
    factor: AdaptiveFactor = field(default_factory=AdaptiveFactor)
    _slots: list[WindowSlot] = field(default_factory=list)

    def delay(self, now: float, cost: int = 1) -> float:
        """Return the seconds until *cost* places can be free; *now* may be a little ahead."""
        most, taken = self._max_calls(now), self._occupied_slots(now)
        over = len(taken) + min(cost, most) - most
        if over <= 0:
            return 0.0
        return sorted(place.frees_at(now) for place in taken)[over - 1] - now

    def available(self, now: float) -> int:
        """Return the number of free places at *now*, which may be a little ahead."""
        return max(0, self._max_calls(now) - len(self._occupied_slots(now)))

    def acquire(self, start: float, cost: int = 1) -> list[WindowSlot]:
        """Take places for a call that begins at *start*, whether they are free or not."""
        places = [WindowSlot(self.rate.seconds, start + self.rate.seconds) for _ in range(cost)]
        self._slots = [
            *self._occupied_slots(start - self.rate.seconds),
            *places,
        ]  # a caller may ask for a time ahead, then for an earlier one
        return places

    def is_idle(self, now: float) -> bool:
        """Return whether no call counts any more, so that this object can be dropped."""
        return not self._occupied_slots(now)

    def _occupied_slots(self, now: float) -> list[WindowSlot]:
        return [place for place in self._slots if place.is_in_flight or place.busy_until > now]

    def _max_calls(self, now: float) -> int:
        return max(1, int(self.rate.max_calls * self.factor.value(now)))


@dataclass(slots=True)
class Gcra:
    """A soft limit with bursts: the generic cell rate algorithm."""

    rate: Rate
    factor: AdaptiveFactor = field(default_factory=AdaptiveFactor)
    _next_at: float = float("-inf")

    def delay(self, now: float, cost: int = 1, burst: int | None = None) -> float:
        """Return the seconds until *cost* more calls may start; *burst* replaces the rate's own."""
        step = self._interval(now)
        slack = step * max((burst or self.rate.burst or 1) - cost, 0)
        return max(0.0, self._next_at - slack - now)

    def available(self, now: float) -> int:
        """Return the number of calls that may have started by *now*, which may be a little ahead."""
        idle_seconds = min(now - self._next_at, self.rate.seconds)
        return max(0, int(idle_seconds / self._interval(now) + (self.rate.burst or 1) + _EPSILON))

    def acquire(self, start: float, cost: int = 1) -> None:
        self._next_at = max(self._next_at, start) + self._interval(start) * cost

    def release(self, cost: int = 1) -> None:
        self._next_at -= self.rate.seconds / self.rate.max_calls * cost

    def is_idle(self, now: float) -> bool:
        """Return whether no call counts any more, so that this object can be dropped."""
        return self._next_at <= now

    def _interval(self, now: float) -> float:
        return self.rate.seconds / self.rate.max_calls / self.factor.value(now)
