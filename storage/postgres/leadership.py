"""Leader election among the processes on one PostgreSQL."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import DATABASE_ERRORS
from storage.postgres.connection import CHECK_INTERVAL_SECONDS, RESPONSE_TIMEOUT_SECONDS, SET_KEEPALIVE

logger = logging.getLogger(__name__)

LEADER_LOCK_ID = 7_204_206_130
"""The leader's advisory lock: an arbitrary number that no other program uses."""

AsyncCallback = Callable[[], Awaitable[None]]


async def run_as_leader(database: Database, start: AsyncCallback, stop: AsyncCallback) -> None:
    """Compete for leadership until cancelled: call *start* when the lock is won, *stop* when it is lost.

    A process on SQLite is always the leader.
    """
    if not database.is_shared:
        await start()
        await asyncio.Event().wait()
    while True:
        try:
            async with database.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql(SET_KEEPALIVE)
                await _lead_until_lost(connection, start, stop)
        except DATABASE_ERRORS as error:
            logger.warning("leadership: the database does not answer: %s", type(error).__name__)
        await asyncio.sleep(CHECK_INTERVAL_SECONDS)


async def has_leader(database: Database) -> bool:
    """Return whether a process of the bot works on this server's database."""
    async with database.engine.connect() as connection:
        got = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK_ID})
        await connection.invalidate()  # in the pool it would keep the lock
    return not got


async def _lead_until_lost(connection: AsyncConnection, start: AsyncCallback, stop: AsyncCallback) -> None:
    got = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK_ID})
    if not got:
        return
    logger.info("this process leads now")
    try:
        await start()
        while True:
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)
            async with asyncio.timeout(RESPONSE_TIMEOUT_SECONDS):
                await connection.scalar(text("SELECT 1"))
    finally:
        await stop()
        await connection.invalidate()  # in the pool it would keep the lock, and there would be no leader
