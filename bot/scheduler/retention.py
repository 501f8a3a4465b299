"""What was once needed goes, so that the database does not grow without end: a few rows at a time, beside the work."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.services.intake import review_queue
from bot.services.reports import official_pages
from storage.database import Database
from storage.repositories.retention import RetentionKind

RETENTION: Mapping[RetentionKind, timedelta] = {
    # Longer than any messenger repeats an update, shorter than Telegram's ids may start anew.
    RetentionKind.UPDATES: timedelta(days=3),
    RetentionKind.DEAD_UPDATES: timedelta(days=30),
    RetentionKind.OUTBOX: timedelta(days=14),
    RetentionKind.NOTICES: timedelta(days=90),
    RetentionKind.DUE_MOMENTS: timedelta(days=90),
    RetentionKind.DAILY_KEYS: timedelta(days=90),
    RetentionKind.SENT_MESSAGES: timedelta(days=365),
    RetentionKind.CARDS: timedelta(days=365),
    RetentionKind.AUDIT_LOG: timedelta(days=3 * 365),
}
"""Tickets, citizens' messages and answers stay: they are the municipality's records."""

ROWS_PER_TRANSACTION = 500
"""Rows that one transaction deletes: a few milliseconds in which nobody else writes."""

PAGES_PER_TRANSACTION = 256
"""Pages of the file (4 KB each) that are given back in one transaction."""

PAUSE_SECONDS = 0.02
"""Seconds between two transactions: everybody else comes first."""

MAX_TRANSACTIONS_PER_RUN = 400
"""Transactions of one round. What is left goes in the next: a database that was never cleaned need not stop for it."""


@dataclass(slots=True)
class Cleaner:
    """Wakes now and then."""

    database: Database
    clock: Clock

    async def run(self) -> None:
        """One round."""
        now = self.clock.now()
        async with self.database.begin() as uow:
            await uow.dialogs.delete_expired(now)
            await uow.official_pages.delete_older_than(now - official_pages.MAX_COMMENT_AGE)
            await uow.review_queue.expire(now - review_queue.RETENTION, now)
        left = MAX_TRANSACTIONS_PER_RUN
        for kind, keep in RETENTION.items():
            left = await self._delete_expired(kind, now - keep, left)
        while left > 0 and await self.database.vacuum(PAGES_PER_TRANSACTION):
            left -= 1
            await asyncio.sleep(PAUSE_SECONDS)
        await self.database.checkpoint()

    async def _delete_expired(self, kind: RetentionKind, before: datetime, transactions_left: int) -> int:
        """How many transactions are left afterwards."""
        while transactions_left > 0:
            transactions_left -= 1
            async with self.database.begin() as uow:
                gone = await uow.retention.delete_expired(kind, before, ROWS_PER_TRANSACTION)
            if gone < ROWS_PER_TRANSACTION:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return transactions_left
