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
    versions: tuple[int, int] | None = None  # the served versions of the protocol, once one must be named

    def append(self, event: dict[str, Any]) -> None:
        self.ts += 1
        self.events.append((self.ts, event))

    def drop_all(self) -> None:
        """Forget everything so far: a reader that has not read it gets ``failed: 1``."""
        self.ts += 1
        self.oldest_ts = self.ts
        self.events.clear()

    def read(self, key: str, ts: str, version: str = "") -> dict[str, Any] | None:
        """The answer to ``a_check``; ``None`` when there is nothing new yet."""
        if self.scheduled_failures:
            return self._failure(self.scheduled_failures.pop(0))
        if self.versions and not (version.isdigit() and self.versions[0] <= int(version) <= self.versions[1]):
            return self._failure(4)
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
        if code == 4:
            self.versions = self.versions or (2, 3)
            return {"failed": 4, "min_version": self.versions[0], "max_version": self.versions[1]}
        self.key = secrets.token_hex(20)
        if code == 3:
            self.drop_all()
        return {"failed": code}
