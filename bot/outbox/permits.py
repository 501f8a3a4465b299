"""When a row's calls may leave: the courier asks before each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bot.messengers.events import ChatKind
from bot.outbox.rate_limiter import Pace, Slot

LONGEST_NAP = 0.1
"""Seconds between two looks at the pace: places may come free earlier than it seemed."""


class Turn(Protocol):
    """Asked before every call that counts."""

    def __call__(self, cost: int = 1) -> AbstractAsyncContextManager[None]:
        """Wait until *cost* messages may leave; the block is the call that sends them."""
        ...

    def close(self) -> None:
        """The row is done with; what was planned and not used is given back."""
        ...


class FreeTurn:
    """For what is no message."""

    @asynccontextmanager
    async def __call__(self, cost: int = 1) -> AsyncIterator[None]:
        yield

    def close(self) -> None:
        """Nothing was planned."""


@dataclass(slots=True)
class PacedTurn:
    """At the pace of one account. The first message is planned already, for the moment ``starts``."""

    pace: Pace
    planned: Slot | None
    chat_id: str
    kind: ChatKind
    in_a_hurry: bool
    moment: Callable[[], float]
    starts: float

    @asynccontextmanager
    async def __call__(self, cost: int = 1) -> AsyncIterator[None]:
        slot = await self._slot(cost)
        try:
            await _nap(lambda: max(slot.wait(self.moment()), self.starts - self.moment()))
            slot.begin(self.moment())
            yield
        finally:
            slot.end(self.moment())

    async def _slot(self, cost: int) -> Slot:
        slot, self.planned = self.planned, None
        if slot is not None and cost == slot.cost:
            return slot
        if slot is not None:
            slot.end(self.moment())
        await _nap(lambda: self._wait(cost))
        return self.pace.take(self.chat_id, self.kind, self.moment(), cost)

    def _wait(self, cost: int) -> float:
        return self.pace.wait(self.chat_id, self.kind, self.moment(), cost, in_a_hurry=self.in_a_hurry)

    def close(self) -> None:
        if self.planned is not None:
            self.planned.end(self.moment())


async def _nap(left: Callable[[], float]) -> None:
    """Until nothing is *left* to wait for."""
    wait = left()
    while wait > 0:
        await asyncio.sleep(min(wait, LONGEST_NAP))
        wait = left()
