"""The SQLite driver as the engine is set up."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import Database
from storage.migrate import migrate


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    await migrate(database.engine)
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
