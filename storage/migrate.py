"""Bring a database to the present schema, whichever command comes first.

Alembic is imported only where there is something to migrate: on an ordinary start its time and memory are saved.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config() -> "Config":
    """Alembic's settings, without a file: migrations travel inside the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrate up to *revision* within the caller's connection. :class:`DatabaseUnavailable` for a database of a later
    release."""
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
    """Migrate down to *revision*: for the tests that walk every migration both ways."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def newest_revision() -> str:
    """The revision that this release wants: files of migrations begin with theirs."""
    folder = files("storage") / "migrations" / "versions"
    return max(name.partition("_")[0] for name in (entry.name for entry in folder.iterdir()) if name[:1].isdigit())


def _is_up_to_date(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(found) == [newest_revision()]


async def migrate(engine: AsyncEngine) -> None:
    """Create or upgrade the schema; :class:`DatabaseUnavailable` where there is no database to work with."""
    try:
        async with engine.begin() as connection:
            if not await connection.run_sync(_is_up_to_date):
                await connection.run_sync(upgrade)
    except (DBAPIError, OSError) as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise DatabaseUnavailable(reason) from error
