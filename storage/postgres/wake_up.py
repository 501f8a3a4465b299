"""Wake-ups between processes over PostgreSQL's LISTEN/NOTIFY."""

import asyncio
import secrets
from typing import Protocol

from storage.database import NOTIFY_CHANNEL, Database
from storage.errors import DatabaseUnreachable
from storage.postgres.connection import CHECK_INTERVAL_SECONDS, RESPONSE_TIMEOUT_SECONDS, SET_KEEPALIVE
from storage.repositories.base import PRESENCE_LOCK_CLASS
from storage.unit_of_work import WakeUpTopic


class OnWakeUp(Protocol):
    """A reaction to committed work; *is_own*: this process has committed it, so its loops have been woken for it."""

    def __call__(self, topic: WakeUpTopic, *, is_own: bool) -> None: ...


async def listen_for_wake_ups(database: Database, on_wake_up: OnWakeUp) -> None:
    """Call *on_wake_up* whenever any process has committed new work.

    It is called once for every topic at the beginning, because notifications from before the connection are lost. While
    the connection lasts, the presence lock shows other processes that this one lives. Returns when the connection ends;
    on SQLite never.
    """
    if not database.is_shared:
        await asyncio.Event().wait()
    from asyncpg import InternalClientError  # SQLite needs no second driver

    ended = asyncio.Event()
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            return
        driver.add_termination_listener(lambda _: ended.set())
        try:
            await driver.execute(SET_KEEPALIVE)
            while database.presence_lock_id is None:
                lock_id = secrets.randbelow(2**31)
                if await driver.fetchval("SELECT pg_try_advisory_lock($1, $2)", PRESENCE_LOCK_CLASS, lock_id):
                    database.presence_lock_id = lock_id
            await driver.add_listener(
                NOTIFY_CHANNEL,
                lambda _, pid, channel, payload: on_wake_up(_parse_topic(payload), is_own=pid in database.own_sessions),
            )
            for topic in WakeUpTopic:
                on_wake_up(topic, is_own=False)
            while not await _wait_for(ended, CHECK_INTERVAL_SECONDS):
                await driver.execute("SELECT 1", timeout=RESPONSE_TIMEOUT_SECONDS)
        except Exception as error:
            # The server closes the connections of a process that stood still: asyncpg is in a wrong state then.
            if isinstance(error, OSError | InternalClientError) or driver.is_closed():
                raise DatabaseUnreachable(type(error).__name__) from error
            raise
        finally:
            database.presence_lock_id = None
            await connection.invalidate()  # a listening connection must not return to the pool


async def _wait_for(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _parse_topic(payload: str) -> WakeUpTopic:
    """Return the topic of a notification; an older release sends none, a newer one may send unknown ones: then WORK."""
    try:
        return WakeUpTopic(payload)
    except ValueError:
        return WakeUpTopic.WORK
