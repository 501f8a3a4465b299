"""``restore``: the database of a copy, and the steps that follow."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.config import Config
from bot.domain.clock import SystemClock
from bot.services.answers.restored_database import mark_restored as record_restore
from storage.database import Database
from storage.errors import DATABASE_ERRORS, DatabaseUnavailable, TransferFailed
from storage.migrate import migrate
from storage.postgres.leadership import has_leader
from storage.sqlite.file_lock import DatabaseInUse
from storage.sqlite.restore import replace_database


async def restore_database(
    config: Config, copy: Path, on_progress: Callable[[int], None], *, force: bool, now: datetime
) -> Path | None:
    """``restore``: put *copy* in the place of the SQLite database; return where a former one is kept.

    Raises :class:`~storage.errors.TransferFailed`.
    """
    local = now.astimezone(config.zone)
    with replace_database(config.database_url, copy, local, on_progress, accept_damaged=force) as (url, kept):
        database = Database(url)
        try:
            await migrate(database.engine)
            async with database.begin() as uow:
                await record_restore(uow, now)
        finally:
            await database.close()
    return kept


async def mark_restored(config: Config) -> None:
    """``restore --after-pg-restore``: take the steps that follow a restore by other means."""
    database = Database(config.database_url)
    try:
        if database.is_shared and await has_leader(database):
            raise TransferFailed("с базой работает запущенный бот, остановите все его процессы")
        database.acquire_file_lock()
        await migrate(database.engine)
        async with database.begin() as uow:
            await record_restore(uow, SystemClock().now())
    except DatabaseInUse as error:
        raise TransferFailed(f"с базой {error} работает запущенный бот, остановите его") from None
    except DATABASE_ERRORS as error:
        raise DatabaseUnavailable(str(error)) from error
    finally:
        await database.close()
