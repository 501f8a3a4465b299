"""Statistics of a PostgreSQL server: gathered for tables that it knows nothing of, and left to it otherwise."""

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.migrate import migrate
from storage.postgres import statistics
from tests.storage.helpers import NOW

_KNOWN_ROWS = text("SELECT reltuples FROM pg_class WHERE oid = 'inbox'::regclass")


async def _store(database: Database, name: str) -> None:
    """Store as many updates as make a table worth a look; the server counts them at once."""
    updates = [(f"{name}:{number}", "a", {}) for number in range(statistics.MIN_ROWS)]
    async with database.begin() as uow:
        await uow.inbox.store("telegram", updates, NOW)
        await uow._connection.execute(text("SELECT pg_stat_force_next_flush()"))


async def _known_rows(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(_KNOWN_ROWS) or 0)


async def test_a_table_that_was_never_analysed_is_analysed_once(empty: Database) -> None:
    if not empty.is_shared:
        pytest.skip("SQLite plans by the indexes alone")
    await migrate(empty.engine)
    async with empty.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE inbox SET (autovacuum_enabled = off)")
    await empty.analyze_unknown_tables()
    assert await _known_rows(empty) < 0, "all of an empty table is read at once"

    await _store(empty, "first")
    await empty.analyze_unknown_tables()
    assert await _known_rows(empty) == statistics.MIN_ROWS

    await _store(empty, "second")
    await empty.analyze_unknown_tables()
    assert await _known_rows(empty) == statistics.MIN_ROWS, "the rest is autovacuum's"
