"""Who may write: one at a time, in the order in which they came, but for those who are let in first."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush


class PriorityLock:
    """A lock with two queues. Whoever holds up others while he waits goes before those who hold up nobody."""

    def __init__(self) -> None:
        self._is_locked = False
        self._waiters: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    @asynccontextmanager
    async def acquire(self, *, priority: bool = False) -> AsyncIterator[None]:
        """Alone within the block."""
        await self._acquire(priority)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, priority: bool) -> None:
        if not self._is_locked:
            self._is_locked = True
            return
        mine = asyncio.get_running_loop().create_future()
        heappush(self._waiters, (not priority, next(self._arrivals), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it was our turn already
                self._release()
            raise

    def _release(self) -> None:
        while self._waiters:
            _, _, following = heappop(self._waiters)
            if not following.done():
                following.set_result(None)
                return
        self._is_locked = False
