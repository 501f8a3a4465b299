"""A DBAPI for SQLite with one thread switch per statement.

aiosqlite runs every call of the standard library's module in a thread of the connection: creating a cursor, executing,
fetching and closing it are four calls, each with two thread switches, and cost more than SQLite's own work. Here the
four are one function, and the BEGIN of a transaction goes along with its first statement. Streamed rows go the usual
way. ``Database(url, single_hop=False)`` uses the stock driver.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    AsyncAdapt_aiosqlite_ss_cursor,
)
from sqlalchemy.util.concurrency import await_


class _SingleHopCursor(AsyncAdapt_aiosqlite_cursor):
    """The result of a statement, whose cursor was created, used and closed in the connection's thread."""

    __slots__ = ("_description", "_last_row", "_row_count")

    _awaitable_cursor_close = False  # nothing is open

    def __init__(self, connection: Any) -> None:
        self._adapt_connection = connection
        self._connection = connection._connection
        self._cursor = None  # type: ignore[assignment]
        self._rows = deque()
        self._description: Any = None
        self._row_count = -1
        self._last_row: Any = None

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._row_count

    @property
    def lastrowid(self) -> Any:
        return self._last_row

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._run_in_one_hop(
            lambda cursor: cursor.execute(operation, () if parameters is None else parameters)
        )

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._run_in_one_hop(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    async def _run_in_one_hop(self, statement: Callable[[sqlite3.Cursor], object]) -> "_SingleHopCursor":
        connection: Any = self._connection
        adapted: Any = self._adapt_connection
        begin = adapted.pop_delayed_begin()

        def run() -> tuple[Any, list[Any], int, Any]:
            cursor = connection._conn.cursor()
            try:
                if begin is not None:
                    adapted.begin_now(begin)
                statement(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, rows, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        async with self._adapt_connection._execute_mutex:
            self._description, rows, self._row_count, self._last_row = await connection._execute(run)
            self._rows = deque(rows)
        return self


class _StreamingCursor(AsyncAdapt_aiosqlite_ss_cursor):
    """The stock cursor, whose rows belong to the transaction, too."""

    __slots__ = ()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        adapted: Any = self._adapt_connection
        begin = adapted.pop_delayed_begin()
        if begin is not None:
            await adapted._connection._execute(adapted.begin_now, begin)
        return await super()._execute_async(operation, parameters)


class SingleHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose transactions begin in the thread together with their first statement."""

    __slots__ = ("_delayed_begin", "has_no_transaction")

    _cursor_cls = _SingleHopCursor  # type: ignore[assignment]
    _ss_cursor_cls = _StreamingCursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._delayed_begin: str | None = None
        self.has_no_transaction = False
        """True while each statement commits alone: there is nothing to end."""

    def delay_begin(self, statement: str) -> None:
        """Execute *statement* before the next one; never, if the transaction ends without any."""
        self._delayed_begin = statement

    def pop_delayed_begin(self) -> str | None:
        """Return the delayed statement, which the caller executes."""
        begin, self._delayed_begin = self._delayed_begin, None
        return begin

    def begin_now(self, begin: str) -> None:
        """Begin the transaction; called in the thread.

        If that fails, the next statement tries again: none may run outside of the transaction."""
        try:
            self._connection._conn.execute(begin)
        except sqlite3.Error:
            self._delayed_begin = begin
            raise

    def commit(self) -> None:
        if self.pop_delayed_begin() is None and not self.has_no_transaction:
            super().commit()

    def rollback(self) -> None:
        if self.pop_delayed_begin() is None and not self.has_no_transaction:
            super().rollback()


class SingleHopDbapi(AsyncAdapt_aiosqlite_dbapi):
    """The module for ``create_async_engine(…, module=SingleHopDbapi())``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        connection = self.aiosqlite.connect(*arg, **kw)
        connection._thread.daemon = True  # a connection left open must not keep the process alive
        try:
            return SingleHopConnection(self, await_(connection))
        except BaseException:
            # The thread still reports its own end: without waiting, it may find the event loop closed.
            connection._thread.join(timeout=1.0)
            raise
