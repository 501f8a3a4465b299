"""The queue behind a community's long poll: numbered events, a key, and the three ways to lose one's place."""

import secrets
from dataclasses import dataclass, field
from typing import Any


@dataclass
class EventLog:
    """Events with their numbers (``ts``). A reader with a ``ts`` below *n* gets event *n*."""

    key: str = field(default_factory=lambda: secrets.token_hex(20))
    ts: int = 100
    oldest_ts: int = 100  # the lowest ts that can still be asked with
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    scheduled_failures: list[int] = field(default_factory=list)

    def append(self, event: dict[str, Any]) -> None:
        self.ts += 1
        self.events.append((self.ts, event))

    def drop_all(self) -> None:
        """Forget everything so far: a reader that has not read it gets ``failed: 1``."""
        self.ts += 1
        self.oldest_ts = self.ts
        self.events.clear()

    def read(self, key: str, ts: str) -> dict[str, Any] | None:
        """The answer to ``a_check``; ``None`` when there is nothing new yet."""
        if self.scheduled_failures:
            return self._failure(self.scheduled_failures.pop(0))
        if key != self.key:
            return {"failed": 2}
        if not ts.isdigit() or not self.oldest_ts <= int(ts) <= self.ts:
            return {"failed": 1, "ts": self.ts}
        fresh = [event for number, event in self.events if number > int(ts)]
        return {"ts": str(self.ts), "updates": fresh} if fresh else None

    def _failure(self, code: int) -> dict[str, Any]:
        if code == 1:
            self.drop_all()
            return {"failed": 1, "ts": self.ts}
        self.key = secrets.token_hex(20)
        if code == 3:
            self.drop_all()
        return {"failed": code}
