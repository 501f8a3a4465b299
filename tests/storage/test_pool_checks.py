"""Connections to PostgreSQL that the pool hands out again: alive, and without a question before each transaction."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from storage.database import Database
from storage.postgres import pool_checks

_BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture(autouse=True)
def server(database: Database) -> None:
    if not database.is_shared:
        pytest.skip("a file has no connections that end")


@pytest.fixture
def pings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections at which the server was asked whether it is there."""
    asked: list[object] = []
    ping = PGDialect_asyncpg.do_ping

    def count(dialect: PGDialect_asyncpg, connection: Any) -> bool:
        asked.append(connection)
        return bool(ping(dialect, connection))

    monkeypatch.setattr(PGDialect_asyncpg, "do_ping", count)
    return asked


async def _ask_backend(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.execute(_BACKEND)).scalar_one())


async def test_a_connection_that_was_used_just_now_is_used_again_without_a_question(
    database: Database, pings: list[object]
) -> None:
    assert await _ask_backend(database) == await _ask_backend(database)
    assert pings == []


async def test_a_connection_that_has_rested_is_asked(
    database: Database, pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_checks, "PING_AFTER_SECONDS", 0.0)
    assert await _ask_backend(database) == await _ask_backend(database)
    assert len(pings) == 1


async def test_connections_that_the_server_has_ended_are_replaced(database: Database, second: Database) -> None:
    async with database.engine.connect() as one, database.engine.connect() as other:
        backends = {int((await each.execute(_BACKEND)).scalar_one()) for each in (one, other)}
        drivers: list[Any] = [(await each.get_raw_connection()).driver_connection for each in (one, other)]
    async with second.engine.connect() as connection:
        for backend in backends:
            await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
    async with asyncio.timeout(5):
        while not all(driver.is_closed() for driver in drivers):
            await asyncio.sleep(0)

    async with database.engine.connect() as one, database.engine.connect() as other:
        fresh = {int((await each.execute(_BACKEND)).scalar_one()) for each in (one, other)}
    assert not fresh & backends


async def test_the_connection_used_last_is_used_next(database: Database) -> None:
    """It knows the statements; the others rest until there is a rush."""
    async with database.engine.connect() as one:
        async with database.engine.connect() as other:
            await other.execute(_BACKEND)
        last = int((await one.execute(_BACKEND)).scalar_one())
    assert await _ask_backend(database) == last
