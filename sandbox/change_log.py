"""Something happened: the one place where long polls, tests and the page wait for news."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

RECHECK_SECONDS = 0.5
"""Seconds after which a condition is looked at again without a change."""


class ChangeLog:
    """Counts changes of the sandbox's state and wakes tasks that wait for the next one."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.revision = 0
        self._changed = asyncio.Condition()
        self._now = now or (lambda: datetime.now(UTC))  # noqa: TID251 - the sandbox plays the outer world

    def now(self) -> datetime:
        """The sandbox's idea of time, aware, in UTC."""
        return self._now()

    async def notify(self) -> None:
        """Tell everybody that the state has changed."""
        async with self._changed:
            self.revision += 1
            self._changed.notify_all()

    async def wait_for_change(self, revision: int, seconds: float) -> int:
        """Wait until something newer than *revision* happened, at most *seconds*; the present revision."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.revision > revision)
        except TimeoutError:
            pass
        return self.revision

    async def wait_until(self, predicate: Callable[[], T], seconds: float = 10.0) -> T:
        """Wait until *predicate* returns something true, and return it; ``TimeoutError`` after *seconds*.

        It is asked after every change, and twice a second: a call that waits for news itself, as a poll does, changes
        nothing until it ends.
        """
        async with asyncio.timeout(seconds):
            while not (seen := predicate()):
                await self.wait_for_change(self.revision, RECHECK_SECONDS)
            return seen
