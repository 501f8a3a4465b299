"""Rate limiter, in-flight window and permits together, on virtual time: a full queue leaves at the limit."""

import asyncio
import itertools
from dataclasses import dataclass, field
from random import Random

import pytest

from bot.messengers.events import ChatKind
from bot.messengers.telegram.messenger import CAPABILITIES
from bot.outbox.in_flight import InFlightWindow
from bot.outbox.permits import Permit
from bot.outbox.rate_limiter import RateLimiter
from tests.virtual_loop import run_virtually

LOOKAHEAD_SECONDS = 0.2
RECORD_SECONDS, HANG_SECONDS, MESSAGES = 0.015, 10.0, 2_000
GAP_SECONDS = 0.1
"""Three messages' time: so long nothing leaves, although everything waits."""


@dataclass
class Queue:
    """A queue to officials that is never empty, and a messenger *round_trip* seconds away where some answers hang."""

    round_trip: float
    hang_share: float
    random: Random = field(default_factory=lambda: Random(8))
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(CAPABILITIES.rate_limits))
    window: InFlightWindow = field(default_factory=lambda: InFlightWindow(30.0))
    arrived: list[float] = field(default_factory=list)

    async def drain(self) -> None:
        """Send `MESSAGES`, each to a chat of its own, as the outbox does."""
        async with asyncio.TaskGroup() as group:
            loop, left = asyncio.get_running_loop(), iter(range(MESSAGES))
            while len(self.arrived) < MESSAGES:
                now = loop.time()
                for number in itertools.islice(left, self.limiter.capacity(now, LOOKAHEAD_SECONDS)):
                    group.create_task(self._send(str(number), now, loop))
                await asyncio.sleep(0.05)

    async def _send(self, chat: str, now: float, loop: asyncio.AbstractEventLoop) -> None:
        start = now + self.limiter.delay(chat, ChatKind.PRIVATE, now)
        reservation = self.limiter.reserve(chat, ChatKind.PRIVATE, start)
        permit = Permit(self.limiter, reservation, chat, ChatKind.PRIVATE, False, loop.time, start)
        await permit.reserve()
        async with self.window.acquire() as message:
            async with permit.call():
                message.mark_begun()
                await self._pass_half()
                self.arrived.append(loop.time())
                if self.random.random() < self.hang_share:
                    await asyncio.sleep(HANG_SECONDS)
                await self._pass_half()
            message.mark_accepted()
            await asyncio.sleep(RECORD_SECONDS)

    async def _pass_half(self) -> None:
        await asyncio.sleep(0.002 + self.round_trip / 2 * self.random.uniform(1.0, 1.1))

    def steady(self) -> list[float]:
        """Return the moments of the middle half, which the benchmark measures."""
        return sorted(self.arrived)[MESSAGES // 4 : MESSAGES * 3 // 4]


@pytest.mark.parametrize("round_trip", [0.0, 0.05, 0.15, 0.3])
def test_queue_leaves_at_the_limit_at_every_distance_although_one_answer_in_a_hundred_hangs(round_trip: float) -> None:
    queue = Queue(round_trip, hang_share=0.01)
    run_virtually(queue.drain())
    moments, steady = sorted(queue.arrived), queue.steady()
    took = steady[-1] - steady[0]
    assert (len(steady) - 1) / took >= 0.95 * 30
    assert all(later - earlier >= 1.0 for earlier, later in zip(moments, moments[30:], strict=False))
    gaps = (later - earlier for earlier, later in itertools.pairwise(steady))
    assert sum(gap for gap in gaps if gap > GAP_SECONDS) / took < 0.05
