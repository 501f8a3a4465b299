"""How fast a bot may write, when somebody wants that to matter."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

from sandbox.telegram.errors import too_many

_OVERALL = (30, timedelta(seconds=1))
_PER_CHAT = (1, timedelta(seconds=1))
_PER_GROUP = (20, timedelta(minutes=1))


class RateLimits:
    """30 messages a second in all, one a second in a chat, 20 a minute in a group."""

    def __init__(self) -> None:
        self._written: dict[str, deque[datetime]] = defaultdict(deque)

    def spend(self, chat_id: str, now: datetime) -> None:
        """Count one message, or refuse it: then nothing is counted."""
        counters = [("*", _OVERALL), (chat_id, _PER_CHAT)]
        if chat_id.startswith(("-", "@")):
            counters.append((f"minute:{chat_id}", _PER_GROUP))
        for key, (most, window) in counters:
            written = self._written[key]
            while written and written[0] <= now - window:
                written.popleft()
            if len(written) >= most:
                raise too_many(max(1, ceil((written[0] + window - now).total_seconds())))
        for key, _ in counters:
            self._written[key].append(now)
