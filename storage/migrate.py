"""Bring a database to the present schema, whichever command comes first."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import DatabaseUnavailable


def alembic_config() -> Config:
    """Alembic's settings, without a file: migrations travel inside the package."""
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrate up to *revision* within the caller's connection."""
    config = alembic_config()
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        # Several processes may start at once: the first migrates, the others wait and find nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7204206131)"))
    command.upgrade(config, revision)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Migrate down to *revision*: for the tests that walk every migration both ways."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def migrate(engine: AsyncEngine) -> None:
    """Create or upgrade the schema; :class:`DatabaseUnavailable` where there is no database to work with."""
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    except (DBAPIError, OSError, CommandError) as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise DatabaseUnavailable(reason) from error
