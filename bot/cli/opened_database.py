"""The database as a command opens it: brought up to date, and closed at its end. The bot may be running."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Config
from storage.database import Database
from storage.migrate import migrate


@asynccontextmanager
async def opened_database(config: Config) -> AsyncIterator[Database]:
    """Open the database of *config*, whose schema becomes the newest.

    Raises :class:`~storage.errors.DatabaseUnavailable`.
    """
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        yield database
    finally:
        await database.close()
