"""Backup of an SQLite database while the bot runs."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.errors import TransferFailed
from storage.sqlite.database_files import database_file, give_to_owner, is_database_file

PAGES_PER_STEP = 500
"""Pages of a backup that are copied between two calls of *on_progress*."""

BYTES_PER_MEGABYTE = 1 << 20

_SQLITE_ERROR_TEXTS = {
    "SQLITE_CANTOPEN": "файл не создать или не открыть. Проверьте, что папка есть и в неё можно писать",
    "SQLITE_READONLY": "нет права писать. Проверьте права на папку",
    "SQLITE_PERM": "нет права писать. Проверьте права на папку",
    "SQLITE_FULL": "на диске нет места. Освободите его или укажите другой диск",
    "SQLITE_IOERR": "диск не читается или не пишется. Проверьте его и место на нём",
    "SQLITE_BUSY": "база занята другой программой. Повторите позже",
    "SQLITE_LOCKED": "база занята другой программой. Повторите позже",
    "SQLITE_CORRUPT": "база повреждена. Восстановите её из прошлой копии",
    "SQLITE_NOTADB": "это не база SQLite. Проверьте [database] url",
}


def backup_sqlite(url: str, file: Path, on_progress: Callable[[int], None], *, overwrite: bool = False) -> int:
    """Copy the database behind *url* to *file* while it is in use, check the copy, return its size in bytes.

    The copy shows the moment at which it was begun, and gets its name only when it is complete and on the disk. Only
    its owner can read it. *overwrite*: replace an earlier copy. *on_progress* gets the percentage copied, about every
    ten percent. Blocks: call it in a thread. Raises :class:`TransferFailed`, or :class:`OSError` if the copy cannot be
    written.
    """
    source_file = database_file(url)
    if source_file is None:
        raise TransferFailed("для PostgreSQL копию делает pg_dump, см. docs/scale.md")
    if not source_file.exists():
        raise TransferFailed(f"файла базы ещё нет: {source_file}")
    if is_database_file(url, file):
        raise TransferFailed(f"{file} — это сама рабочая база или её служебный файл. Укажите для копии другое место")
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(file))
    if file.exists() and not overwrite:
        raise TransferFailed(f"файл {file} уже есть. Укажите другое имя или добавьте --force, чтобы заменить его")
    unfinished = create_private_file(file)
    try:
        snapshot_file(source_file, unfinished, on_progress)
        with closing(sqlite3.connect(unfinished)) as target:
            if target.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise TransferFailed("копия не прошла проверку. Проверьте диск и сделайте копию снова")
        flush_to_disk(unfinished)
        unfinished.replace(file)
        flush_to_disk(file.parent)
    except sqlite3.Error as error:
        raise TransferFailed(describe_error(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def snapshot_file(source_file: Path, target_file: Path, on_progress: Callable[[int], None]) -> None:
    """Copy one moment of *source_file*, which may be in use, to *target_file*; raises ``sqlite3.Error``."""
    with closing(sqlite3.connect(target_file)) as target, closing(sqlite3.connect(source_file)) as source:
        _begin_snapshot(source)
        _require_disk_space(source, target_file.parent)
        source.backup(target, pages=PAGES_PER_STEP, progress=_throttled(on_progress))


def create_private_file(file: Path) -> Path:
    """Create an empty file that is to replace *file*, next to it; ``mkstemp`` lets only the owner read it."""
    try:
        handle, name = tempfile.mkstemp(".part", f"{file.name}.", file.parent)
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise TransferFailed(_SQLITE_ERROR_TEXTS["SQLITE_CANTOPEN"]) from error
    os.close(handle)
    give_to_owner(Path(name), file)
    return Path(name)


def flush_to_disk(path: Path) -> None:
    """Wait until *path* is on the disk; a folder: the names in it (fsync(2))."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _begin_snapshot(source: sqlite3.Connection) -> None:
    """Hold one snapshot for the whole copy.

    Without it SQLite restarts the copy after every write of another connection, and would never finish while the bot
    works (https://sqlite.org/c3ref/backup_finish.html). Writers are not blocked; the write-ahead log grows until
    *source* is closed.
    """
    source.isolation_level = None
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _require_disk_space(source: sqlite3.Connection, folder: Path) -> None:
    """Refuse a copy that would not fit: by filling the disk it would stop the bot as well."""
    pages, size = (source.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
    free = shutil.disk_usage(folder).free
    if pages * size > free:
        raise TransferFailed(
            f"на диске нет места: нужно {-(-pages * size // BYTES_PER_MEGABYTE)} МБ,"
            f" свободно {free // BYTES_PER_MEGABYTE} МБ."
            " Освободите место или укажите другой диск"
        )


def _throttled(on_progress: Callable[[int], None]) -> Callable[[int, int, int], None]:
    reported = -1

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal reported
        percent = 100 * (total - remaining) // total if total else 100
        if percent // 10 != reported // 10:
            reported = percent
            on_progress(percent)

    return progress


def describe_error(error: sqlite3.Error) -> str:
    """Return the reason and what to do about it. SQLite's names: https://sqlite.org/rescode.html."""
    name = getattr(error, "sqlite_errorname", "")  # errors of the sqlite3 module itself have none
    text = next((text for code, text in _SQLITE_ERROR_TEXTS.items() if name.startswith(code)), None)
    return text or f"ошибка SQLite {name or type(error).__name__}. Проверьте диск и повторите команду"
