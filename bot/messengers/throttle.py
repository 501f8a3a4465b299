"""A client that waits for its turn before each call, where a messenger counts every call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.messengers.rate_limits import Rate, SlidingWindow


class Throttle:
    """Calls one after another as fast as *rate* allows, in the order in which they were asked for."""

    def __init__(self, rate: Rate) -> None:
        self._window = SlidingWindow(rate)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for the turn; the block is the call."""
        clock = asyncio.get_running_loop().time
        async with self._lock:
            wait = self._window.delay(clock())
            while wait > 0:
                await asyncio.sleep(wait)
                wait = self._window.delay(clock())
            [place] = self._window.acquire(clock())
        try:
            yield
        finally:
            place.on_answered(clock())
