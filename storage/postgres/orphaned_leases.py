"""Release of the inbox leases of processes that have died."""

import asyncio
import logging

from storage.database import Database
from storage.postgres.connection import CHECK_INTERVAL_SECONDS

logger = logging.getLogger(__name__)


async def release_orphaned_leases(database: Database) -> None:
    """Release the leases of dead processes until cancelled, so that others handle those updates at once.

    On SQLite there is no other process, and nothing to do.
    """
    if not database.is_shared:
        await asyncio.Event().wait()
    while True:
        if (await database.agenda.load()).inbox_waits:
            async with database.begin() as uow:
                released = await uow.inbox.release_orphaned()
            if released:
                logger.warning("released the updates that a dead process had claimed", extra={"updates": released})
        await asyncio.sleep(CHECK_INTERVAL_SECONDS)
