"""Backup of an SQLite database while the bot runs."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from storage.errors import TransferFailed

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


def backup_sqlite(url: str, file: Path, on_progress: Callable[[int], None]) -> int:
    """Copy the database behind *url* to *file* while it is in use, check the copy, return its size in bytes.

    The copy shows the moment at which it was begun, and gets its name only when it is complete. *on_progress* gets the
    percentage copied, about every ten percent. Blocks: call it in a thread. Raises :class:`TransferFailed`, or
    :class:`OSError` if the copy cannot be written.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise TransferFailed("для PostgreSQL копию делает pg_dump, см. docs/scale.md")
    source_file = Path(address.database)
    if not source_file.exists():
        raise TransferFailed(f"файла базы ещё нет: {source_file}")
    unfinished = file.with_name(file.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished)) as target:
            with closing(sqlite3.connect(source_file)) as source:
                _begin_snapshot(source)
                _require_disk_space(source, file.parent)
                source.backup(target, pages=PAGES_PER_STEP, progress=_throttled(on_progress))
            if target.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise TransferFailed("копия не прошла проверку. Проверьте диск и сделайте копию снова")
        unfinished.replace(file)
    except sqlite3.Error as error:
        raise TransferFailed(_describe_error(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


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


def _describe_error(error: sqlite3.Error) -> str:
    """Return the reason and what to do about it. SQLite's names: https://sqlite.org/rescode.html."""
    name = getattr(error, "sqlite_errorname", "")  # errors of the sqlite3 module itself have none
    text = next((text for code, text in _SQLITE_ERROR_TEXTS.items() if name.startswith(code)), None)
    return text or f"ошибка SQLite {name or type(error).__name__}. Проверьте диск и повторите команду"
