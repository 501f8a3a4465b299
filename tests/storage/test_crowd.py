"""More want to work with the database at once than it has connections for: they wait, and nothing is given up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.domain.outbox import OutboxRow
from bot.runtime.commit_retry import retry_until_committed
from storage import engine as module
from storage.database import Database
from storage.errors import DatabaseFault, classify_error
from tests.storage.helpers import LEASE, NOW, next_per_chat, outbox_draft

DELIVERIES, SWEEPS, FOR_EVER = 24, 12, 2


@pytest.fixture
async def narrow(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A process with two connections."""
    for name, value in (("_POOL_SIZE", 1), ("_POOL_TIMEOUT_SECONDS", 0.05)):
        monkeypatch.setattr(module, name, value)
    database = Database(url, connections=2)
    yield database
    await database.close()


async def claim_sent_rows(database: Database, how_many: int) -> list[OutboxRow]:
    """Messages that have been sent just now."""
    async with database.begin() as uow:
        await uow.outbox.enqueue_all([outbox_draft(str(number)) for number in range(how_many)], NOW)
        return await uow.outbox.claim([row.id for row in await next_per_chat(uow)], NOW, LEASE)


async def record_delivery(database: Database, row: OutboxRow, tries: list[int], again: asyncio.Event) -> None:
    async def write() -> None:
        if row.id in tries:
            again.set()
        tries.append(row.id)
        async with database.begin(priority=True) as uow:
            await uow.outbox.finish(row, NOW)

    await retry_until_committed(write)


async def test_send_is_recorded_when_no_connection_was_free(
    narrow: Database, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if not narrow.is_shared:
        pytest.skip("on SQLite one writes at a time")
    [row] = await claim_sent_rows(database, 1)
    again = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group, AsyncExitStack() as all_of_them:
        for _ in range(2):
            await all_of_them.enter_async_context(narrow.engine.connect())
        with pytest.raises(NoConnectionFree) as caught:
            async with narrow.begin():
                pass
        assert classify_error(caught.value) is DatabaseFault.BUSY
        assert narrow.current_fault is DatabaseFault.BUSY
        group.create_task(record_delivery(narrow, row, [], again))
        await again.wait()

    async with database.read() as uow:
        assert await uow.outbox.count_by_status() == {"sent": 1}
    assert narrow.current_fault is None
    assert "все соединения с ней заняты" in caplog.text


async def test_connections_rest_after_a_rush(database: Database) -> None:
    async with AsyncExitStack() as rush:
        for _ in range(4):
            await rush.enter_async_context(database.engine.connect())

    used = set()
    for _ in range(4):
        async with database.engine.connect() as connection:
            used.add(id((await connection.get_raw_connection()).driver_connection))
    assert len(used) == 1, "the others keep no pages and statements that nobody asks for"


async def test_there_are_connections_for_all_that_may_write_at_once(database: Database, second: Database) -> None:
    if not database.is_shared:
        pytest.skip("on SQLite one writes at a time")
    rows = await claim_sent_rows(second, DELIVERIES)
    tries: list[int] = []
    again = asyncio.Event()

    async def sweep() -> None:
        async with database.begin() as uow:
            await next_per_chat(uow)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group, AsyncExitStack() as for_ever:
        for _ in range(FOR_EVER):
            await for_ever.enter_async_context(database.engine.connect())
        async with second.engine.begin() as slow:
            await slow.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
            for row in rows:
                group.create_task(record_delivery(database, row, tries, again))
            for _ in range(SWEEPS):
                group.create_task(sweep())
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'outbox'::regclass")
            while await slow.scalar(waiting) != DELIVERIES + SWEEPS:
                pass

    assert not again.is_set(), "each at the first try"
    async with database.read() as uow:
        assert await uow.outbox.count_by_status() == {"sent": DELIVERIES}
