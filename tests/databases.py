"""Empty databases for tests: a file, and (where a server is offered) PostgreSQL."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database
from storage.migrate import migrate

SERVER = os.environ.get("MCU_TEST_POSTGRES")
"""``postgresql+asyncpg://user:password@127.0.0.1/database`` of a role that may create databases."""

KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(SERVER is None, reason="MCU_TEST_POSTGRES is not set")),
]


async def lay_migrated(url: str, shelf: Path) -> None:
    """Where the file behind *url* does not exist yet, lay a copy of one that was migrated once and is kept on *shelf*:
    making the tables is most of a start. Other kinds of databases are left to be migrated."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database is None or Path(address.database).exists():
        return
    template = shelf / "migrated.sqlite3"
    if not template.exists():
        fresh = Database(f"sqlite+aiosqlite:///{template}.new")
        await migrate(fresh.engine)
        await fresh.close()
        Path(f"{template}.new").replace(template)
    shutil.copy(template, address.database)


@asynccontextmanager
async def empty_database(kind: str, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'test.sqlite3'}"
        return
    assert SERVER is not None
    name = f"mcu_test_{secrets.token_hex(6)}"
    server = create_async_engine(SERVER, isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        async with server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await server.dispose()
