"""Leader election among the processes on one PostgreSQL.

A lock decides who leads: the server frees it as soon as a process dies. A lease says how long (ADR 16).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import DATABASE_ERRORS, LeadershipLost
from storage.postgres import leader_lease
from storage.postgres.connection import CHECK_INTERVAL_SECONDS, RESPONSE_TIMEOUT_SECONDS, SET_KEEPALIVE
from storage.postgres.leader_lease import LEADER_LOCK_ID

logger = logging.getLogger(__name__)

ONLY_TERM = 0
"""The term of a process that is alone on its database."""

STALLED_PAUSE_SECONDS = 3 * CHECK_INTERVAL_SECONDS
"""Seconds that a process with a stalled loop leaves the lead to others before it competes again."""


class Stalled(Exception):
    """A loop of the leader does not go on. The message names it."""


async def has_leader(database: Database) -> bool:
    """Return whether a process of the bot works on this server's database."""
    async with database.engine.connect() as connection:
        got = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK_ID})
        await connection.invalidate()  # in the pool it would keep the lock
    return not got


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that may lead."""

    database: Database
    start: Callable[[int], Awaitable[None]]
    """Called with the new term."""
    stop: Callable[[], Awaitable[None]]
    list_stalled: Callable[[], Sequence[str]]
    """Names the leader's loops that do not go on: a leader with one leaves the lead to another process."""
    on_round: Callable[[], None]
    """Called at every check: the election goes on."""
    on_unavailable: Callable[[], None]
    """Called when the database does not answer."""
    lease_seconds: float = leader_lease.LEASE_SECONDS

    async def compete(self) -> None:
        """Compete for leadership until cancelled. A process on SQLite is always the leader."""
        while True:
            self.on_round()
            pause = self._check_seconds
            try:
                if self.database.is_shared:
                    await self._try_to_lead()
                else:
                    await self._lead(ONLY_TERM)
            except Stalled as stalled:
                logger.error("a loop does not go on, all are started again: %s", stalled)
                pause = STALLED_PAUSE_SECONDS if self.database.is_shared else 0.0
            except LeadershipLost:
                logger.warning("leadership: another process leads now")
            except DATABASE_ERRORS as error:
                logger.warning("leadership: the connection to the database is lost: %s", type(error).__name__)
                self.on_unavailable()
            await asyncio.sleep(pause)

    @property
    def _check_seconds(self) -> float:
        return min(CHECK_INTERVAL_SECONDS, self.lease_seconds / 4)

    async def _try_to_lead(self) -> None:
        async with self.database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql(SET_KEEPALIVE)
            if not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK_ID}):
                if closed := await leader_lease.close_frozen_connections(connection):
                    logger.error("the leader gave no sign of life: it is replaced", extra={"connections": closed})
                return
            try:
                async with asyncio.timeout(RESPONSE_TIMEOUT_SECONDS):
                    term = await leader_lease.begin_term(connection, self.database.session_name, self.lease_seconds)
                logger.info("this process leads now", extra={"term": term})
                await self._lead(term, connection)
            finally:
                await connection.invalidate()  # in the pool it would keep the lock, and there would be no leader

    async def _lead(self, term: int, connection: AsyncConnection | None = None) -> None:
        """Run the leader's tasks and renew the lease while every one of them goes on."""
        try:
            await self.start(term)
            while True:
                await asyncio.sleep(self._check_seconds)
                self.on_round()
                if stalled := self.list_stalled():
                    raise Stalled(", ".join(stalled))
                if connection is not None:
                    async with asyncio.timeout(RESPONSE_TIMEOUT_SECONDS):
                        await leader_lease.renew(connection, term, self.lease_seconds)
        finally:
            await self.stop()
