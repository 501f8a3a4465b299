"""How often a messenger lets us do something, and two ways to keep to it. Pure: whoever asks brings the time.

Times are seconds of a monotonic clock.
"""

from dataclasses import dataclass, field

HEALED_AFTER = 600.0
"""Seconds until a pace that a messenger has complained about is what it was."""

BRAKE = 0.7
"""What a complaint leaves of the pace."""

SLOWEST = 0.1
_BIT = 1e-6  # what a sum of floats may be short of

ONE_COMPLAINT = 2.0
"""Seconds: several calls are under way when a messenger complains; what it says of all of them is one complaint."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` in any ``seconds``; with a ``burst``: that many on average, ``burst`` in a row after rest."""

    most: int
    seconds: float = 1.0
    burst: int | None = None


@dataclass(slots=True)
class Brake:
    """What is left of a pace after complaints: it grows back steadily."""

    _lost: float = 0.0
    _at: float = float("-inf")

    def share(self, now: float) -> float:
        """Between :data:`SLOWEST` and 1."""
        return 1.0 - max(0.0, self._lost - (now - self._at) / HEALED_AFTER)

    def complain(self, now: float) -> None:
        if now - self._at < ONE_COMPLAINT:
            return
        self._lost = 1.0 - max(SLOWEST, self.share(now) * BRAKE)
        self._at = now


@dataclass(slots=True)
class Place:
    """One call's place in a window, from before its start until well after its answer."""

    seconds: float
    until: float
    is_open: bool = True

    def answered(self, now: float) -> None:
        self.until, self.is_open = now + self.seconds, False

    def give_back(self) -> None:
        """Nothing was called."""
        self.until, self.is_open = float("-inf"), False

    def frees_at(self, now: float) -> float:
        """When it will be free; of a call that is still under way, the earliest moment that it could be."""
        return max(self.until, now + self.seconds) if self.is_open else self.until


@dataclass(slots=True)
class Window:
    """A hard limit, kept with certainty.

    The other side counts a call somewhere between its start and its answer, we do not know when. A place is therefore
    free again only ``seconds`` after the *answer*: whatever the network delays, no ``seconds`` of the other side's
    clock hold more than ``most``.
    """

    rate: Rate
    brake: Brake = field(default_factory=Brake)
    _places: list[Place] = field(default_factory=list)

    def wait(self, now: float, cost: int = 1) -> float:
        """Seconds until *cost* places can be free; *now* may be a little ahead."""
        most, taken = self._most(now), self._taken(now)
        over = len(taken) + min(cost, most) - most
        if over <= 0:
            return 0.0
        return sorted(place.frees_at(now) for place in taken)[over - 1] - now

    def free(self, now: float) -> int:
        """How many places are free at *now*, which may be a little ahead."""
        return max(0, self._most(now) - len(self._taken(now)))

    def take(self, start: float, cost: int = 1) -> list[Place]:
        """Take places for a call that begins at *start*, whether they are free or not."""
        places = [Place(self.rate.seconds, start + self.rate.seconds) for _ in range(cost)]
        self._places = [*self._taken(start - self.rate.seconds), *places]  # who asked for a time ahead may ask again
        return places

    def is_idle(self, now: float) -> bool:
        """Whether nothing of it needs to be remembered."""
        return not self._taken(now)

    def _taken(self, now: float) -> list[Place]:
        return [place for place in self._places if place.is_open or place.until > now]

    def _most(self, now: float) -> int:
        return max(1, int(self.rate.most * self.brake.share(now)))


@dataclass(slots=True)
class Spacing:
    """A soft limit with bursts: the generic cell rate algorithm."""

    rate: Rate
    brake: Brake = field(default_factory=Brake)
    _next: float = float("-inf")

    def wait(self, now: float, cost: int = 1, burst: int | None = None) -> float:
        """Seconds until *cost* more may follow; *burst* instead of the rate's own."""
        step = self._step(now)
        slack = step * max((burst or self.rate.burst or 1) - cost, 0)
        return max(0.0, self._next - slack - now)

    def free(self, now: float) -> int:
        """How many may have followed by *now*, which may be a little ahead."""
        rested = min(now - self._next, self.rate.seconds)
        return max(0, int(rested / self._step(now) + (self.rate.burst or 1) + _BIT))

    def take(self, start: float, cost: int = 1) -> None:
        self._next = max(self._next, start) + self._step(start) * cost

    def give_back(self, cost: int = 1) -> None:
        self._next -= self.rate.seconds / self.rate.most * cost

    def is_idle(self, now: float) -> bool:
        """Whether nothing of it needs to be remembered."""
        return self._next <= now

    def _step(self, now: float) -> float:
        return self.rate.seconds / self.rate.most / self.brake.share(now)
