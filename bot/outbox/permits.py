"""When a row's calls may leave: the courier asks before each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bot.messengers.events import ChatKind
from bot.outbox.rate_limiter import RateLimiter, Reservation

MAX_SLEEP_SECONDS = 0.1
"""Seconds between two looks at the pace: places may come free earlier than it seemed."""


class Permit(Protocol):
    """Asked before every call that counts."""

    def __call__(self, cost: int = 1) -> AbstractAsyncContextManager[None]:
        """Wait until *cost* messages may leave; the block is the call that sends them."""
        ...

    def close(self) -> None:
        """The row is done with; what was planned and not used is given back."""
        ...


class UnlimitedPermit:
    """For what is no message."""

    @asynccontextmanager
    async def __call__(self, cost: int = 1) -> AsyncIterator[None]:
        yield

    def close(self) -> None:
        """Nothing was planned."""


@dataclass(slots=True)
class RateLimitedPermit:
    """At the pace of one account. The first message is planned already, for the moment ``starts``."""

    limiter: RateLimiter
    reservation: Reservation | None
    chat_id: str
    kind: ChatKind
    interactive: bool
    monotonic: Callable[[], float]
    planned_start: float

    @asynccontextmanager
    async def __call__(self, cost: int = 1) -> AsyncIterator[None]:
        slot = await self._reserve(cost)
        try:
            await _sleep_until(lambda: max(slot.delay(self.monotonic()), self.planned_start - self.monotonic()))
            slot.start(self.monotonic())
            yield
        finally:
            slot.finish(self.monotonic())

    async def _reserve(self, cost: int) -> Reservation:
        slot, self.reservation = self.reservation, None
        if slot is not None and cost == slot.cost:
            return slot
        if slot is not None:
            slot.finish(self.monotonic())
        await _sleep_until(lambda: self._delay(cost))
        return self.limiter.reserve(self.chat_id, self.kind, self.monotonic(), cost)

    def _delay(self, cost: int) -> float:
        return self.limiter.delay(self.chat_id, self.kind, self.monotonic(), cost, interactive=self.interactive)

    def close(self) -> None:
        if self.reservation is not None:
            self.reservation.finish(self.monotonic())


async def _sleep_until(seconds_left: Callable[[], float]) -> None:
    """Until nothing is *left* to wait for."""
    wait = seconds_left()
    while wait > 0:
        await asyncio.sleep(min(wait, MAX_SLEEP_SECONDS))
        wait = seconds_left()
