"""Rate limits, and two algorithms to keep them. Pure: the caller passes the time.

Times are seconds of a monotonic clock.
"""

from dataclasses import dataclass, field

from bot.messengers.round_trips import RoundTrips, TripBounds

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


PRESUMED_COUNTED_FACTOR = 2.0
"""A call that has lasted so many times as long as calls usually do at most has been counted, and its answer hangs.

Without that one call in a hundred that hangs for ten seconds would take a tenth of the rate."""

MIN_PRESUMED_SECONDS = 0.7
"""Seconds that every call has to be counted, however near the messenger is: a busy machine may hold it up as well."""

MIN_DELAY_SECONDS = 0.005
"""Seconds until a place is looked at again whose call may be answered at any moment."""


@dataclass(slots=True)
class WindowSlot:
    """The place of one call in a window, taken before its start and free again some time after its answer."""

    seconds: float
    started_at: float
    answered_at: float | None = None
    is_released: bool = False

    def on_started(self, now: float) -> None:
        """Record that the call begins now, which may be later than it was planned."""
        self.started_at = now

    def on_answered(self, now: float) -> None:
        self.answered_at = now

    def release(self) -> None:
        """Free the place: the call was not made."""
        self.is_released = True

    def frees_at(self, now: float, trips: TripBounds) -> float:
        """Return the time at which the place is free; for a call still running, the earliest possible one."""
        if self.is_released:
            return float("-inf")
        answered_at = self.answered_at
        if answered_at is None:
            return min(max(self._counted_until(now, trips), now + MIN_DELAY_SECONDS), self._presumed_free_at(trips))
        return self._counted_until(answered_at, trips)

    def is_occupied(self, now: float, trips: TripBounds) -> bool:
        """Return whether the messenger may still count the call at *now*."""
        if self.answered_at is None and not self.is_released:
            return self._presumed_free_at(trips) > now
        return self.frees_at(now, trips) > now

    def is_forgettable(self, now: float, trips: TripBounds) -> bool:
        """Return whether nothing will be asked of this place any more: a call that hangs may be counted at its end."""
        return self.is_released or (self.answered_at is not None and not self.is_occupied(now, trips))

    def _counted_until(self, answered_at: float, trips: TripBounds) -> float:
        return max(self.started_at, answered_at - trips.shortest) + self.seconds

    def _presumed_free_at(self, trips: TripBounds) -> float:
        presumed = max(PRESUMED_COUNTED_FACTOR * trips.usual_longest, MIN_PRESUMED_SECONDS)
        return self.started_at + presumed + self.seconds


@dataclass(slots=True)
class SlidingWindow:
    """A hard limit that holds whatever the network delays.

    The messenger counts a call at an unknown moment between its start and its answer. That moment differs from call to
    call by no more than the round trips differ: a call that took *e* longer than the shortest one was counted at most
    *e* later than others that began with it. A place is therefore free again ``seconds`` after the answer, less the
    shortest round trip: then no ``seconds`` of the messenger's clock contain more than ``max_calls``, and a messenger
    that is far away gets as many as one that is near.

    *trips*: the round trips to this messenger; several windows may share them.
    """

    rate: Rate
    factor: AdaptiveFactor = field(default_factory=AdaptiveFactor)
    trips: RoundTrips = field(default_factory=RoundTrips)
    _slots: list[WindowSlot] = field(default_factory=list)

    def delay(self, now: float, cost: int = 1) -> float:
        """Return the seconds until *cost* places can be free; *now* may be a little ahead."""
        most, trips = self._max_calls(now), self.trips.bounds(now)
        taken = [place for place in self._slots if place.is_occupied(now, trips)]
        over = len(taken) + min(cost, most) - most
        if over <= 0:
            return 0.0
        return max(sorted(place.frees_at(now, trips) for place in taken)[over - 1] - now, MIN_DELAY_SECONDS)

    def available(self, now: float) -> int:
        """Return the number of free places at *now*, which may be a little ahead."""
        trips = self.trips.bounds(now)
        return max(0, self._max_calls(now) - sum(place.is_occupied(now, trips) for place in self._slots))

    def acquire(self, start: float, cost: int = 1) -> list[WindowSlot]:
        """Take places for a call that begins at *start*, whether they are free or not."""
        places = [WindowSlot(self.rate.seconds, start) for _ in range(cost)]
        earliest = start - self.rate.seconds  # a caller may ask for a time ahead, then for an earlier one
        trips = self.trips.bounds(start)
        self._slots = [place for place in self._slots if not place.is_forgettable(earliest, trips)]
        self._slots += places
        return places

    def is_idle(self, now: float) -> bool:
        """Return whether no call counts any more, so that this object can be dropped."""
        trips = self.trips.bounds(now)
        return all(place.is_forgettable(now, trips) for place in self._slots)

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
