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
"""Seconds after which others do not wait any longer for a call that hangs, or a large photo. People's time is worth
more than a repetition after a crash in just this moment."""


@dataclass(slots=True)
class Exposed:
    """A message that is on its way, or has arrived and is not written down."""

    until: float
    has_arrived: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def arrive(self) -> None:
        """The messenger has it: now it is only we who can be slow, and that is waited for."""
        self.has_arrived = True


@dataclass(slots=True)
class Exposure:
    """Of each account of ours."""

    longest: float = LONGEST
    _queues: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _present: dict[str, Exposed] = field(default_factory=dict)

    @asynccontextmanager
    async def take(self, account: str) -> AsyncIterator[Exposed]:
        """Wait for the message before, in order; hold up the next until the block ends."""
        loop = asyncio.get_running_loop()
        async with self._queues[account]:
            before = self._present.get(account)
            if before is not None:
                await _end_of(before)
            mine = self._present[account] = Exposed(loop.time() + self.longest)
        try:
            yield mine
        finally:
            mine.over.set()
            if self._present.get(account) is mine:
                del self._present[account]


async def _end_of(message: Exposed) -> None:
    """Until it is written down, which takes as long as the database refuses; a call that hangs is left behind."""
    try:
        async with asyncio.timeout_at(message.until):
            await message.over.wait()
    except TimeoutError:
        if message.has_arrived:
            await message.over.wait()
