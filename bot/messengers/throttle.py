"""A client that waits for its turn before each call, where a messenger counts every call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.messengers.rate_limits import Rate, Window


class Turns:
    """Calls one after another as fast as *rate* allows, in the order in which they were asked for."""

    def __init__(self, rate: Rate) -> None:
        self._window = Window(rate)
        self._line = asyncio.Lock()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for the turn; the block is the call."""
        clock = asyncio.get_running_loop().time
        async with self._line:
            wait = self._window.wait(clock())
            while wait > 0:
                await asyncio.sleep(wait)
                wait = self._window.wait(clock())
            [place] = self._window.take(clock())
        try:
            yield
        finally:
            place.answered(clock())
