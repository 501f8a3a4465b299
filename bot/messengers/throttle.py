"""A client-side rate limit, for messengers that count every call; ADR 3 says why the bot uses no library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.messengers.rate_limits import Rate, SlidingWindow


class Throttle:
    """A FIFO queue that lets calls start as fast as *rate* allows."""

    def __init__(self, rate: Rate) -> None:
        self._window = SlidingWindow(rate)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def slot(self, calls: int = 1) -> AsyncIterator[None]:
        """Wait until *calls* more are allowed; the caller makes them inside the block."""
        clock = asyncio.get_running_loop().time
        async with self._lock:
            wait = self._window.delay(clock(), calls)
            while wait > 0:
                await asyncio.sleep(wait)
                wait = self._window.delay(clock(), calls)
            began = clock()
            slots = self._window.acquire(began, calls)
        try:
            yield
        finally:
            ended = clock()
            if calls == 1:  # several calls in one block say nothing about one
                self._window.trips.record(ended, ended - began)
            for one in slots:
                one.on_answered(ended)
