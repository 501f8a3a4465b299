"""What several processes on one PostgreSQL need: one leader, a bell that rings in all of them, and heirs for what one
that has died had in hand."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import NOTIFY_CHANNEL, Database
from storage.errors import DATABASE_ERRORS
from storage.repositories.base import PRESENCE_LOCK_CLASS
from storage.unit_of_work import WakeUpTopic

logger = logging.getLogger(__name__)

LEADER_LOCK_ID = 7_204_206_130
"""The advisory lock of the leader; any number that nobody else uses."""

CHECK_INTERVAL_SECONDS = 2.0
"""Seconds between looks at the lock: a killed leader's place is free as soon as its connection is gone."""

RESPONSE_TIMEOUT_SECONDS = 5.0
"""Seconds that the server may take to answer on the two lines that stand: whoever waits longer has lost it."""

_SET_KEEPALIVE = (
    "SELECT set_config('tcp_keepalives_idle', '4', false), set_config('tcp_keepalives_interval', '2', false),"
    " set_config('tcp_keepalives_count', '2', false)"
)
"""So the server finds out within eight seconds when a whole machine is gone. One whose process is killed says so."""

AsyncCallback = Callable[[], Awaitable[None]]


async def run_as_leader(database: Database, start: AsyncCallback, stop: AsyncCallback) -> None:
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
                await connection.exec_driver_sql(_SET_KEEPALIVE)
                await _lead_until_lost(connection, start, stop)
        except DATABASE_ERRORS as error:
            logger.warning("leadership: the database does not answer: %s", type(error).__name__)
        await asyncio.sleep(CHECK_INTERVAL_SECONDS)


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
        await connection.invalidate()  # in the pool it would keep the lock, and nobody would lead


async def listen_for_wake_ups(database: Database, on_wake_up: Callable[[WakeUpTopic], None]) -> None:
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
            await driver.execute(_SET_KEEPALIVE)
            while database.presence_lock_id is None:
                number = secrets.randbelow(2**31)
                if await driver.fetchval("SELECT pg_try_advisory_lock($1, $2)", PRESENCE_LOCK_CLASS, number):
                    database.presence_lock_id = number
            await driver.add_listener(NOTIFY_CHANNEL, lambda *notice: on_wake_up(_parse_topic(notice[-1])))
            for one in WakeUpTopic:
                on_wake_up(one)
            while not await _wait_for(ended, CHECK_INTERVAL_SECONDS):
                await driver.execute("SELECT 1", timeout=RESPONSE_TIMEOUT_SECONDS)
        finally:
            database.presence_lock_id = None
            await connection.invalidate()  # a connection that listens must not go back into the pool


async def _wait_for(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def release_orphaned_leases(database: Database) -> None:
    """For ever: updates that a process had in hand when it died go to the others at once. On SQLite nobody inherits."""
    if not database.is_shared:
        await asyncio.Event().wait()
    while True:
        async with database.begin() as uow:
            left = await uow.inbox.release_orphaned()
        if left:
            logger.warning("updates of a process that is gone are free again", extra={"updates": left})
        await asyncio.sleep(CHECK_INTERVAL_SECONDS)


def _parse_topic(payload: str) -> WakeUpTopic:
    """An older process rings without a word, a newer one may say a word that we do not know: then there is work."""
    try:
        return WakeUpTopic(payload)
    except ValueError:
        return WakeUpTopic.WORK
