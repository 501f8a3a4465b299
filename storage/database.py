"""The engine and its units of work. On SQLite one transaction writes at a time, as the file format requires."""

import asyncio
import logging
import secrets
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import FAULT_MESSAGES, DatabaseFault, DatabaseUnreachable, classify_error
from storage.postgres.leader_lease import check_term
from storage.sqlite.dbapi import SingleHopConnection, SingleHopDbapi
from storage.sqlite.file_lock import DatabaseFileLock
from storage.sqlite.write_lock import PriorityLock
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

NOTIFY_CHANNEL = "mcu"
"""The PostgreSQL channel for wake-ups between processes."""

_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "journal_size_limit=67108864",  # bytes of the write-ahead log that are kept after a peak
)


_POOL_SIZE, _MAX_POOL_OVERFLOW = 8, 40
"""Connections that one process keeps, and how many more it opens while all of those are in use.

Up to 24 deliveries (four for each account if there are more than six), 12 periodic tasks, the inbox, one poller and
webhook per account, plus two permanent connections (leader lock, LISTEN). Usually three or four are in use. Callers
that get no connection fail with :attr:`DatabaseFault.BUSY` and retry."""

_POOL_TIMEOUT_SECONDS = 10.0
"""Seconds to wait for a free connection: less than messengers and load balancers wait for an answer."""

_WRITE_FAULTS = (DatabaseFault.FULL, DatabaseFault.READ_ONLY)

_NOTIFY = text("SELECT pg_notify(:channel, :topic)")

IDLE_TRANSACTION_SECONDS = 10
"""Seconds after which the server ends a transaction whose process does not go on: frozen, it would hold its locks, and
with them the claiming of updates, until it goes on. No transaction of the bot waits for a messenger or a person."""


class DatabaseUnavailable(Exception):
    """The database cannot be opened. The message says why, without the address, which may contain a password."""


@dataclass(slots=True)
class _ProcessState:
    """The state that a database shares with its fenced views."""

    current_fault: DatabaseFault | None = None
    presence_lock_id: int | None = None


