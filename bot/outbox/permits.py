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

    async def reserve(self, cost: int = 1) -> None:
        """Wait until the turn of a call of *cost* messages has come, by the rate alone; `call` makes it."""
        if self.reservation is not None and cost != self.reservation.cost:
            self.close()
        if self.reservation is None:
            self.planned_start = self.monotonic() + self._delay(cost)
            self.reservation = self._reserve(cost)
        await _sleep_until(lambda: self.planned_start - self.monotonic())

    def leave_queue(self) -> None:
        """Let others be reserved meanwhile: the reserved call waits for something else than its rate."""
        if self.reservation is not None:
            self.reservation.leave_queue()

    def _reserve(self, cost: int) -> Reservation:
        return self.limiter.reserve(self.chat_id, self.kind, self.planned_start, cost, interactive=self.interactive)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Wait until the reserved call may leave; the block is the call."""
        reservation, self.reservation = self.reservation, None
        if reservation is None:
            raise RuntimeError("nothing is reserved")
        try:
            await _sleep_until(lambda: reservation.delay(self.monotonic()))
            reservation.start(self.monotonic())
            yield
        finally:
            reservation.finish(self.monotonic())

    def _delay(self, cost: int) -> float:
        return self.limiter.delay(self.chat_id, self.kind, self.monotonic(), cost, interactive=self.interactive)

    def close(self) -> None:
        """Give back a reservation that was not used."""
        if self.reservation is not None:
            self.reservation.finish(self.monotonic())
            self.reservation = None


async def _sleep_until(seconds_left: Callable[[], float]) -> None:
    """Sleep until *seconds_left* returns 0."""
    wait = seconds_left()
    while wait > 0:
        await asyncio.sleep(min(wait, MAX_SLEEP_SECONDS))
        wait = seconds_left()
