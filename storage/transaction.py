"""One transaction's way to the database. What is inserted and not asked for yet waits here and is written together."""

from typing import Any

from sqlalchemy import Dialect, Executable, Insert, UpdateBase
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from storage.memory import Memory
from storage.tables import message, metadata, ticket

Row = dict[str, Any]

_ORDER = {table: place for place, table in enumerate(metadata.sorted_tables)}
"""What is referred to comes before what refers to it."""

_REMEMBERED = frozenset((ticket, message))
"""What the memory holds: a change of these past it clears it."""


class Transaction:
    """Statements one by one, insertions in bulk.

    A statement costs a thread's or a network's round trip, a row of a bulk insertion next to nothing. So insertions are
    deferred; whatever is asked or changed afterwards comes behind them (:meth:`execute` writes them first), and the
    unit of work writes the rest before it ends. Nobody can tell the difference, but for when an impossible row is
    complained of.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.memory = Memory()
        self._waiting: dict[Any, list[tuple[Insert, list[Row]]]] = {}
        self.flushes = 0
        """How often waiting rows were written: what was deferred at an earlier count waits no more."""

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
        runs = self._waiting.setdefault(statement.table, [])
        if not runs or runs[-1][0] is not statement or runs[-1][1][0].keys() != row.keys():
            runs.append((statement, []))
        runs[-1][1].append(row)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        if isinstance(statement, UpdateBase) and statement.table in _REMEMBERED:
            self.memory.clear()
        return await self.execute_minding(statement, parameters)

    async def execute_minding(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """:meth:`execute` for who keeps the :attr:`memory` true in person."""
        await self.flush()
        return await self._connection.execute(statement, parameters)

    async def execute_beside(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute what has nothing to do with the rows that wait."""
        return await self._connection.execute(statement, parameters)

    async def stream(self, statement: Executable) -> AsyncResult[*tuple[Any, ...]]:
        await self.flush()
        return await self._connection.stream(statement)

    async def flush(self) -> None:
        """Write what waits."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        self.flushes += 1
        for table in sorted(waiting, key=_ORDER.__getitem__):
            for statement, rows in waiting[table]:
                await self._connection.execute(statement, rows)

    def drop(self) -> None:
        """What waits will not be written: the part of the transaction that it belongs to is undone."""
        self._waiting.clear()
        self.memory.clear()
        self.flushes += 1
