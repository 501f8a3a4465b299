"""One message on its way at a time, where a repetition shows.

Telegram and MAX have no key that makes a repeated send harmless. Whatever was sent and not yet written down when the
machine dies is sent again at the next start: with one message at a time between sending and writing down, that is one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LONGEST = 1.0
"""Seconds after which others do not wait any longer: a call that hangs, a large photo. People's time is worth
more than a repetition after a crash in just this moment."""


@dataclass(slots=True)
class _Message:
    over: asyncio.Event
    until: float


@dataclass(slots=True)
class Exposure:
    """Of each account of ours."""

    longest: float = LONGEST
    _queues: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _present: dict[str, _Message] = field(default_factory=dict)

    @asynccontextmanager
    async def take(self, account: str) -> AsyncIterator[None]:
        """Wait for the message before, in order; hold up the next until the block ends."""
        loop = asyncio.get_running_loop()
        async with self._queues[account]:
            before = self._present.get(account)
            if before is not None:
                await _wait(before.over, before.until - loop.time())
            mine = self._present[account] = _Message(asyncio.Event(), loop.time() + self.longest)
        try:
            yield
        finally:
            mine.over.set()
            if self._present.get(account) is mine:
                del self._present[account]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
