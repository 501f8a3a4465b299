"""What several processes on one PostgreSQL need: one leader, a bell that rings in all of them, and heirs for what one
that has died had in hand."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import CHANNEL, Database
from storage.errors import FAILURES
from storage.repositories.base import PRESENCE
from storage.unit_of_work import News

logger = logging.getLogger(__name__)

LEADER_KEY = 7_204_206_130
"""The advisory lock of the leader; any number that nobody else uses."""

TRY_EVERY = 2.0
"""Seconds between looks at the lock: a killed leader's place is free as soon as its connection is gone."""

PATIENCE = 5.0
"""Seconds that the server may take to answer on the two lines that stand: whoever waits longer has lost it."""

_KEEPALIVE = (
    "SELECT set_config('tcp_keepalives_idle', '4', false), set_config('tcp_keepalives_interval', '2', false),"
    " set_config('tcp_keepalives_count', '2', false)"
)
"""So the server finds out within eight seconds when a whole machine is gone. One whose process is killed says so."""

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
                await connection.exec_driver_sql(_KEEPALIVE)
                await _lead_once(connection, start, stop)
        except FAILURES as error:
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
            async with asyncio.timeout(PATIENCE):
                await connection.scalar(text("SELECT 1"))
    finally:
        await stop()
        await connection.invalidate()  # in the pool it would keep the lock, and nobody would lead


async def listen(database: Database, told: Callable[[News], None]) -> None:
    """Say whenever any process has committed news, and all at once at the beginning: nobody knows what was said before
    the line stood. While it stands others see that this process lives (:attr:`Database.presence`). Returns when the
    connection ends; on SQLite never."""
    if not database.is_shared:
        await asyncio.Event().wait()
    ended = asyncio.Event()
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            return
        driver.add_termination_listener(lambda _: ended.set())
        try:
            await driver.execute(_KEEPALIVE)
            while database.presence is None:
                number = secrets.randbelow(2**31)
                if await driver.fetchval("SELECT pg_try_advisory_lock($1, $2)", PRESENCE, number):
                    database.presence = number
            await driver.add_listener(CHANNEL, lambda *notice: told(_news(notice[-1])))
            for one in News:
                told(one)
            while not await _comes(ended, TRY_EVERY):
                await driver.execute("SELECT 1", timeout=PATIENCE)
        finally:
            database.presence = None
            await connection.invalidate()  # a connection that listens must not go back into the pool


async def _comes(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def inherit(database: Database) -> None:
    """For ever: updates that a process had in hand when it died go to the others at once. On SQLite nobody inherits."""
    if not database.is_shared:
        await asyncio.Event().wait()
    while True:
        async with database.begin() as uow:
            left = await uow.inbox.release_of_the_dead()
        if left:
            logger.warning("updates of a process that is gone are free again", extra={"updates": left})
        await asyncio.sleep(TRY_EVERY)


def _news(payload: str) -> News:
    """An older process rings without a word, a newer one may say a word that we do not know: then there is work."""
    try:
        return News(payload)
    except ValueError:
        return News.WORK
