"""The distance between the bot and a messenger: a way there, a way back, and answers that hang."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

_POLL_ENDINGS = ("/getUpdates", "/updates")


@dataclass(slots=True)
class Distance:
    """Delays of every call. Half of *round_trip* (seconds) passes before the messenger gets the call, half afterwards.

    Each half varies by up to *jitter* (a share of it). Of the calls that are no polls, *hang_share* are carried out in
    time and answered *hang_seconds* late.
    """

    round_trip: float = 0.0
    jitter: float = 0.0
    hang_share: float = 0.0
    hang_seconds: float = 10.0
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311 - the same run each time

    @asynccontextmanager
    async def travel(self, path: str) -> AsyncIterator[None]:
        """Pass the way there, let the messenger carry the call out, and pass the way back."""
        await self._pass_half()
        yield
        if self.hang_share and not path.endswith(_POLL_ENDINGS) and self.random.random() < self.hang_share:
            await asyncio.sleep(self.hang_seconds)
        await self._pass_half()

    async def _pass_half(self) -> None:
        if self.round_trip:
            await asyncio.sleep(self.round_trip / 2 * self.random.uniform(1.0, 1.0 + self.jitter))
