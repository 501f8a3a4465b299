"""Permission to make the calls of one outbox row, at the rate that its account and chat allow."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.messengers.events import ChatKind
from bot.outbox.rate_limiter import RateLimiter, Reservation

MAX_SLEEP_SECONDS = 0.1
"""Seconds between two questions to the rate limiter: there may be room earlier than it seemed."""


@dataclass(slots=True)
class Permit:
    """The permit of one row; its first message is reserved already, for ``planned_start``."""

    limiter: RateLimiter
    reservation: Reservation | None
    chat_id: str
    kind: ChatKind
    interactive: bool
    monotonic: Callable[[], float]
    planned_start: float

    @asynccontextmanager
    async def __call__(self, cost: int = 1) -> AsyncIterator[None]:
        """Wait until *cost* messages may leave; the block is the call that sends them."""
        reservation = await self._reserve(cost)
        try:
            await _sleep_until(lambda: max(reservation.delay(self.monotonic()), self.planned_start - self.monotonic()))
            reservation.start(self.monotonic())
            yield
        finally:
            reservation.finish(self.monotonic())

    async def _reserve(self, cost: int) -> Reservation:
        reservation, self.reservation = self.reservation, None
        if reservation is not None and cost == reservation.cost:
            return reservation
        if reservation is not None:
            reservation.finish(self.monotonic())
        await _sleep_until(lambda: self._delay(cost))
        return self.limiter.reserve(self.chat_id, self.kind, self.monotonic(), cost)

    def _delay(self, cost: int) -> float:
        return self.limiter.delay(self.chat_id, self.kind, self.monotonic(), cost, interactive=self.interactive)

    def close(self) -> None:
        """Give back a reservation that was not used."""
        if self.reservation is not None:
            self.reservation.finish(self.monotonic())


async def _sleep_until(seconds_left: Callable[[], float]) -> None:
    """Sleep until *seconds_left* returns 0."""
    wait = seconds_left()
    while wait > 0:
        await asyncio.sleep(min(wait, MAX_SLEEP_SECONDS))
        wait = seconds_left()
