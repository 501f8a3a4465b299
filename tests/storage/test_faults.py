"""Faults of the whole database, told by their codes from errors that belong to one row."""

import errno
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from storage.database import Database
from storage.errors import DatabaseFault, classify_error
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_message, add_ticket

Action = Callable[[UnitOfWork], Awaitable[object]]


async def error_of(database: Database, action: Action) -> BaseException:
    """Return the error with which *action* fails in a transaction of its own."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its kind is what the tests look at
        async with database.begin() as uow:
            await action(uow)
    return caught.value


async def run(uow: UnitOfWork, statement: str) -> None:
    await uow._connection.execute(text(statement))


HOSTILE_ROWS: dict[str, Action] = {
    "a number beyond 64 bits": lambda uow: uow.audit_log.record("odd", NOW, ticket_id=2**70),
    "half a character": lambda uow: add_ticket(uow, "Яма \ud83d"),
}
"""Rows that neither database accepts."""

HOSTILE_ROWS_OF_SQLITE: dict[str, Action] = {
    "a search without end": lambda uow: uow.tickets.search(["яма"] * 1500, None, 50),
}
HOSTILE_ROWS_OF_POSTGRES: dict[str, Action] = {
    "a number beyond 32 bits": lambda uow: run(uow, f"SELECT CAST({2**40} AS integer)"),
    "a long id": lambda uow: add_message(uow, "1", album="я" * 65),
    "NUL": lambda uow: add_ticket(uow, "Яма \x00"),
    "no number in JSON": lambda uow: uow.audit_log.record("odd", NOW, facts={"x": float("nan")}),
}


async def test_a_row_that_the_database_refuses_is_no_fault_of_the_database(database: Database) -> None:
    own = HOSTILE_ROWS_OF_POSTGRES if database.is_shared else HOSTILE_ROWS_OF_SQLITE
    for what, action in (HOSTILE_ROWS | own).items():
        assert classify_error(await error_of(database, action)) is None, what
    assert database.current_fault is None


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "words.txt"), TimeoutError(), ConnectionResetError()]
)
async def test_an_error_of_the_bots_own_code_is_no_fault_of_the_database(database: Database, error: OSError) -> None:
    async def fail(uow: UnitOfWork) -> None:
        raise error

    assert classify_error(await error_of(database, fail)) is None


@asynccontextmanager
async def limited(database: Database, pragma: str, undo: str) -> AsyncIterator[None]:
    """Change one setting of the pooled connection to an SQLite file for a while."""
    async with database.read() as uow:
        await run(uow, f"PRAGMA {pragma}")
    yield
    async with database.read() as uow:
        await run(uow, f"PRAGMA {undo}")


async def test_faults_of_a_file_are_held(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    if database.is_shared:
        pytest.skip("a file's own")
    async with limited(database, "query_only=ON", "query_only=OFF"):
        assert classify_error(await error_of(database, add_ticket)) is DatabaseFault.READ_ONLY
        assert database.current_fault is DatabaseFault.READ_ONLY
    async with database.begin():
        pass
    assert database.current_fault is DatabaseFault.READ_ONLY, "nothing has proved yet that writing works again"
    async with database.begin() as uow:
        await add_ticket(uow)
    assert database.current_fault is None
    assert caplog.text.count("База открыта только для чтения") == 1

    async with limited(database, "max_page_count=1", f"max_page_count={1 << 30}"):
        full = await error_of(database, lambda uow: add_ticket(uow, "Яма " * 100_000))
    assert classify_error(full) is DatabaseFault.FULL

    async with limited(database, "busy_timeout=1", "busy_timeout=5000"):
        with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert classify_error(await error_of(database, add_ticket)) is DatabaseFault.LOCKED


async def test_a_file_that_is_damaged_or_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite3").write_text("this is no database, however long one reads " * 100)
    (tmp_path / "folder.sqlite3").mkdir()
    for name, fault in (("text", DatabaseFault.DAMAGED), ("folder", DatabaseFault.GONE)):
        database = Database(f"sqlite+aiosqlite:///{tmp_path / name}.sqlite3")
        assert classify_error(await error_of(database, add_ticket)) is fault, name
        await database.close()


async def test_faults_of_a_server_are_held(database: Database, second: Database) -> None:
    if not database.is_shared:
        pytest.skip("a server's own")

    async def write_read_only(uow: UnitOfWork) -> None:
        await run(uow, "SET TRANSACTION READ ONLY")
        await add_ticket(uow)

    async def write_without_right(uow: UnitOfWork) -> None:
        await run(uow, "SET LOCAL ROLE pg_monitor")
        await add_ticket(uow)

    async def wait_for_lock(uow: UnitOfWork) -> None:
        async with second.begin() as other:
            await run(other, "LOCK TABLE ticket")
            await run(uow, "SET LOCAL lock_timeout = 1")
            await run(uow, "LOCK TABLE ticket")

    async def lose_connection(uow: UnitOfWork) -> None:
        number = await uow._connection.scalar(text("SELECT pg_backend_pid()"))
        async with second.begin() as other:
            await run(other, f"SELECT pg_terminate_backend({number})")
        await run(uow, "SELECT 1")

    for action, fault in (
        (write_read_only, DatabaseFault.READ_ONLY),
        (write_without_right, DatabaseFault.READ_ONLY),
        (wait_for_lock, DatabaseFault.LOCKED),
        (lose_connection, DatabaseFault.GONE),
    ):
        assert classify_error(await error_of(database, action)) is fault, action.__name__
    async with database.begin() as uow:
        await add_ticket(uow)
    assert database.current_fault is None


@pytest.mark.parametrize("change", [{"port": 1}, {"database": "no_such_town"}, {"username": "nobody_at_all"}])
async def test_a_server_that_lets_nobody_in_is_gone(database: Database, change: dict[str, object]) -> None:
    if not database.is_shared:
        pytest.skip("a server's own")
    there = make_url(database.engine.url).set(**change)
    other = Database(there.render_as_string(hide_password=False))
    assert classify_error(await error_of(other, add_ticket)) is DatabaseFault.GONE
    await other.close()


async def test_a_limit_for_other_programs_ends_no_statement_of_the_bot(database: Database) -> None:
    """Set for the role or the database: the error would be counted against a good update."""
    if not database.is_shared:
        pytest.skip("SQLite knows no such limits")
    url = database.engine.url
    async with database.begin() as uow:
        await run(uow, f"ALTER DATABASE {url.database} SET statement_timeout = '20ms'")
    other = Database(url.render_as_string(hide_password=False))
    try:
        async with other.begin() as uow:
            await run(uow, "SELECT pg_sleep(0.1)")
            await run(uow, f"ALTER DATABASE {url.database} RESET statement_timeout")
    finally:
        await other.close()
