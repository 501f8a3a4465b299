"""Databases for tests: a file, and (where a server is offered) PostgreSQL."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database
from storage.migrate import migrate
from storage.tables import metadata

POSTGRES_URL = os.environ.get("MCU_TEST_POSTGRES")
"""``postgresql+asyncpg://user:password@127.0.0.1/database`` of a role that may create databases."""

DATABASE_KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")),
]

DATABASE_FILE = "mcu.sqlite3"

ON_BOTH = pytest.mark.parametrize("kind", DATABASE_KINDS, indirect=True)
"""Mark for a module whose bot must run on every kind of database."""


async def copy_migrated_sqlite(url: str, template_folder: Path) -> None:
    """Copy a migrated file to *url* unless the file exists: creating the tables is most of a start.

    Other kinds of databases are migrated by the bot."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database is None or Path(address.database).exists():
        return
    template = template_folder / "migrated.sqlite3"
    if not template.exists():
        fresh = Database(f"sqlite+aiosqlite:///{template}.new")
        await migrate(fresh.engine)
        await fresh.close()
        Path(f"{template}.new").replace(template)
    shutil.copy(template, address.database)


class DatabasePool:
    """Migrated PostgreSQL databases that a session of tests uses again and again.

    Making one costs a second, for ``CREATE DATABASE`` copies files, even from an own template; emptying one costs
    milliseconds.
    """

    def __init__(self) -> None:
        self._made: list[str] = []
        self._free: list[str] = []

    @asynccontextmanager
    async def borrow_database(self) -> AsyncIterator[str]:
        """The address of a migrated database without rows, for one test at a time."""
        name = self._free.pop() if self._free else await self._create_migrated()
        url = _database_url(name)
        await _empty_tables(url)
        yield url
        self._free.append(name)

    async def _create_migrated(self) -> str:
        name = await _create_database()
        self._made.append(name)
        fresh = Database(_database_url(name))
        await migrate(fresh.engine)
        await fresh.close()
        return name

    async def close(self) -> None:
        """Leave nothing on the server."""
        for name in self._made:
            await _drop_database(name)


@asynccontextmanager
async def migrated_database(kind: str, folder: Path, pool: DatabasePool) -> AsyncIterator[str]:
    """The address of a database at its newest schema; the file (in *folder*) is created when it is first opened."""
    if kind == "sqlite":
        url = f"sqlite+aiosqlite:///{folder / DATABASE_FILE}"
        await copy_migrated_sqlite(url, folder.parent)
        yield url
        return
    async with pool.borrow_database() as url:
        yield url


@asynccontextmanager
async def empty_database(kind: str, folder: Path) -> AsyncIterator[str]:
    """The address of a database without tables, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'test.sqlite3'}"
        return
    name = await _create_database()
    try:
        yield _database_url(name)
    finally:
        await _drop_database(name)


def _database_url(name: str) -> str:
    assert POSTGRES_URL is not None
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


async def _create_database() -> str:
    name = f"mcu_test_{secrets.token_hex(6)}"
    await _execute_on_server(f"CREATE DATABASE {name}")
    return name


DROP_ATTEMPTS = 10


async def _drop_database(name: str) -> None:
    """Drop the database with all its connections; the vacuum of the server may not be ended by us, but ends soon."""
    for _ in range(DROP_ATTEMPTS):
        try:
            await _execute_on_server(f"DROP DATABASE {name} WITH (FORCE)")
        except ProgrammingError:
            await _execute_on_server("SELECT pg_sleep(0.5)")
        else:
            return
    await _execute_on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def _execute_on_server(statement: str) -> None:
    assert POSTGRES_URL is not None
    server = create_async_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await server.dispose()


_OTHERS = "usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid()"

_EMPTY_TABLES = ";".join(
    (
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND {_OTHERS}",
        *(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)),
        "SELECT setval(oid::regclass, 1, false) FROM pg_class"
        " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    )
)
"""No rows, numbers from the beginning, and nobody of an earlier test still connected."""


async def _empty_tables(url: str) -> None:
    """Execute that in one round trip: an engine and forty statements took 60 ms of every test on PostgreSQL."""
    await run_script(url, _EMPTY_TABLES)


async def run_script(url: str, script: str) -> None:
    """Execute the statements of *script* in one round trip, as one transaction."""
    async with _plain_connection(url) as server:
        await server.execute(script)


async def dump_rows(url: str) -> str:
    """Return the script that fills an empty database with the rows of this one, and lets its numbers go on."""
    script = []
    async with _plain_connection(url) as server:
        for table in metadata.sorted_tables:
            rows = await server.fetchval(f'SELECT json_agg(t) FROM "{table.name}" AS t')
            if rows is not None:
                source = f'json_populate_recordset(NULL::"{table.name}", {_DOLLAR_QUOTE}{rows}{_DOLLAR_QUOTE})'
                script.append(f'INSERT INTO "{table.name}" SELECT * FROM {source}')
        for name, last in await server.fetch("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0"):
            script.append(f"SELECT setval('\"{name}\"'::regclass, {last})")
    return ";".join(script)


_DOLLAR_QUOTE = "$rows$"


@asynccontextmanager
async def _plain_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    server = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        yield server
    finally:
        await server.close()
