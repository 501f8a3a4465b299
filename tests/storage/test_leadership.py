"""The leader's lease on PostgreSQL: fenced transactions, the next term, and a leader that is frozen amid a write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import LeadershipLost
from storage.postgres import leader_lease
from storage.postgres.leader_lease import LEASE_SECONDS
from tests.databases import POSTGRES_URL, DatabasePool

pytestmark = pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")

NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def url(shelf: DatabasePool) -> AsyncIterator[str]:
    async with shelf.borrow_database() as address:
        yield address


@asynccontextmanager
async def autocommitting(database: Database) -> AsyncIterator[AsyncConnection]:
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


async def begin_term(database: Database, seconds: float = LEASE_SECONDS) -> int:
    async with autocommitting(database) as connection:
        return await leader_lease.begin_term(connection, database.session_name, seconds)


@asynccontextmanager
async def holding_lock(database: Database) -> AsyncIterator[None]:
    """Hold the leader's lock in a session of *database*."""
    async with database.engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": leader_lease.LEADER_LOCK_ID})
        yield
        await connection.invalidate()


async def claim_key(database: Database, key: str) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim(key, NOW)


async def has_key(database: Database, key: str) -> bool:
    async with database.read() as uow:
        return await uow.once_keys.get(key) is not None


async def test_leader_of_a_former_term_writes_nothing(database: Database, second: Database) -> None:
    former = database.fenced(await begin_term(database))
    await claim_key(former, "first")
    present = second.fenced(await begin_term(second))
    with pytest.raises(LeadershipLost):
        await claim_key(former, "second")
    await claim_key(present, "third")
    assert [await has_key(database, key) for key in ("first", "second", "third")] == [True, False, True]


async def test_leader_whose_lease_is_over_writes_nothing_until_it_is_renewed(database: Database) -> None:
    term = await begin_term(database, seconds=0)
    with pytest.raises(LeadershipLost):
        await claim_key(database.fenced(term), "late")
    async with autocommitting(database) as connection:
        await leader_lease.renew(connection, term, LEASE_SECONDS)
    await claim_key(database.fenced(term), "in time")
    assert not await has_key(database, "late")


async def test_next_term_waits_for_a_running_write_and_a_renewal_does_not(database: Database, second: Database) -> None:
    term = await begin_term(database)
    async with database.fenced(term).begin() as uow, autocommitting(second) as connection:
        await leader_lease.renew(connection, term, LEASE_SECONDS)
        next_term = asyncio.ensure_future(begin_term(second))  # noqa: TID251 - no task of the bot
        done, _ = await asyncio.wait([next_term], timeout=0.2)
        assert not done
        await uow.once_keys.claim("in time", NOW)
    assert await next_term == term + 1
    async with autocommitting(database) as connection:
        with pytest.raises(LeadershipLost):
            await leader_lease.renew(connection, term, LEASE_SECONDS)


async def test_connections_of_a_leader_are_closed_only_when_its_lease_is_over(
    database: Database, second: Database
) -> None:
    term = await begin_term(database)

    async def write_while_replaced() -> None:
        async with database.fenced(term).begin() as uow:
            await uow.once_keys.claim("unfinished", NOW)
            await uow.flush()
            async with holding_lock(database), autocommitting(second) as connection:
                assert await leader_lease.close_frozen_connections(connection) == 0
                await leader_lease.renew(connection, term, 0)
                assert await leader_lease.close_frozen_connections(connection) > 0
            assert await begin_term(second) == term + 1
            await uow.once_keys.get("unfinished")

    with pytest.raises(DBAPIError):
        await write_while_replaced()
    assert not await has_key(second, "unfinished")


async def test_former_leader_keeps_its_connections_while_release_010_leads(
    database: Database, second: Database
) -> None:
    """During a rolling upgrade the lock may go back to a process that knows no lease."""
    await begin_term(database, seconds=0)
    async with holding_lock(second), database.begin() as uow, autocommitting(database) as connection:
        assert await leader_lease.close_frozen_connections(connection) == 0
        await uow.once_keys.claim("goes on", NOW)


async def test_transaction_of_a_frozen_process_ends_and_frees_its_locks(url: str, second: Database) -> None:
    frozen = Database(url, idle_transaction_seconds=1)

    async def hold_lock() -> None:
        async with frozen.begin() as uow:
            await uow.lock("claim inbox")
            async with second.begin() as other:
                await other.lock("claim inbox")  # waits until the server has ended the first transaction
            await uow.once_keys.get("anything")

    try:
        with pytest.raises(DBAPIError):
            await hold_lock()
    finally:
        await frozen.close()
