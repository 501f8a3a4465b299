"""The SQLite driver with one thread switch per statement, and the stock driver: both give the same results."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import Database
from tests.databases import copy_migrated_sqlite


@pytest.fixture(params=[True, False], ids=["single hop", "stock"])
async def database(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    url = f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}"
    await copy_migrated_sqlite(url, tmp_path.parent)
    database = Database(url, single_hop=request.param)
    yield database
    await database.close()


async def test_rows_counts_and_returned_values_are_reported(database: Database) -> None:
    async with database.engine.begin() as connection:
        rows = (await connection.execute(text("SELECT 1 UNION SELECT 2"))).all()
        assert [row[0] for row in rows] == [1, 2]
        add = text("INSERT INTO once (key, at) VALUES (:key, '2026-11-20')")
        await connection.execute(add, [{"key": key} for key in "abc"])
        changed = await connection.execute(text("UPDATE once SET at = '2026-11-21' WHERE key < 'c'"))
        assert changed.rowcount == 2
        removed = await connection.execute(text("DELETE FROM once WHERE key = 'a' RETURNING key"))
        assert removed.scalars().all() == ["a"]


async def test_sqlite_errors_are_raised_and_connection_stays_usable(database: Database) -> None:
    add = text("INSERT INTO once (key, at) VALUES ('a', '2026-11-20')")
    async with database.engine.begin() as connection:
        await connection.execute(add)
        with pytest.raises(IntegrityError):
            await connection.execute(add)
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM nowhere"))
        assert (await connection.execute(text("SELECT count(*) FROM once"))).scalar_one() == 1


async def test_a_long_answer_can_be_streamed(database: Database) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n"
    async with database.engine.connect() as connection:
        result = await connection.stream(text(numbers))
        assert [row.i async for row in result] == list(range(1, 501))


async def test_single_hop_driver_makes_one_thread_call_per_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    calls = 0
    stock = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        return await stock(self, fn, *args, **kwargs)

    async with database.engine.begin() as connection:
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        rows = (await connection.execute(text("SELECT 1 UNION SELECT 2"))).all()
        assert (calls, [row[0] for row in rows]) == (1, [1, 2])
    monkeypatch.undo()
    await database.close()


async def test_begin_goes_with_the_first_statement_and_is_tried_again(tmp_path: Path) -> None:
    """A transaction without statements takes no lock; after a BEGIN that failed, no statement runs outside of one."""
    path = tmp_path / "one.sqlite3"
    url = f"sqlite+aiosqlite:///{path}"
    await copy_migrated_sqlite(url, tmp_path.parent)
    database = Database(url)
    add = text("INSERT INTO once (key, at) VALUES ('a', '2026-11-20')")
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        async with database.engine.connect() as connection:
            other.execute("BEGIN IMMEDIATE")
            await connection.commit()
            with pytest.raises(OperationalError, match="locked"):
                await connection.execute(add)
            other.execute("ROLLBACK")
            await connection.execute(add)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("PRAGMA busy_timeout=0").connection.execute("BEGIN IMMEDIATE")
            await connection.rollback()  # together with what was inserted
        assert other.execute("SELECT count(*) FROM once").fetchone() == (0,)
    await database.close()


async def test_streamed_rows_belong_to_the_transaction(database: Database) -> None:
    async with database.engine.execution_options(sqlite_begin="DEFERRED").connect() as connection:
        result = await connection.stream(text("SELECT count(*) AS n FROM once"))
        assert [row.n async for row in result] == [0]
        async with database.begin() as uow:
            await uow.once_keys.claim("later", datetime(2026, 11, 20, tzinfo=UTC))
        assert (await connection.execute(text("SELECT count(*) FROM once"))).scalar_one() == 0
