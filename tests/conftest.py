"""Fixtures and settings shared by all tests."""

import asyncio
import gc
import ssl
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import create_async_engine

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


class SharedStatements(dict[tuple[Any, ...], Any]):
    """Compiled statements of all engines of a process.

    An engine's own cache is gone with the engine. The first item of a key is its dialect, an object of the engine: here
    engines with the same kind of dialect share what was compiled.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@pytest.fixture(scope="session", autouse=True)
def _shared_statements() -> Iterator[None]:
    """Compile a statement once a session: every test makes an engine, and a tenth of its time went there."""
    options = {"compiled_cache": SharedStatements()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.database.create_async_engine", partial(create_async_engine, execution_options=options))
        yield


@pytest.fixture(scope="session", autouse=True)
def _shared_certificates() -> Iterator[None]:
    """Read aiogram's file of certificates once a session: every bot reads it (23 ms), and speaks plain HTTP here."""
    read = ssl.create_default_context
    read_once = lru_cache(read)

    def create_default_context(*arguments: Any, cafile: str | None = None, **more: Any) -> ssl.SSLContext:
        if arguments or more or cafile is None:
            return read(*arguments, cafile=cafile, **more)
        return read_once(cafile=cafile)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create_default_context)
        yield
