"""Restoring of an SQLite database from a copy; the bot must not run."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from storage.errors import TransferFailed
from storage.migrate import newest_revision
from storage.sqlite.backup import create_private_file, describe_error, flush_to_disk, snapshot_file
from storage.sqlite.database_files import database_file, is_database_file
from storage.sqlite.file_lock import DatabaseFileLock, DatabaseInUse

_OWN_TABLES = frozenset({"alembic_version", "outbox", "ticket"})
"""Tables by which a database of the bot is recognised."""

_DAMAGED = "копия повреждена. Возьмите другую; если другой нет, добавьте --force, и бот возьмёт, что уцелело"
_UNREADABLE = "копия повреждена так, что взять из неё нечего. Возьмите другую"


@contextmanager
def replace_database(
    url: str, copy: Path, now: datetime, on_progress: Callable[[int], None], *, accept_damaged: bool
) -> Iterator[tuple[str, Path | None]]:
    """Check *copy*; yield the URL of a database made of it and where the present one will be kept (``None``: none).

    What the block writes there is a part of the restored database, which takes the place of the present one at the end
    of the block. Until then nothing is changed; the bot cannot be started meanwhile. *accept_damaged*: restore even
    if SQLite finds damage. Raises :class:`TransferFailed`, or ``OSError`` if the folder cannot be written to.
    """
    place = database_file(url)
    if place is None:
        raise TransferFailed("для PostgreSQL есть pg_restore, а после него — restore --after-pg-restore")
    if not copy.is_file():
        raise TransferFailed(f"файла копии нет: {copy}")
    if is_database_file(url, copy):
        raise TransferFailed(f"{copy} — это сама рабочая база или её служебный файл, а нужна копия")
    place = place.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place):
        fresh = create_private_file(place)
        try:
            snapshot_file(copy, fresh, on_progress)
            _check_copy(fresh, accept_damaged=accept_damaged)
            kept = place.with_name(f"{place.name}.before-{now:%Y-%m-%d-%H%M%S}") if place.exists() else None
            yield f"sqlite+aiosqlite:///{fresh}", kept
            flush_to_disk(fresh)
            if kept is not None:
                _keep(place, kept)
            fresh.replace(place)
            flush_to_disk(place.parent)
        except sqlite3.Error as error:
            raise TransferFailed(_describe_error(error, accept_damaged=accept_damaged)) from error
        finally:
            for suffix in ("", "-wal", "-shm"):
                fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    try:
        lock = DatabaseFileLock(database)
    except DatabaseInUse as error:
        raise TransferFailed(f"с базой {error} работает запущенный бот, остановите его") from None
    try:
        yield
    finally:
        lock.release()


def _check_copy(file: Path, *, accept_damaged: bool) -> None:
    with closing(sqlite3.connect(file)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not names >= _OWN_TABLES:
            raise TransferFailed("это не копия базы бота: в ней нет его таблиц")
        [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchone() or [""]
        if revision > newest_revision():
            raise TransferFailed("копию сделала более новая версия бота. Сначала обновите бота")
        if not accept_damaged and connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise TransferFailed(_DAMAGED)


def _describe_error(error: sqlite3.Error, *, accept_damaged: bool) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_NOTADB"):
        return "копия — не база SQLite. Проверьте, тот ли это файл"
    if name.startswith("SQLITE_CORRUPT"):
        return _UNREADABLE if accept_damaged else _DAMAGED
    return describe_error(error)


def _keep(place: Path, kept: Path) -> None:
    """Give the present database the name *kept*, as well, so that there is a database at *place* at every moment.

    Its write-ahead log, which must not meet another database, is written into the file first. A damaged database
    refuses that: it is moved away together with its log.
    """
    try:
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        os.link(place, kept)
    except (sqlite3.Error, OSError):
        for suffix in ("-wal", "-shm", ""):
            file = place.with_name(place.name + suffix)
            if file.exists():
                file.replace(kept.with_name(kept.name + suffix))
