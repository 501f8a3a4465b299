"""A filled SQLite file into PostgreSQL, by COPY: ``migrate-data`` compares every row, which is not measured here."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Boolean, Column, Date, Float, Integer, Table, make_url

from storage.database import Database
from storage.migrate import migrate
from storage.tables import metadata
from storage.tables.base import UtcDateTime

ROWS_PER_CHUNK = 20_000

Converter = Callable[[Any], Any]


async def copy_to_postgres(file: Path, url: str) -> float:
    """Fill the empty database behind *url* with what *file* holds; the seconds it took. References and indexes are made
    afterwards."""
    began = time.perf_counter()
    fresh = Database(url)
    await migrate(fresh.engine)
    await fresh.close()
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    server = await asyncpg.connect(address)
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as books:
            later = await _drop_indexes(server)
            for table in metadata.sorted_tables:
                for rows in _iter_chunks(books, table):
                    await server.copy_records_to_table(
                        table.name, records=rows, columns=[column.name for column in table.columns]
                    )
            for statement in later:
                await server.execute(statement)
        await _advance_sequences(server)
        await server.execute("ANALYZE")
    finally:
        await server.close()
    return time.perf_counter() - began


def _iter_chunks(books: sqlite3.Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    converts = [_converter_for(column) for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    found = books.execute(f'SELECT {names} FROM "{table.name}"')
    while rows := found.fetchmany(ROWS_PER_CHUNK):
        yield [
            tuple(value if value is None else convert(value) for value, convert in zip(row, converts, strict=True))
            for row in rows
        ]


def _converter_for(column: Column[Any]) -> Converter:
    """Convert a value that SQLite keeps as text or number to the type that PostgreSQL expects."""
    if isinstance(column.type, UtcDateTime):
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat
    if isinstance(column.type, Boolean):
        return bool
    if isinstance(column.type, Float):
        return float
    return int if isinstance(column.type, Integer) else str


async def _drop_indexes(server: "asyncpg.Connection[Any]") -> list[str]:
    """Drop what would be kept up to date row by row; the statements that bring it back."""
    references = await server.fetch(
        "SELECT conrelid::regclass::text AS t, conname, pg_get_constraintdef(oid) AS how FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    indexes = await server.fetch(
        "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS how FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique"
    )
    for one in references:
        await server.execute(f"ALTER TABLE {one['t']} DROP CONSTRAINT {one['conname']}")
    for one in indexes:
        await server.execute(f"DROP INDEX {one['name']}")
    back = [f"ALTER TABLE {one['t']} ADD CONSTRAINT {one['conname']} {one['how']} NOT VALID" for one in references]
    return [*(one["how"] for one in indexes), *back]


async def _advance_sequences(server: "asyncpg.Connection[Any]") -> None:
    for table in metadata.sorted_tables:
        if "id" in table.columns:
            sequence = await server.fetchval("SELECT pg_get_serial_sequence($1, 'id')", table.name)
            if sequence:
                newest = f"SELECT greatest(max(id), 1) FROM {table.name}"
                await server.execute(f"SELECT setval('{sequence}', ({newest}))")
