"""MAX's rate limits, enforced if switched on.

dev.max.ru: 30 calls a second in all, 2 a second into one chat; long polling 2 a second.
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from sandbox.max.errors import too_many_requests

OVERALL_CALLS_PER_SECOND = 30
WRITES_PER_CHAT_PER_SECOND = 2
POLLS_PER_SECOND = 2
_WINDOW = timedelta(seconds=1)


class RateLimits:
    """Counts the calls of the last second."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self._done: dict[str, deque[datetime]] = defaultdict(deque)

    def consume(self, now: datetime, *counters: tuple[str, int]) -> None:
        """Count one call in each of *counters* (name, most), or refuse it: then nothing is counted."""
        for name, most in counters:
            done = self._done[name]
            while done and done[0] <= now - _WINDOW:
                done.popleft()
            if len(done) >= most:
                self.violations.append(name)
                raise too_many_requests()
        for name, _ in counters:
            self._done[name].append(now)
