"""What was once needed goes, so that the database does not grow without end: a few rows at a time, beside the work."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.services.intake import review_queue
from bot.services.reports import official_pages
from storage.database import Database
from storage.repositories.retention import Kind

KEEP: Mapping[Kind, timedelta] = {
    # Longer than any messenger repeats an update, shorter than Telegram's ids may start anew.
    Kind.UPDATES: timedelta(days=3),
    Kind.DEAD_UPDATES: timedelta(days=30),
    Kind.OUTGOING: timedelta(days=14),
    Kind.NOTICES: timedelta(days=90),
    Kind.MOMENTS: timedelta(days=90),
    Kind.DAYS: timedelta(days=90),
    Kind.LETTERS: timedelta(days=365),
    Kind.CARDS: timedelta(days=365),
    Kind.HISTORY: timedelta(days=3 * 365),
}
"""Tickets, citizens' messages and answers stay: they are the municipality's records."""

AT_ONCE = 500
"""Rows that one transaction deletes: a few milliseconds in which nobody else writes."""

PAGES = 256
"""Pages of the file (4 KB each) that are given back in one transaction."""

BREATH = 0.02
"""Seconds between two transactions: everybody else comes first."""

MOST = 400
"""Transactions of one round. What is left goes in the next: a database that was never cleaned need not stop for it."""


@dataclass(slots=True)
class Cleaner:
    """Wakes now and then."""

    database: Database
    clock: Clock

    async def sweep(self) -> None:
        """One round."""
        now = self.clock.now()
        async with self.database.begin() as uow:
            await uow.dialogs.purge(now)
            await uow.pages.forget(now - official_pages.LOOK_BACK)
            await uow.doubts.leave(now - review_queue.KEEP, now)
        left = MOST
        for kind, keep in KEEP.items():
            left = await self._forget(kind, now - keep, left)
        while left > 0 and await self.database.shrink(PAGES):
            left -= 1
            await asyncio.sleep(BREATH)
        await self.database.settle()

    async def _forget(self, kind: Kind, before: datetime, left: int) -> int:
        """How many transactions are left afterwards."""
        while left > 0:
            left -= 1
            async with self.database.begin() as uow:
                gone = await uow.retention.forget(kind, before, AT_ONCE)
            if gone < AT_ONCE:
                break
            await asyncio.sleep(BREATH)
        return left
