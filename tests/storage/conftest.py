"""A fresh database for every test, of every kind there is (``tests.databases``)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import migrate
from tests.databases import KINDS, empty_database, lay_migrated


@pytest.fixture(params=KINDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    async with empty_database(request.param, tmp_path) as address:
        yield address


@pytest.fixture
async def empty(url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def database(url: str, empty: Database, tmp_path: Path) -> Database:
    """A database at its newest schema."""
    await lay_migrated(url, tmp_path.parent)
    await migrate(empty.engine)
    return empty


@pytest.fixture
async def second(database: Database, url: str) -> AsyncIterator[Database]:
    """The same database as another process would open it."""
    other = Database(url)
    yield other
    await other.close()
