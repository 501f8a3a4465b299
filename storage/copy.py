"""Copy of all data from one database into another."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import TransferFailed
from storage.migrate import migrate
from storage.sqlite.file_lock import DatabaseInUse
from storage.tables import metadata

ROWS_PER_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that was copied completely."""

    table: str
    rows: int
    checksum: str


async def copy_database(source_url: str, target_url: str, on_table: Callable[[CopiedTable], None]) -> list[CopiedTable]:
    """Copy everything into the empty database *target_url* in one transaction.

    Each table is compared by count and checksum before the transaction commits; *on_table* gets each table copied.
    """
    source, target = Database(source_url), Database(target_url)
    try:
        _lock_databases(source, target)
        await migrate(source.engine)
        await migrate(target.engine)
        async with source.engine.connect() as old, target.engine.begin() as new:
            await _require_empty(new)
            copied = []
            for table in metadata.sorted_tables:
                copied.append(await _copy_table(table, old, new))
                on_table(copied[-1])
            await _set_sequences(new)
        await _analyze(target)
        return copied
    finally:
        await source.close()
        await target.close()


def _lock_databases(*databases: Database) -> None:
    """Make sure that no bot is running: what it still wrote into the old database would be lost."""
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
    """Return (rows, digest), independent of the kind of database and of its sort order."""
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
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a column of type {type(value).__name__} cannot be compared")


async def _analyze(target: Database) -> None:
    """Let the server look at what has come: it plans the first start by that."""
    if target.is_shared:
        async with target.engine.begin() as connection:
            for table in metadata.sorted_tables:
                await connection.exec_driver_sql(f'ANALYZE "{table.name}"')


async def _set_sequences(connection: AsyncConnection) -> None:
    """Let new ids continue after the copied ones."""
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
