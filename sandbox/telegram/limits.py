"""Telegram's rate limits, enforced if switched on.

core.telegram.org/bots/faq: 30 messages a second in all; one a second in a chat, where short bursts may go over it; 20 a
minute in a group. Its developers add that edits count like messages, and answers to presses not at all. The length of
a burst is not documented: here it is ten messages.
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

from sandbox.telegram.errors import too_many_requests

OVERALL_LIMIT = (30, timedelta(seconds=1))
GROUP_LIMIT = (20, timedelta(minutes=1))
CHAT_INTERVAL = timedelta(seconds=1)
CHAT_BURST = 10


class RateLimits:
    """Counts what is written; ``violations``: what was refused (or, with ``refuses`` off, would have been)."""

    def __init__(self) -> None:
        self.refuses = False
        self.violations: list[str] = []
        self._written: dict[str, deque[datetime]] = defaultdict(deque)
        self._due: dict[str, datetime] = {}

    def consume(self, chat_id: str, now: datetime, messages: int = 1) -> None:
        """Count *messages*, or refuse them: then nothing is counted."""
        windows = [("*", OVERALL_LIMIT)]
        if chat_id.startswith(("-", "@")):
            windows.append((chat_id, GROUP_LIMIT))
        waits = {name: self._until_free(name, *limit, now, messages) for name, limit in windows}
        next_at = max(self._due.get(chat_id, now), now)
        waits[f"burst:{chat_id}"] = next_at + CHAT_INTERVAL * (messages - CHAT_BURST) - now
        name, wait = max(waits.items(), key=lambda item: item[1])
        if wait > timedelta():
            self.violations.append(name)
            if self.refuses:
                raise too_many_requests(max(1, ceil(wait.total_seconds())))
        for name, _ in windows:
            self._written[name].extend([now] * messages)
        self._due[chat_id] = next_at + CHAT_INTERVAL * messages

    def _until_free(self, name: str, most: int, window: timedelta, now: datetime, messages: int) -> timedelta:
        written = self._written[name]
        while written and written[0] <= now - window:
            written.popleft()
        over = len(written) + messages - most
        return written[over - 1] + window - now if 0 < over <= len(written) else timedelta()
