"""Progress of loops: each says at every round how long the next one may take, and one that does not is stalled."""

import time
from collections.abc import Callable

MAX_ROUND_SECONDS = 60.0
"""Seconds that a round may take in addition to the waits that its loop knows of: no transaction is longer."""

MAX_CHECK_INTERVAL_SECONDS = 10.0
"""Seconds between two checks, at most. A longer time is a standstill of the whole process, or of its machine, which no
loop is to blame for."""


class Progress:
    """The moments by which loops must have gone round."""

    def __init__(self, *, patience: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        """*patience*: the factor of all times; tests have less."""
        self._patience = patience
        self._monotonic = monotonic
        self._deadlines: dict[str, float] = {}
        self._checked_at = monotonic()

    def report(self, loop: str, wait_seconds: float = 0.0) -> None:
        """Record that *loop* goes on, and will again after *wait_seconds* and one more round."""
        self._deadlines[loop] = self._monotonic() + self._patience * (wait_seconds + MAX_ROUND_SECONDS)

    def finish(self, loop: str) -> None:
        """Expect nothing more of *loop*."""
        self._deadlines.pop(loop, None)

    def clear(self) -> None:
        """Expect nothing more of any loop until it reports again."""
        self._deadlines.clear()

    def list_stalled(self) -> list[str]:
        """List the loops that have not gone round in time."""
        now = self._monotonic()
        standstill = max(now - self._checked_at - self._patience * MAX_CHECK_INTERVAL_SECONDS, 0.0)
        self._checked_at = now
        self._deadlines = {loop: deadline + standstill for loop, deadline in self._deadlines.items()}
        return sorted(loop for loop, deadline in self._deadlines.items() if deadline < now)
