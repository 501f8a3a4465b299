"""VK's rate limits, enforced if switched on.

A key may make twenty calls a second (error 6). Flood control (error 9) refuses one text again and again, and more
than a thousand messages an hour to one person (vk.com/faq11583).
"""

from collections import deque

from sandbox.vk.errors import VkError
from sandbox.vk.params import Params

CALLS_PER_SECOND = 20
SAME_TEXT_PER_MINUTE = 10
TEXTS_PER_HOUR = 1_000
SERVICE_CALLS_PER_SECOND = 5  # of a small application (dev.vk.com, «Ограничения»)
WALL_READS_PER_DAY = 5_000  # calls of wall.get, within execute as well


class RateLimits:
    """Remembers the last calls of every key."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}
        self.violations: list[int] = []
        self._texts: dict[tuple[str, ...], deque[float]] = {}

    def consume(self, now: float, token: str, method: str, params: Params) -> None:
        """Raise what VK answers when this call, at *now* (in seconds), is one too many."""
        if _is_exhausted(self._calls.setdefault(token, deque()), now, 1.0, CALLS_PER_SECOND):
            self.violations.append(6)
            raise VkError(6)
        text = params.text("message")
        if text and method in {"messages.send", "wall.createComment"}:
            place = params.text("peer_ids") + params.text("peer_id") + params.text("post_id")
            same = _is_exhausted(
                self._texts.setdefault((token, method, place, text), deque()), now, 60.0, SAME_TEXT_PER_MINUTE
            )
            if same or _is_exhausted(
                self._texts.setdefault((token, method, place), deque()), now, 3600.0, TEXTS_PER_HOUR
            ):
                self.violations.append(9)
                raise VkError(9)

    def consume_service(self, now: float, key: str) -> None:
        """The same for a service key, whatever it calls."""
        if _is_exhausted(self._calls.setdefault(key, deque()), now, 1.0, SERVICE_CALLS_PER_SECOND):
            self.violations.append(6)
            raise VkError(6)

    def consume_wall(self, now: float, key: str) -> None:
        """A call of ``wall.get``."""
        if _is_exhausted(self._texts.setdefault((key, "wall.get"), deque()), now, 86_400.0, WALL_READS_PER_DAY):
            self.violations.append(29)
            raise VkError(29)


def _is_exhausted(times: deque[float], now: float, window: float, most: int) -> bool:
    while times and now - times[0] >= window:
        times.popleft()
    if len(times) >= most:
        return True
    times.append(now)
    return False
