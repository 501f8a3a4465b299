"""Transactions: all or nothing, one picture for a reader, no update lost."""

import asyncio
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.migrate import migrate
from storage.transaction import WriteRefused
from tests.storage.helpers import NOW, add_ticket, outbox_draft, time_after


class SimulatedFailure(Exception):
    """An expected failure in these tests."""


async def test_a_clean_end_commits_everything_together(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await uow.outbox.enqueue(outbox_draft(number=ticket.id), NOW)

    async with database.read() as uow:
        assert await uow.tickets.get(ticket.id) == ticket
        assert await uow.outbox.count_by_status() == {"queued": 1}


async def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    with suppress(SimulatedFailure):
        async with database.begin() as uow:
            await add_ticket(uow)
            await uow.outbox.enqueue(outbox_draft(), NOW)
            raise SimulatedFailure

    async with database.read() as uow:
        assert await uow.tickets.get(1) is None
        assert await uow.outbox.count_by_status() == {}


async def test_a_cancelled_use_case_leaves_nothing_behind(database: Database) -> None:
    inside = asyncio.Event()

    async def use_case() -> None:
        async with database.begin() as uow:
            await add_ticket(uow)
            inside.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(use_case())
        await inside.wait()
        assert database.is_in_transaction(task)
        task.cancel()

    assert not database.is_in_transaction(task)
    async with database.begin() as uow:  # the writer's place is free again
        assert await uow.tickets.get(1) is None


async def test_nested_read_keeps_task_in_transaction(database: Database) -> None:
    """To cancel him then would cost a connection, and what he has done."""
    me = asyncio.current_task()
    assert me is not None
    async with database.begin():
        async with database.read(), database.read():
            assert database.is_in_transaction(me)
        assert database.is_in_transaction(me)
    assert not database.is_in_transaction(me)


async def test_nothing_done_while_reading_is_kept(database: Database) -> None:
    async with database.read() as uow:
        await uow.once_keys.claim("key", NOW)

    async with database.read() as uow:
        assert await uow.once_keys.get("key") is None


async def test_statements_are_read_without_a_transaction_on_a_server(database: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("key", NOW)
    sent: list[str] = []
    async with database.read_statements() as uow:
        if database.is_shared:
            driver: Any = (await uow._connection.get_raw_connection()).driver_connection
            driver.add_query_logger(lambda record: sent.append(record.query))
        assert await uow.once_keys.get("key") == NOW
        assert await uow.once_keys.get("other") is None
    assert not any("BEGIN" in query or "ROLLBACK" in query for query in sent)


async def test_a_write_among_statements_that_only_read_is_refused(database: Database) -> None:
    """Without a transaction nothing would undo it; one that is deferred would be lost without a word."""
    async with database.read_statements() as uow:
        with pytest.raises(WriteRefused):
            await uow.once_keys.claim("key", NOW)
        with pytest.raises(WriteRefused):
            await uow.audit_log.record("accepted", NOW)

    async with database.read() as uow:
        assert await uow.once_keys.get("key") is None


async def test_a_savepoint_fails_alone(database: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("before", NOW)
        with suppress(SimulatedFailure):
            async with uow.savepoint():
                await uow.once_keys.claim("lost", NOW)
                raise SimulatedFailure
        async with uow.savepoint():
            await uow.once_keys.claim("kept", NOW)
        await uow.once_keys.claim("after", NOW)

    async with database.read() as uow:
        kept = [key for key in ("before", "lost", "kept", "after") if await uow.once_keys.get(key)]
    assert kept == ["before", "kept", "after"]


async def test_a_savepoint_within_a_savepoint(database: Database) -> None:
    async with database.begin() as uow:
        async with uow.savepoint():
            await uow.once_keys.claim("outer", NOW)
            with suppress(SimulatedFailure):
                async with uow.savepoint():
                    await uow.once_keys.claim("inner", NOW)
                    raise SimulatedFailure
        with suppress(SimulatedFailure):
            async with uow.savepoint():
                async with uow.savepoint():
                    await uow.once_keys.claim("both", NOW)
                raise SimulatedFailure

    async with database.read() as uow:
        assert await uow.once_keys.get("outer") == NOW
        assert await uow.once_keys.get("inner") is None
        assert await uow.once_keys.get("both") is None


async def test_a_failed_statement_in_a_savepoint_spares_the_rest(database: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("before", NOW)
        with pytest.raises(StatementError):
            async with uow.savepoint():
                await add_ticket(uow, registered_at=None)
        await uow.once_keys.claim("after", NOW)

    async with database.read() as uow:
        assert await uow.once_keys.get("after") == NOW


async def test_readers_see_one_picture_and_do_not_wait_for_the_writer(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("old", NOW)

    async with database.read() as early, second.read() as foreign:
        assert await early.once_keys.get("old") == NOW
        assert await foreign.once_keys.get("old") == NOW
        async with database.begin() as writer:
            await writer.once_keys.claim("new", NOW)
            async with database.read() as during:
                assert await during.once_keys.get("new") is None, "not committed yet"
        if database.engine.dialect.name == "sqlite":
            assert await early.once_keys.get("new") is None, "the picture has changed under the reader"
            assert await foreign.once_keys.get("new") is None

    async with second.read() as afterwards:
        assert await afterwards.once_keys.get("new") == NOW


@pytest.mark.parametrize("processes", [1, 2])
async def test_no_update_is_lost(database: Database, second: Database, processes: int) -> None:
    """Everybody reads, changes by the version, and tries again who came too late."""
    tasks, changes = 8, 10
    databases = [database, second][:processes]
    async with database.begin() as uow:
        number = (await add_ticket(uow, external_number="0")).id

    async def count(mine: Database) -> None:
        done = 0
        while done < changes:
            async with mine.begin() as uow:
                ticket = await uow.tickets.get(number)
                assert ticket is not None
                value = str(int(ticket.external_number or "") + 1)
                done += await uow.tickets.update(ticket, TicketChange(external_number=value)) is not None

    await asyncio.gather(*(count(databases[index % processes]) for index in range(tasks)))

    async with database.read() as uow:
        ticket = await uow.tickets.get(number)
    assert ticket is not None
    assert (ticket.external_number, ticket.version) == (str(tasks * changes), tasks * changes)


async def test_of_two_changes_to_what_was_read_one_wins(database: Database) -> None:
    async with database.begin() as uow:
        read = await add_ticket(uow)
    async with database.begin() as uow:
        assert await uow.tickets.update(read, TicketChange(state=State.ACCEPTED)) is not None
    async with database.begin() as uow:
        assert await uow.tickets.update(read, TicketChange(state=State.DISMISSED)) is None

    async with database.read() as uow:
        ticket = await uow.tickets.get(read.id)
    assert ticket is not None
    assert ticket.state == "accepted"


async def test_once_is_true_for_one_of_many(database: Database, second: Database) -> None:
    async def ask(mine: Database) -> bool:
        async with mine.begin() as uow:
            return await uow.once_keys.claim("first_start", NOW)

    told = await asyncio.gather(*(ask(one) for one in (database, second) * 6))
    assert sorted(told) == [False] * 11 + [True]


async def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 20, 14, 30)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="must be aware"):
        async with database.begin() as uow:
            await uow.once_keys.claim("key", naive)
    with pytest.raises(StatementError, match="must be aware"):
        async with database.read() as uow:
            await uow.deadlines.has_due(naive)


async def test_moments_come_back_aware_in_utc_to_the_microsecond(database: Database) -> None:
    exact = time_after(microseconds=123456)
    async with database.begin() as uow:
        await uow.once_keys.claim("key", exact)

    async with database.read() as uow:
        kept = await uow.once_keys.get("key")
    assert kept == exact
    assert kept is not None
    assert kept.utcoffset() is not None


def test_a_folder_that_cannot_be_made_is_a_database_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        Database("sqlite+aiosqlite:////proc/nowhere/mcu.sqlite3")


async def test_a_file_that_is_no_database_is_a_database_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite3"
    path.write_text("Это не база данных. " * 100, encoding="utf-8")
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        with pytest.raises(DatabaseUnavailable, match="not a database"):
            await migrate(database.engine)
    finally:
        await database.close()
