"""One message on its way at a time, where a repetition shows.

Telegram and MAX have no key that makes a repeated send harmless. Whatever was sent and not yet written down when the
machine dies is sent again at the next start: with one message at a time between sending and writing down, that is one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MAX_WAIT_SECONDS = 1.0
"""Seconds after which others do not wait any longer for a call that hangs, or a large photo. People's time is worth
more than a repetition after a crash in just this moment."""


@dataclass(slots=True)
class InFlightMessage:
    """A message that is on its way, or has arrived and is not written down."""

    wait_until: float
    is_accepted: bool = False
    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    def mark_accepted(self) -> None:
        """The messenger has it: now it is only we who can be slow, and that is waited for."""
        self.is_accepted = True


@dataclass(slots=True)
class InFlightGuard:
    """Of each account of ours."""

    max_wait_seconds: float = MAX_WAIT_SECONDS
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _current: dict[str, InFlightMessage] = field(default_factory=dict)

    @asynccontextmanager
    async def acquire(self, account: str) -> AsyncIterator[InFlightMessage]:
        """Wait for the message before, in order; hold up the next until the block ends."""
        loop = asyncio.get_running_loop()
        async with self._locks[account]:
            before = self._current.get(account)
            if before is not None:
                await _wait_until_recorded(before)
            mine = self._current[account] = InFlightMessage(loop.time() + self.max_wait_seconds)
        try:
            yield mine
        finally:
            mine.recorded.set()
            if self._current.get(account) is mine:
                del self._current[account]


async def _wait_until_recorded(message: InFlightMessage) -> None:
    """Until it is written down, which takes as long as the database refuses; a call that hangs is left behind."""
    try:
        async with asyncio.timeout_at(message.wait_until):
            await message.recorded.wait()
    except TimeoutError:
        if message.is_accepted:
            await message.recorded.wait()
