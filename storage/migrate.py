"""Migration of the database to the current schema, on the first command that opens it.

Alembic is imported only if there is something to migrate: this saves time and memory on an ordinary start.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.errors import DATABASE_ERRORS, DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config() -> "Config":
    """Return Alembic's settings; there is no file of settings, as the migrations are part of the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrate up to *revision* within the caller's connection.

    Raises :class:`DatabaseUnavailable` if a later release has migrated the database.
    """
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        # Several processes may start at once: the first migrates, the others wait and find nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7204206131)"))
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise DatabaseUnavailable(str(error)) from error


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Migrate down to *revision*, for the tests that run every migration in both directions."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def newest_revision() -> str:
    """Return the revision that this release needs: the greatest number that a migration's file name begins with."""
    folder = files("storage") / "migrations" / "versions"
    return max(name.partition("_")[0] for name in (entry.name for entry in folder.iterdir()) if name[:1].isdigit())


def _is_up_to_date(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(found) == [newest_revision()]


async def migrate(engine: AsyncEngine) -> None:
    """Create or upgrade the schema; raise :class:`DatabaseUnavailable` if the database cannot be used."""
    try:
        async with engine.begin() as connection:
            if not await connection.run_sync(_is_up_to_date):
                await connection.run_sync(upgrade)
    except DATABASE_ERRORS as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise DatabaseUnavailable(reason) from error
