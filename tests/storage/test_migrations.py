"""The schema: every migration goes up, down and up again, and ends where the tables say."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.migrate import alembic_config, downgrade, migrate, newest_revision, upgrade
from storage.tables import metadata
from storage.tables.base import UNMANAGED_TABLES


def _differences(connection: Connection) -> list[Any]:
    options = {
        "compare_type": True,
        "compare_server_default": _default_differs,
        "include_name": lambda name, *_: not str(name).removeprefix("ix_").startswith(UNMANAGED_TABLES),
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def _default_differs(_1: Any, _2: Any, _3: Any, found: str | None, _4: Any, wanted: str | None) -> bool | None:
    """An empty text as a default is taken for a difference by Alembic's own comparison; everything else is its job."""
    return False if wanted == "" and (found or "").strip("()'") == "" else None


def _tables(connection: Connection) -> set[str]:
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in names if not name.startswith(UNMANAGED_TABLES)}


def _walk(connection: Connection) -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1, "two migrations at once: nobody knows which comes first"
    for revision in reversed(list(script.walk_revisions())):
        upgrade(connection, revision.revision)
        downgrade(connection, str(revision.down_revision or "base"))
        upgrade(connection, revision.revision)


async def test_every_migration_goes_up_down_and_up(empty: Database) -> None:
    async with empty.engine.begin() as connection:
        await connection.run_sync(_walk)
        assert await connection.run_sync(_differences) == []


async def test_going_all_the_way_down_leaves_nothing(empty: Database) -> None:
    async with empty.engine.begin() as connection:
        await connection.run_sync(upgrade)
        await connection.run_sync(downgrade)
        assert await connection.run_sync(_tables) == set()
        await connection.run_sync(upgrade)
        assert await connection.run_sync(_tables) == set(metadata.tables)


async def test_the_migrated_schema_is_what_the_tables_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


def test_a_file_s_name_says_its_revision() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_current_head() == newest_revision()
    assert all(Path(one.path).name.startswith(f"{one.revision}_") for one in script.walk_revisions())


async def test_a_database_of_a_later_release_is_refused(empty: Database) -> None:
    await migrate(empty.engine)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="9999"):
        await migrate(empty.engine)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database.engine)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_tables) == set(metadata.tables)


async def test_indexes_and_triggers_equal_the_tables(empty: Database) -> None:
    """Partial indexes and AUTOINCREMENT: compared as SQLite keeps them."""
    if empty.engine.dialect.name != "sqlite":
        return
    async with empty.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        wanted = await connection.run_sync(_details)
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(upgrade)
        assert await connection.run_sync(_details) == wanted


def _details(connection: Connection) -> tuple[dict[str, str], set[str]]:
    """Conditions of indexes by name, and the tables that never give a number twice."""
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    indexes = {name: " ".join(sql.split()) for kind, name, sql in rows if kind == "index"}
    counted = {name for kind, name, sql in rows if kind == "table" and "AUTOINCREMENT" in sql}
    return indexes, counted
