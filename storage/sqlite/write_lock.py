"""The lock of writers on SQLite."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush


class PriorityLock:
    """A FIFO lock with a priority queue: waiters with ``priority=True`` go first."""

    def __init__(self) -> None:
        self._is_locked = False
        self._waiters: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    @asynccontextmanager
    async def acquire(self, *, priority: bool = False) -> AsyncIterator[None]:
        """Hold the lock within the block."""
        await self._acquire(priority)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, priority: bool) -> None:
        if not self._is_locked:
            self._is_locked = True
            return
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiters, (not priority, next(self._arrivals), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the lock was passed to us already
                self._release()
            raise

    def _release(self) -> None:
        while self._waiters:
            _, _, next_turn = heappop(self._waiters)
            if not next_turn.done():
                next_turn.set_result(None)
                return
        self._is_locked = False
