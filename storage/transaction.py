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

from storage.batching.transaction_cache import Memory
from storage.tables import message, metadata, problem, ticket

Row = dict[str, Any]

_ORDER = {table: place for place, table in enumerate(metadata.sorted_tables)}
"""What is referred to comes before what refers to it."""

_REMEMBERED = frozenset((ticket, message, problem))
"""What the memory holds: a change of these past it clears it."""


class Runs:
    """Rows in their order; those that one execution can write stand together."""

    def __init__(self) -> None:
        self._runs: list[tuple[Insert | Update, list[Row]]] = []

    def put(self, statement: Insert | Update, row: Row) -> None:
        if not self._runs or self._runs[-1][0] is not statement or self._runs[-1][1][0].keys() != row.keys():
            self._runs.append((statement, []))
        self._runs[-1][1].append(row)

    def __iter__(self) -> Iterator[tuple[Insert | Update, list[Row]]]:
        return iter(self._runs)


@dataclass(slots=True)
class Waiting:
    """What waits for one table."""

    insertions: Runs = field(default_factory=Runs)
    changes: Runs = field(default_factory=Runs)


class Transaction:
    """Statements one by one, insertions in bulk.

    A statement costs a thread's or a network's round trip, a row of a bulk insertion next to nothing. So insertions are
    deferred, and changes of single rows that nobody waits for; a statement that names their table comes behind them
    (:meth:`execute` writes them first), and the unit of work writes the rest before it ends. Nobody can tell the
    difference, but for when an impossible row is complained of.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.memory = Memory()
        self._waiting: dict[FromClause[Any], Waiting] = {}
        self._written: Counter[FromClause[Any]] = Counter()
        self._drops = 0

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    @property
    def is_shared(self) -> bool:
        """Whether other processes may be at work on the same tables."""
        return self.dialect.name == "postgresql"

    def defer(self, statement: Insert, row: Row) -> None:
        """Insert *row* by and by. Rows of one table keep their order; those with the same *statement* object and the
        same columns go together."""
        self._waiting.setdefault(statement.table, Waiting()).insertions.put(statement, row)

    def defer_change(self, statement: Update, values: Row) -> None:
        """Change a row by and by, when those that wait are inserted. Changes of one table keep their order; *statement*
        takes all that differs from one to the next as parameters."""
        self._waiting.setdefault(statement.table, Waiting()).changes.put(statement, values)

    async def execute(
        self, statement: Executable, parameters: Any = None, *, sees: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute *statement*, behind the waiting rows of the tables that it *sees* (found out, if not given)."""
        if isinstance(statement, UpdateBase) and statement.table in _REMEMBERED:
            self.memory.clear()
        return await self.execute_minding(statement, parameters, sees=sees)

    async def execute_minding(
        self, statement: Executable, parameters: Any = None, *, sees: Collection[Table] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """:meth:`execute` for who keeps the :attr:`memory` true in person."""
        if self._waiting:
            seen = _tables(statement) if sees is None else sees
            await self._write(self._waiting if seen is None else _with_what_they_refer_to(seen) & self._waiting.keys())
        return await self._connection.execute(statement, parameters)

    async def execute_beside(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute what has nothing to do with the rows that wait."""
        return await self._connection.execute(statement, parameters)

    async def stream(self, statement: Executable) -> AsyncResult[*tuple[Any, ...]]:
        await self.flush()
        return await self._connection.stream(statement)

    async def flush(self) -> None:
        """Write all that waits."""
        await self._write(self._waiting)

    def times_written(self, table: Table) -> tuple[int, int]:
        """While this stays as it is, what was deferred for *table* waits where it was put."""
        return self._written[table], self._drops

    def drop(self) -> None:
        """What waits will not be written: the part of the transaction that it belongs to is undone."""
        self._waiting.clear()
        self._drops += 1
        self.memory.clear()

    async def _write(self, tables: Collection[FromClause[Any]]) -> None:
        for table in sorted(tables, key=_place):
            waiting = self._waiting.pop(table)
            for statement, rows in (*waiting.insertions, *waiting.changes):
                await self._connection.execute(statement, rows)
            self._written[table] += 1


def _place(table: FromClause[Any]) -> int:
    return _ORDER[table]  # type: ignore[index]


def _tables(statement: Executable) -> set[Table] | None:
    """Whatever *statement* names, also in what it is composed of; ``None``: nobody knows."""
    parts = list(visitors.iterate(statement)) if isinstance(statement, ClauseElement) else []
    if not parts or any(isinstance(part, TextClause) for part in parts):
        return None
    return {part for part in parts if isinstance(part, Table)}


def _with_what_they_refer_to(tables: Iterable[Table]) -> set[FromClause[Any]]:
    return {one for table in tables for one in _chain(table)}


@cache
def _chain(table: Table) -> frozenset[Table]:
    direct = {key.column.table for key in table.foreign_keys} - {table}
    return frozenset((table,)).union(*(_chain(one) for one in direct))
