"""A fresh database for every test, of every kind there is (``tests.databases``)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.databases import DATABASE_KINDS, DatabasePool, empty_database, migrated_database


@pytest.fixture(params=DATABASE_KINDS)
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database without tables."""
    async with empty_database(request.param, tmp_path) as address:
        database = Database(address)
        yield database
        await database.close()


@pytest.fixture(params=DATABASE_KINDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[str]:
    """The address of a database at its newest schema."""
    async with migrated_database(request.param, tmp_path, shelf) as address:
        yield address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A database at its newest schema."""
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def second(url: str) -> AsyncIterator[Database]:
    """The same database as another process would open it."""
    other = Database(url)
    yield other
    await other.close()
