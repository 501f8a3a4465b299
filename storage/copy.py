"""Moving a municipality: to a backup file while the bot runs, and from one database to another."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.migrate import migrate
from storage.sqlite.file_lock import DatabaseInUse
from storage.tables import metadata

ROWS_PER_CHUNK = 1000

PAGES_PER_STEP = 500
"""Pages of a backup that are copied between two words about how far it is."""

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


class TransferFailed(Exception):
    """Nothing was changed for good; the message says why."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table that arrived whole."""

    table: str
    rows: int
    checksum: str


def backup_sqlite(url: str, file: Path, on_progress: Callable[[int], None]) -> int:
    """Copy the database behind *url* to *file* while it is in use, check the copy, return its size in bytes.

    The copy is of the moment at which it was begun, and appears under its name only when it is whole. *told* hears how
    many percent are copied, every few of them. Blocks: call it in a thread. Raises :class:`TransferFailed`,
    :class:`OSError` where the copy can not be written.
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
    """One picture for the whole copy: without it SQLite begins the copy anew whenever somebody else has written, and
    would not end while a bot works (https://sqlite.org/c3ref/backup_finish.html). Nobody is held up; the write-ahead
    log grows until *source* is closed."""
    source.isolation_level = None
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _require_disk_space(source: sqlite3.Connection, folder: Path) -> None:
    """A copy that fills the disk takes the room in which the bot works, before it fails."""
    pages, size = (source.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
    free = shutil.disk_usage(folder).free
    if pages * size > free:
        raise TransferFailed(
            f"на диске нет места: нужно {-(-pages * size // BYTES_PER_MEGABYTE)} МБ,"
            f" свободно {free // BYTES_PER_MEGABYTE} МБ."
            " Освободите место или укажите другой диск"
        )


def _throttled(on_progress: Callable[[int], None]) -> Callable[[int, int, int], None]:
    said = -1

    def progress(_status: int, remaining: int, total: int) -> None:
        nonlocal said
        percent = 100 * (total - remaining) // total if total else 100
        if percent // 10 != said // 10:
            said = percent
            on_progress(percent)

    return progress


def _describe_error(error: sqlite3.Error) -> str:
    """Why, and what to do. SQLite's names: https://sqlite.org/rescode.html."""
    name = getattr(error, "sqlite_errorname", "")  # the module's own errors have none
    words = next((words for kind, words in _SQLITE_ERROR_TEXTS.items() if name.startswith(kind)), None)
    return words or f"ошибка SQLite {name or type(error).__name__}. Проверьте диск и повторите команду"


async def copy_database(source_url: str, target_url: str, on_table: Callable[[CopiedTable], None]) -> list[CopiedTable]:
    """Copy everything into the empty database *target_url* in one transaction; each table is compared by count and
    checksum before the transaction commits. *told* hears of every table that has arrived."""
    source, target = Database(source_url), Database(target_url)
    try:
        _lock_databases(source, target)
        await migrate(source.engine)
        await migrate(target.engine)
        async with source.engine.connect() as old, target.engine.begin() as new:
            await _require_empty(new)
            moved = []
            for table in metadata.sorted_tables:
                moved.append(await _copy_table(table, old, new))
                on_table(moved[-1])
            await _set_sequences(new)
        return moved
    finally:
        await source.close()
        await target.close()


def _lock_databases(*databases: Database) -> None:
    """What a running bot would still write into the old database would stay behind."""
    try:
        for database in databases:
            database.acquire_file_lock()
    except DatabaseInUse as error:
        raise TransferFailed(f"с базой {error} работает запущенный бот, остановите его") from None


async def _require_empty(connection: AsyncConnection) -> None:
    for table in metadata.sorted_tables:
        if await connection.scalar(select(func.count()).select_from(table)):
            raise TransferFailed(f"новая база не пуста: в таблице {table.name} уже есть записи")


async def _copy_table(table: Table, old: AsyncConnection, new: AsyncConnection) -> CopiedTable:
    async for rows in _read_chunks(table, old):
        await new.execute(insert(table), rows)
    before, after = await _checksum(table, old), await _checksum(table, new)
    if before != after:
        raise TransferFailed(f"таблица {table.name} прибыла не целиком: {before[0]} и {after[0]} записей")
    return CopiedTable(table.name, *after)


async def _read_chunks(table: Table, connection: AsyncConnection) -> AsyncIterator[list[dict[str, Any]]]:
    result = await connection.stream(select(table).order_by(*table.primary_key.columns))
    async for rows in result.partitions(ROWS_PER_CHUNK):
        yield [dict(row._mapping) for row in rows]


async def _checksum(table: Table, connection: AsyncConnection) -> tuple[int, str]:
    """(rows, digest) that does not depend on the kind of database, nor on the order in which it sorts."""
    count, total = 0, 0
    async for rows in _read_chunks(table, connection):
        for row in rows:
            line = json.dumps(row, default=_to_json, sort_keys=True, ensure_ascii=False)
            total = (total + int.from_bytes(hashlib.sha256(line.encode()).digest())) % (1 << 256)
            count += 1
    return count, f"{total:064x}"[:16]


def _to_json(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"a column of type {type(value).__name__} cannot be compared")


async def _set_sequences(connection: AsyncConnection) -> None:
    """New numbers go on after the old ones."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.primary_key.columns.values()[0]
        if column.name != "id":
            continue
        sequence = await connection.scalar(text("SELECT pg_get_serial_sequence(:t, 'id')"), {"t": table.name})
        newest = await connection.scalar(select(func.max(table.c.id)))
        if sequence and newest:
            await connection.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": newest})
