"""One transaction's way to the database. What is written and not asked for yet waits here and is written together."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Dialect,
    Executable,
    FromClause,
    Insert,
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

_TABLE_ORDER = {table: place for place, table in enumerate(metadata.sorted_tables)}
"""What is referred to comes before what refers to it."""

_CACHED_TABLES = frozenset((ticket, message, problem))
"""What the memory holds: a change of these past it clears it."""


class StatementBatches:
    """Rows in their order; those that one execution can write stand together."""

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
    """What waits for one table."""

    inserts: StatementBatches = field(default_factory=StatementBatches)
    updates: StatementBatches = field(default_factory=StatementBatches)


class Transaction:
    """Statements one by one, insertions in bulk.

    A statement costs a thread's or a network's round trip, a row of a bulk insertion next to nothing. So insertions are
    deferred, and changes of single rows that nobody waits for; a statement that names their table comes behind them
    (:meth:`execute` writes them first), and the unit of work writes the rest before it ends. Nobody can tell the
    difference, but for when an impossible row is complained of.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.cache = TransactionCache()
        self._pending: dict[FromClause[Any], PendingWrites] = {}
        self._flush_counts: Counter[FromClause[Any]] = Counter()
        self._discard_count = 0

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    @property
    def is_shared(self) -> bool:
        """Whether other processes may be at work on the same tables."""
        return self.dialect.name == "postgresql"

    def defer_insert(self, statement: Insert, row: Row) -> None:
        """Insert *row* by and by. Rows of one table keep their order; those with the same *statement* object and the
        same columns go together."""
        self._pending.setdefault(statement.table, PendingWrites()).inserts.add(statement, row)

    def defer_update(self, statement: Update, values: Row) -> None:
        """Change a row by and by, when those that wait are inserted. Changes of one table keep their order; *statement*
        takes all that differs from one to the next as parameters."""
        self._pending.setdefault(statement.table, PendingWrites()).updates.add(statement, values)

    async def execute(
        self, statement: Executable, parameters: Any = None, *, reads: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute *statement*, behind the waiting rows of the tables that it *sees* (found out, if not given)."""
        if isinstance(statement, UpdateBase) and statement.table in _CACHED_TABLES:
            self.cache.clear()
        return await self.execute_keeping_cache(statement, parameters, reads=reads)

    async def execute_keeping_cache(
        self, statement: Executable, parameters: Any = None, *, reads: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """:meth:`execute` for who keeps the :attr:`memory` true in person."""
        if self._pending:
            seen = _referenced_tables(statement) if reads is None else reads
            await self._flush_tables(self._pending if seen is None else _with_dependencies(seen) & self._pending.keys())
        return await self._connection.execute(statement, parameters)

    async def execute_without_flush(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute what has nothing to do with the rows that wait."""
        return await self._connection.execute(statement, parameters)

    async def stream(self, statement: Executable) -> AsyncResult[*tuple[Any, ...]]:
        await self.flush()
        return await self._connection.stream(statement)

    async def flush(self) -> None:
        """Write all that waits."""
        await self._flush_tables(self._pending)

    def flush_generation(self, table: Table) -> tuple[int, int]:
        """While this stays as it is, what was deferred for *table* waits where it was put."""
        return self._flush_counts[table], self._discard_count

    def discard_pending(self) -> None:
        """What waits will not be written: the part of the transaction that it belongs to is undone."""
        self._pending.clear()
        self._discard_count += 1
        self.cache.clear()

    async def _flush_tables(self, tables: Collection[FromClause[Any]]) -> None:
        for table in sorted(tables, key=_table_position):
            waiting = self._pending.pop(table)
            for statement, rows in (*waiting.inserts, *waiting.updates):
                await self._connection.execute(statement, rows)
            self._flush_counts[table] += 1


def _table_position(table: FromClause[Any]) -> int:
    return _TABLE_ORDER[table]  # type: ignore[index]


def _referenced_tables(statement: Executable) -> set[Table] | None:
    """Whatever *statement* names, also in what it is composed of; ``None``: nobody knows."""
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
