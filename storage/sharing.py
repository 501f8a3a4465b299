"""What several processes on one PostgreSQL need: one leader, and a bell that rings in all of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHANNEL, Database
from storage.uow import News

logger = logging.getLogger(__name__)

LEADER_KEY = 7_204_206_130
"""The advisory lock of the leader; any number that nobody else uses."""

TRY_EVERY = 2.0
"""Seconds between looks at the lock: a killed leader's place is free as soon as its connection is gone."""

Act = Callable[[], Awaitable[None]]


async def lead(database: Database, start: Act, stop: Act) -> None:
    """For ever: while this process is the leader what *start* started runs; *stop* ends it when the lock is lost.

    One process on SQLite is always the leader.
    """
    if not database.is_shared:
        await start()
        await asyncio.Event().wait()
    while True:
        try:
            async with database.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await _lead_once(connection, start, stop)
        except (DBAPIError, OSError) as error:
            logger.warning("leadership: the database does not answer: %s", type(error).__name__)
        await asyncio.sleep(TRY_EVERY)


async def _lead_once(connection: AsyncConnection, start: Act, stop: Act) -> None:
    got = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_KEY})
    if not got:
        return
    logger.info("this process leads now")
    try:
        await start()
        while True:
            await asyncio.sleep(TRY_EVERY)
            await connection.scalar(text("SELECT 1"))
    finally:
        await stop()


async def listen(database: Database, told: Callable[[News], None]) -> None:
    """Say whenever any process has committed news, and all at once at the beginning: nobody knows what was said before
    the line stood. Returns when the connection ends; on SQLite never."""
    if not database.is_shared:
        await asyncio.Event().wait()
    ended = asyncio.Event()
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            return
        driver.add_termination_listener(lambda _: ended.set())
        await driver.add_listener(CHANNEL, lambda *notice: told(_news(notice[-1])))
        try:
            for one in News:
                told(one)
            await ended.wait()
        finally:
            await connection.invalidate()  # a connection that listens must not go back into the pool


def _news(payload: str) -> News:
    """An older process rings without a word, a newer one may say a word that we do not know: then there is work."""
    try:
        return News(payload)
    except ValueError:
        return News.WORK
