"""The file of a database is read from its address as SQLAlchemy reads it, without SQLAlchemy."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.sqlite.database_files import database_file

ADDRESSES = (
    *("sqlite+aiosqlite:///mcu.sqlite3", "sqlite+aiosqlite:////var/lib/mcu/mcu.sqlite3", "sqlite:///папка/база 1.db"),
    *("sqlite+aiosqlite:///C:\\mcu\\mcu.db", "sqlite+aiosqlite:///a%20b#c.db?timeout=5", "sqlite+aiosqlite://"),
    *("sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///var/@home:1/mcu.sqlite3"),
    *("postgresql+asyncpg://mcu:mcu@127.0.0.1:5432/mcu", "postgresql://h/sqlite?file=a.sqlite3"),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_file_of_an_address_is_that_of_sqlalchemy(address: str) -> None:
    read = make_url(address)
    is_file = read.get_backend_name() == "sqlite" and read.database

    assert database_file(address) == (Path(str(read.database)) if is_file else None)
