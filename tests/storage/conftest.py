"""A fresh database for every test. A second kind of database joins by one more line in ``KINDS``."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import migrate


def _sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'test.sqlite3'}"


KINDS: dict[str, Callable[[Path], str]] = {"sqlite": _sqlite}
"""Kind → address of an empty database of that kind."""


@pytest.fixture(params=sorted(KINDS))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    return KINDS[request.param](tmp_path)


@pytest.fixture
async def empty(url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def database(empty: Database) -> Database:
    """A database at its newest schema."""
    await migrate(empty.engine)
    return empty


@pytest.fixture
async def second(database: Database, url: str) -> AsyncIterator[Database]:
    """The same database as another process would open it."""
    other = Database(url)
    yield other
    await other.close()
