"""At most one unrecorded message per account, for messengers that show repeated sends.

Telegram and MAX have no key that makes a repeated send harmless. A message that was sent but not recorded when the
process dies is sent again at the next start: with one such message at a time, a crash repeats one message at most.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MAX_WAIT_SECONDS = 1.0
"""Seconds that the next message waits for a call that hangs, or a large photo. People's time is worth more than a
repetition after a crash at this very moment."""


@dataclass(slots=True)
class InFlightMessage:
    """A message that is being sent, or has been sent and is not recorded."""

    max_wait_seconds: float
    wait_until: float = 0.0
    is_accepted: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    def mark_begun(self) -> None:
        """Record that the call begins: the time that others wait for it is counted from now.

        What comes before, as a look into a busy database, repeats nothing, and must not let two messages leave at once.
        """
        self.wait_until = asyncio.get_running_loop().time() + self.max_wait_seconds
        self.begun.set()

    def mark_accepted(self) -> None:
        """Record that the messenger has confirmed the message: the next one waits until it is recorded."""
        self.is_accepted = True


@dataclass(slots=True)
class InFlightGuard:
    """The guards of all accounts."""

    max_wait_seconds: float = MAX_WAIT_SECONDS
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _current: dict[str, InFlightMessage] = field(default_factory=dict)

    @asynccontextmanager
    async def acquire(self, account: str) -> AsyncIterator[InFlightMessage]:
        """Wait in order for the previous message; the next one waits until the block ends."""
        async with self._locks[account]:
            before = self._current.get(account)
            if before is not None:
                await _wait_until_recorded(before)
            mine = self._current[account] = InFlightMessage(self.max_wait_seconds)
        try:
            yield mine
        finally:
            mine.begun.set()
            mine.recorded.set()
            if self._current.get(account) is mine:
                del self._current[account]


async def _wait_until_recorded(message: InFlightMessage) -> None:
    """Wait until *message* is recorded, or until `wait_until` if the messenger has not confirmed it by then."""
    await message.begun.wait()
    try:
        async with asyncio.timeout_at(message.wait_until):
            await message.recorded.wait()
    except TimeoutError:
        if message.is_accepted:
            await message.recorded.wait()
