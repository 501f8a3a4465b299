"""A database of a town in a test of services, with all tables."""

from functools import cache
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from storage.database import Database
from storage.tables import metadata

FILE = "town.sqlite3"


def create_town_database(folder: Path) -> Database:
    """Open a new database in *folder*: the tables are copied, since creating them is most of what it costs."""
    (folder / FILE).write_bytes(_empty_tables())
    return open_town_database(folder)


def open_town_database(folder: Path) -> Database:
    """Open the database of *folder* as another process of the bot would."""
    return Database(f"sqlite+aiosqlite:///{folder / FILE}")


@cache
def _empty_tables() -> bytes:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            return bytes(driver.serialize())
    finally:
        engine.dispose()
