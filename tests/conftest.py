"""Fixtures and settings shared by all tests."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import DatabasePool

# Laws are checked on whatever machine there is: how long one example takes proves nothing.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection, which took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def shelf() -> Iterator[DatabasePool]:
    """PostgreSQL databases to be used again."""
    shelf = DatabasePool()
    yield shelf
    asyncio.run(shelf.close())
