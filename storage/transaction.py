"""Statements of one transaction, with deferred writes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Dialect,
    Executable,
    FromClause,
    Insert,
    SelectBase,
    Table,
    TextClause,
    Update,
    UpdateBase,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult
from sqlalchemy.sql import visitors

from storage.batching.transaction_cache import TransactionCache
from storage.tables import message, metadata, problem, ticket

Row = dict[str, Any]

_TABLE_ORDER: dict[FromClause[Any], int] = {table: position for position, table in enumerate(metadata.sorted_tables)}
"""Referenced tables come before those that refer to them."""

_CACHED_TABLES = frozenset((ticket, message, problem))
"""Tables whose rows the cache holds: a direct change of these clears it."""


class StatementBatches:
    """Rows in order, grouped by the statement execution that can write them together."""

    def __init__(self) -> None:
        self._batches: list[tuple[Insert | Update, list[Row]]] = []

    def add(self, statement: Insert | Update, row: Row) -> None:
        if not self._batches or self._batches[-1][0] is not statement or self._batches[-1][1][0].keys() != row.keys():
            self._batches.append((statement, []))
        self._batches[-1][1].append(row)

    def __iter__(self) -> Iterator[tuple[Insert | Update, list[Row]]]:
        return iter(self._batches)


@dataclass(slots=True)
class PendingWrites:
    """Deferred writes of one table."""

    inserts: StatementBatches = field(default_factory=StatementBatches)
    updates: StatementBatches = field(default_factory=StatementBatches)


class WriteRefused(Exception):
    """A statement writes where only reading is allowed: nothing would undo it."""


class Transaction:
    """Executes statements one by one and inserts in bulk.

    A statement costs a thread's or a network's round trip, a row of a bulk insert next to nothing. So inserts are
    deferred, and updates of single rows whose result nobody needs; a statement that names their table is executed after
    them (:meth:`execute` writes them first), and the unit of work writes the rest before it ends. The only visible
    difference is the moment at which an impossible row is reported.

    Without *batching* every deferred row is written by a statement of its own before the next statement, and the cache
    stores nothing. With *read_only* anything but a query raises :class:`WriteRefused`.
    """

    def __init__(self, connection: AsyncConnection, *, batching: bool = True, read_only: bool = False) -> None:
        self._connection = connection
        self._batching = batching
        self._read_only = read_only
        self.cache = TransactionCache() if batching else TransactionCache.disabled()
        self._pending: defaultdict[FromClause[Any], PendingWrites] = defaultdict(PendingWrites)
        self._flush_counts: Counter[FromClause[Any]] = Counter()
        self._discard_count = 0

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    @property
    def is_shared(self) -> bool:
        """True if other processes may work on the same tables."""
        return self.dialect.name == "postgresql"

    def defer_insert(self, statement: Insert, row: Row) -> None:
        """Insert *row* later. Rows of one table keep their order; rows with the same *statement* object and the same
        columns are written together."""
        self._check_allowed(statement)
        self._pending[statement.table].inserts.add(statement, row)

    def defer_update(self, statement: Update, values: Row) -> None:
        """Update a row later, after the deferred inserts. Updates of one table keep their order; *statement* takes all
        that differs between them as parameters."""
        self._check_allowed(statement)
        self._pending[statement.table].updates.add(statement, values)

    async def execute(
        self, statement: Executable, parameters: Any = None, *, reads: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute *statement* after the deferred writes of the tables that it *reads* (default: all that it names)."""
        if isinstance(statement, UpdateBase) and statement.table in _CACHED_TABLES:
            self.cache.clear()
        return await self.execute_keeping_cache(statement, parameters, reads=reads)

    async def execute_keeping_cache(
        self, statement: Executable, parameters: Any = None, *, reads: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Like :meth:`execute`, but leave the cache untouched; the caller updates it."""
        self._check_allowed(statement)
        if self._pending:
            read = _referenced_tables(statement) if reads is None else reads
            every = read is None or not self._batching
            await self._flush_tables(self._pending if every else _with_dependencies(read or ()) & self._pending.keys())
        return await self._connection.execute(statement, parameters)

    async def execute_without_flush(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute a statement that does not depend on deferred writes."""
        self._check_allowed(statement)
        if not self._batching:
            await self.flush()
        return await self._connection.execute(statement, parameters)

    async def stream(self, statement: Executable) -> AsyncResult[*tuple[Any, ...]]:
        await self.flush()
        return await self._connection.stream(statement)

    async def fetch_plain(self, sqlite: str, postgres: str, *values: int) -> Sequence[Any]:
        """Return the rows of a query as the driver has them; there must have been a statement in this transaction."""
        await self.flush()
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        rows: Sequence[Any] = await (
            driver.fetch(postgres, *values) if self.is_shared else driver.execute_fetchall(sqlite, values)
        )
        return rows

    async def flush(self) -> None:
        """Write everything deferred."""
        await self._flush_tables(self._pending)

    def flush_generation(self, table: Table) -> tuple[int, int]:
        """Return a value that changes when the deferred writes of *table* are written or discarded."""
        return self._flush_counts[table], self._discard_count

    def discard_pending(self) -> None:
        """Drop the deferred writes: the part of the transaction that they belong to is rolled back."""
        self._pending.clear()
        self._discard_count += 1
        self.cache.clear()

    def _check_allowed(self, statement: Executable) -> None:
        if self._read_only and not isinstance(statement, SelectBase):
            raise WriteRefused(type(statement).__name__)

    async def _flush_tables(self, tables: Collection[FromClause[Any]]) -> None:
        for table in sorted(tables, key=_table_position):
            pending = self._pending.pop(table)
            for statement, rows in (*pending.inserts, *pending.updates):
                for part in [rows] if self._batching else [[row] for row in rows]:
                    await self._connection.execute(statement, part)
            self._flush_counts[table] += 1


def _table_position(table: FromClause[Any]) -> int:
    return _TABLE_ORDER[table]


def _referenced_tables(statement: Executable) -> set[Table] | None:
    """Return the tables that *statement* and its parts name; ``None`` if it contains plain SQL."""
    parts = list(visitors.iterate(statement)) if isinstance(statement, ClauseElement) else []
    if not parts or any(isinstance(part, TextClause) for part in parts):
        return None
    return {part for part in parts if isinstance(part, Table)}


def _with_dependencies(tables: Iterable[Table]) -> set[FromClause[Any]]:
    return {one for table in tables for one in _dependencies_of(table)}


@cache
def _dependencies_of(table: Table) -> frozenset[Table]:
    direct = {key.column.table for key in table.foreign_keys} - {table}
    return frozenset((table,)).union(*(_dependencies_of(one) for one in direct))
