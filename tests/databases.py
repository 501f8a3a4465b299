"""Empty databases for tests: a file, and (where a server is offered) PostgreSQL."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

SERVER = os.environ.get("MCU_TEST_POSTGRES")
"""``postgresql+asyncpg://user:password@127.0.0.1/database`` of a role that may create databases."""

KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(SERVER is None, reason="MCU_TEST_POSTGRES is not set")),
]


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
