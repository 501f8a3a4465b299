"""Who starts a life that shall end, ends it, and counts."""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from crashtest.bot_process import Life, Lives
from crashtest.failpoints import Doom, Point
from crashtest.fork_server import ARM

NEVER_MET = 6.0
"""Seconds after which a process that has not come to its point is killed where it is."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who lives, and how it shall end."""

    lives: Lives
    life: Life
    doom: Doom


@dataclass(slots=True)
class Death:
    """*quick*: what is killed at random has its libraries imported already, so that it lives when it dies, and not only
    starts."""

    random: Random
    quick: bool
    times: Counter[Point] = field(default_factory=Counter)
    odd_ends: list[str] = field(default_factory=list)
    """Lives that have ended otherwise than they should."""

    async def promise(self, lives: Lives, doom: Doom) -> Seat:
        """A life begins."""
        if doom.point is Point.ANYWHERE and not self.quick:
            return Seat(lives, await lives.start(), doom)
        return Seat(lives, await lives.start_doomed(doom), doom)

    async def take(self, seat: Seat) -> None:
        """Wait until it dies by its doom, or end it."""
        life, longest, met = seat.life, NEVER_MET, seat.doom.point
        if met is Point.ANYWHERE:
            longest = self.random.uniform(0.1, 1.5) if self.quick else self.random.uniform(0.3, 5.0)
        elif not seat.doom.armed:
            life.signal(ARM)
        try:
            async with asyncio.timeout(longest):
                await life.end()
        except TimeoutError:
            met = Point.ANYWHERE
            life.signal(signal.SIGKILL)
        code = await life.end()
        self.times[met] += 1
        if code != -signal.SIGKILL:
            self.odd_ends.append(f"a life ended by itself: {code}")

    async def spare(self, life: Life) -> None:
        """Stop it as people do."""
        life.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(10):
                code = await life.end()
        except TimeoutError:
            life.signal(signal.SIGKILL)
            code = await life.end()
        if code != 0:
            self.odd_ends.append(f"a life did not end cleanly: {code}")
