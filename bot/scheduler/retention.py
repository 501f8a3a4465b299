"""Deletion of expired rows, a few at a time, so that the database does not grow without end."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.services.intake import review_queue
from bot.services.reports import official_pages
from storage.database import Database
from storage.repositories.retention import RetentionKind

RETENTION: dict[RetentionKind, timedelta] = {
    # Longer than any messenger repeats an update, shorter than the time after which Telegram may restart its ids.
    RetentionKind.UPDATES: timedelta(days=3),
    RetentionKind.DEAD_UPDATES: timedelta(days=30),
    RetentionKind.OUTBOX: timedelta(days=14),
    RetentionKind.NOTICES: timedelta(days=90),
    RetentionKind.DUE_MOMENTS: timedelta(days=90),
    RetentionKind.DAILY_KEYS: timedelta(days=90),
    RetentionKind.ACTS: timedelta(days=1),
    RetentionKind.UNREAD: timedelta(days=30),
    RetentionKind.SENT_MESSAGES: timedelta(days=365),
    RetentionKind.HELD_NOTES: timedelta(days=30),  # later the fault is over, or it is told again
    RetentionKind.BUTTONS: timedelta(days=365),
    RetentionKind.CARDS: timedelta(days=365),
}
"""Tickets and their history are the municipality's records and are kept, the words of citizens as [retention] says."""

ROWS_PER_TRANSACTION = 500
"""Rows that one transaction deletes: other writers wait for a few milliseconds."""

PAGES_PER_TRANSACTION = 256
"""Pages of the SQLite file (4 KB each) that one transaction frees."""

PAUSE_SECONDS = 0.02
"""Seconds between two transactions, for the benefit of other writers."""

MAX_TRANSACTIONS_PER_RUN = 400
"""Transactions of one run. The next run deletes the rest, so that a first cleaning does not stop the bot."""


@dataclass(slots=True)
class Cleaner:
    """One run of the deletion."""

    database: Database
    clock: Clock
    erasure_proofs_kept: timedelta = timedelta(days=3 * 365)

    async def run(self) -> None:
        """Delete expired rows, at most MAX_TRANSACTIONS_PER_RUN transactions."""
        now = self.clock.now()
        async with self.database.begin() as uow:
            await uow.dialogs.delete_expired(now)
            await uow.official_pages.delete_older_than(now - official_pages.MAX_COMMENT_AGE)
            await uow.review_queue.expire(now - review_queue.RETENTION, now)
        left = MAX_TRANSACTIONS_PER_RUN
        for kind, keep in (RETENTION | {RetentionKind.ERASURES: self.erasure_proofs_kept}).items():
            left = await self._delete_expired(kind, now - keep, left)
        while left > 0 and await self.database.vacuum(PAGES_PER_TRANSACTION):
            left -= 1
            await asyncio.sleep(PAUSE_SECONDS)
        await self.database.checkpoint()

    async def _delete_expired(self, kind: RetentionKind, before: datetime, transactions_left: int) -> int:
        """Delete rows older than *before* and return how many transactions are left."""
        while transactions_left > 0:
            transactions_left -= 1
            async with self.database.begin() as uow:
                deleted = await uow.retention.delete_expired(kind, before, ROWS_PER_TRANSACTION)
            if deleted < ROWS_PER_TRANSACTION:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return transactions_left