class Database:
    """A database, opened for transactions.

    ``async with database.begin() as uow`` opens a transaction that commits at the end of the block and rolls back if
    the block raises. No network call may be awaited inside.
    """

    def __init__(
        self, url: str, *, batching: bool = True, single_hop: bool = True, idle_transaction_seconds: int = 0
    ) -> None:
        """Open *url*.

        Without *batching* nothing is deferred or cached (:mod:`storage.batching`); without *single_hop* SQLite has the
        stock driver (:mod:`storage.sqlite.dbapi`). *idle_transaction_seconds*: see IDLE_TRANSACTION_SECONDS; 0 for
        commands, whose output a person may read slowly.
        """
        self.session_name = f"mcu-bot {secrets.token_hex(8)}"
        self._term: int | None = None
        self._batching = batching
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        if self._is_sqlite and self._url.database:
            _make_folder(Path(self._url.database).parent)
        driver: dict[str, Any] = {}
        if not self._is_sqlite:
            driver = _server_options(self.session_name, idle_transaction_seconds)
        elif single_hop:
            driver["module"] = SingleHopDbapi()
        if self._url.database not in (None, "", ":memory:"):
            driver |= {
                "pool_size": _POOL_SIZE,
                "max_overflow": _MAX_POOL_OVERFLOW,
                "pool_timeout": _POOL_TIMEOUT_SECONDS,
            }
        self._engine = create_async_engine(
            self._url,
            **driver,
            hide_parameters=True,  # errors are logged, what people wrote must not be
        )
        _name_broken_connections(self._engine)
        if self._is_sqlite:
            _prepare_sqlite(self._engine)
        self._readers = self._engine.execution_options(sqlite_begin="DEFERRED")
        # Waiting here costs nothing; waiting inside SQLite blocks a thread and ends in "database is locked".
        self._write_lock = PriorityLock()
        self._transaction_depths: Counter[asyncio.Task[Any] | None] = (
            Counter()
        )  # nesting depth: a read may run inside a transaction
        self._file_lock: DatabaseFileLock | None = None
        self._state = _ProcessState()

    def fenced(self, term: int) -> "Database":
        """Return a view of this database for the tasks of a leader.

        Each of its writing transactions first makes sure that *term* lasts, and keeps the next term from beginning
        until it ends (:mod:`storage.postgres.leader_lease`). SQLite needs none: there is one process.
        """
        view = copy(self)
        view._term = term if self.is_shared else None
        return view

    @property
    def presence_lock_id(self) -> int | None:
        """The id of the presence lock while it is held; it shows other processes that this one is alive."""
        return self._state.presence_lock_id

    @presence_lock_id.setter
    def presence_lock_id(self, lock_id: int | None) -> None:
        self._state.presence_lock_id = lock_id

    @property
    def is_shared(self) -> bool:
        """True if other processes may work on the same database at the same time."""
        return not self._is_sqlite

    @property
    def is_registered(self) -> bool:
        """True if others can detect this process's death (its presence lock is held), or if there are none (SQLite)."""
        return not self.is_shared or self.presence_lock_id is not None

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    def acquire_file_lock(self) -> None:
        """Lock the database file until :meth:`close`, where the database cannot be shared.

        Raises :class:`~storage.sqlite.file_lock.DatabaseInUse`, or :class:`DatabaseUnavailable` if it is not writable.
        """
        if self.is_shared or not self._url.database:
            return
        try:
            self._file_lock = DatabaseFileLock(Path(self._url.database))
        except OSError as error:
            raise DatabaseUnavailable(str(error)) from error

    @property
    def current_fault(self) -> DatabaseFault | None:
        """The fault for which the database refuses writes at present, if it does."""
        return self._state.current_fault

    @asynccontextmanager
    async def begin(self, *, priority: bool = False) -> AsyncIterator[UnitOfWork]:
        """Open a transaction that may write. With *priority* it goes before other waiting writers on SQLite."""
        try:
            async with self._write_transaction(priority) as uow:
                # A full disk accepts a transaction that writes nothing: only a real write proves that there is room.
                needs_proof = self._state.current_fault in _WRITE_FAULTS
                before = await uow.count_changes() if needs_proof else 0
                yield uow
                accepted = not needs_proof or await uow.count_changes() != before
        except Exception as error:
            self._log_fault(classify_error(error))
            raise
        if self._state.current_fault and accepted:
            logger.warning("База снова принимает записи.")
            self._state.current_fault = None

    def _log_fault(self, fault: DatabaseFault | None) -> None:
        """Log *fault* once, not at every retry."""
        if fault is DatabaseFault.DEADLOCK:
            logger.warning("deadlock: this transaction was rolled back and is repeated")
            return
        if fault is not None and fault is not self._state.current_fault:
            logger.error(FAULT_MESSAGES[fault])
            self._state.current_fault = fault

    @asynccontextmanager
    async def _write_transaction(self, priority: bool) -> AsyncIterator[UnitOfWork]:
        async with AsyncExitStack() as stack:
            if self._is_sqlite:
                await stack.enter_async_context(self._write_lock.acquire(priority=priority))
            stack.enter_context(self._track_task())
            connection = await stack.enter_async_context(self._engine.begin())
            if self._term is not None:
                await check_term(connection, self._term)
            uow = UnitOfWork(connection, batching=self._batching)
            yield uow
            await uow.flush()
            for topic in uow.pending_wake_ups if self.is_shared else ():
                await connection.execute(_NOTIFY, {"channel": NOTIFY_CHANNEL, "topic": topic.value})

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a consistent snapshot for reading; nothing written here is kept."""
        with self._track_task():
            async with self._readers.connect() as connection:
                yield UnitOfWork(connection, batching=self._batching)

    async def vacuum(self, pages: int) -> bool:
        """Return up to *pages* free pages of an SQLite file to the system; True if more are free.

        A server maintains its own files.
        """
        if self.is_shared:
            return False
        outside = self._engine.execution_options(sqlite_begin=None)
        async with self._write_lock.acquire(), outside.connect() as connection:
            before = await _count_free_pages(connection)
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # Every page is one step of the statement; Python takes a script's statements to their last step.
            await (await driver.executescript(f"PRAGMA incremental_vacuum({pages:d})")).close()
            return 0 < await _count_free_pages(connection) < before

    async def compact(self) -> None:
        """Rewrite the files without what was deleted, so that it cannot be read from free space.

        SQLite rewrites the file and empties its log; other writers wait meanwhile. A PostgreSQL server frees the rows
        and overwrites them later; its own log and archives keep them as long as it is configured to.
        """
        if self.is_shared:
            async with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                for table in metadata.sorted_tables:
                    await connection.exec_driver_sql(f'VACUUM "{table.name}"')
            return
        outside = self._engine.execution_options(sqlite_begin=None)
        async with self._write_lock.acquire(), outside.connect() as connection:
            await connection.exec_driver_sql("VACUUM")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def checkpoint(self) -> None:
        """Copy the write-ahead log into the file, as far as no reader needs it."""
        if self.is_shared:
            return
        async with (
            self._write_lock.acquire(),
            self._engine.execution_options(sqlite_begin=None).connect() as connection,
        ):
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def is_in_transaction(self, task: asyncio.Task[Any]) -> bool:
        """Return whether *task* is in a transaction; cancelling it there would cost a connection."""
        return self._transaction_depths[task] > 0

    @contextmanager
    def _track_task(self) -> Iterator[None]:
        task = asyncio.current_task()
        self._transaction_depths[task] += 1
        try:
            yield
        finally:
            self._transaction_depths[task] -= 1
            if not self._transaction_depths[task]:
                del self._transaction_depths[task]

    async def close(self) -> None:
        await self._engine.dispose()
        if self._file_lock is not None:
            self._file_lock.release()
            self._file_lock = None


async def _count_free_pages(connection: AsyncConnection) -> int:
    return int((await connection.exec_driver_sql("PRAGMA freelist_count")).scalar_one())


def _server_options(session_name: str, idle_transaction_seconds: int) -> dict[str, Any]:
    settings = {
        "application_name": session_name,
        "idle_in_transaction_session_timeout": str(idle_transaction_seconds * 1000),
        # A limit of the role or the database for other programs: on a busy server it ends statements of good updates,
        # whose errors would be counted against them.
        "statement_timeout": "0",
        "lock_timeout": "0",
    }
    return {
        "connect_args": {"server_settings": settings},
        "pool_pre_ping": True,
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(str(error)) from error


def _name_broken_connections(engine: AsyncEngine) -> None:
    """Raise `DatabaseUnreachable` for an OSError of the driver: otherwise a file that some code of the bot cannot read
    would look like a lost database."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _(dialect: Dialect, _entry: ConnectionPoolEntry, arguments: Any, parameters: Any) -> Any:
        try:
            return dialect.connect(*arguments, **parameters)
        except OSError as error:
            raise DatabaseUnreachable(str(error)) from error

    @event.listens_for(engine.sync_engine, "handle_error")
    def _(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, OSError):
            raise DatabaseUnreachable(str(context.original_exception)) from context.original_exception


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Emit BEGIN explicitly: the driver's default loses updates silently, and DEFERRED ends in "locked"."""

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _entry: ConnectionPoolEntry) -> None:
        try:
            connection.run_async(lambda driver: driver._execute(_configure_sqlite, driver._conn))  # one thread switch
        except sqlite3.Error:
            connection.close()  # the pool does not know it yet, and every attempt would leave a thread
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        if mode is None:  # a checkpoint runs outside any transaction
            return
        driver: Any = connection.connection.dbapi_connection
        if isinstance(driver, SingleHopConnection):
            driver.delay_begin(f"BEGIN {mode}")
        else:
            connection.exec_driver_sql(f"BEGIN {mode}")


def _configure_sqlite(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        # A new file. Repeating this pragma later would write, and wait for another writer.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
