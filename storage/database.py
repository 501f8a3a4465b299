"""The engine and its units of work. On SQLite one transaction writes at a time, as the file format requires."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.agenda_cache import AgendaCache
from storage.engine import MAX_CONNECTIONS, create_engine
from storage.errors import FAULT_MESSAGES, DatabaseFault, DatabaseUnavailable, classify_error
from storage.postgres.leader_lease import check_term
from storage.postgres.own_sessions import OwnSessions
from storage.postgres.statistics import analyze_unknown_tables
from storage.sqlite.file_lock import DatabaseFileLock
from storage.sqlite.write_lock import PriorityLock
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.domain.agenda import Agenda

logger = logging.getLogger(__name__)

NOTIFY_CHANNEL = "mcu"
"""The PostgreSQL channel for wake-ups between processes."""

_WRITE_FAULTS = (DatabaseFault.FULL, DatabaseFault.READ_ONLY)

_NOTIFY = text("SELECT pg_notify(:channel, :topic)")


@dataclass(slots=True)
class _ProcessState:
    """The state that a database shares with its fenced views."""

    current_fault: DatabaseFault | None = None
    presence_lock_id: int | None = None
    on_new_messages: Callable[[], None] = lambda: None


class Database:
    """A database, opened for transactions.

    ``async with database.begin() as uow`` opens a transaction that commits at the end of the block and rolls back if
    the block raises. No network call may be awaited inside.
    """

    def __init__(
        self,
        url: str,
        *,
        batching: bool = True,
        single_hop: bool = True,
        idle_transaction_seconds: int = 0,
        connections: int = MAX_CONNECTIONS,
    ) -> None:
        """Open *url*.

        Without *batching* nothing is deferred or cached (:mod:`storage.batching`); without *single_hop* SQLite has the
        stock driver (:mod:`storage.sqlite.dbapi`). *idle_transaction_seconds*: see
        :data:`storage.engine.IDLE_TRANSACTION_SECONDS`; 0 for commands, whose output a person may read slowly.
        *connections*: the most that are open at a time.
        """
        self.session_name = f"mcu-bot {secrets.token_hex(8)}"
        self._term: int | None = None
        self._batching = batching
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = create_engine(
            *(self._url, self.session_name),
            single_hop=single_hop,
            idle_transaction_seconds=idle_transaction_seconds,
            connections=connections,
        )
        self.own_sessions = OwnSessions()
        """The sessions of this process; on SQLite none."""
        if not self._is_sqlite:
            self.own_sessions.follow(self._engine)
        self._readers = self._engine.execution_options(sqlite_begin="DEFERRED")
        # Waiting here costs nothing; waiting inside SQLite blocks a thread and ends in "database is locked".
        self._write_lock = PriorityLock()
        self._transaction_depths: Counter[asyncio.Task[Any] | None] = (
            Counter()
        )  # nesting depth: a read may run inside a transaction
        self._file_lock: DatabaseFileLock | None = None
        self._state = _ProcessState()
        single = {"sqlite_begin": None} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._single_statements = self._engine.execution_options(**single)
        self.agenda = AgendaCache(self._read_agenda)
        """The agenda, by which a loop knows without asking that it has nothing to do."""

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
        finally:
            self.agenda.on_change()  # also if it is not known whether the transaction has been committed
        if uow.outbox.has_new_work:
            self._state.on_new_messages()
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

    @asynccontextmanager
    async def read_statements(self) -> AsyncIterator[UnitOfWork]:
        """Open a connection for statements that only read, and do not depend on each other.

        A server shows each statement what is committed at that moment, also within :meth:`read`; without a transaction
        two round trips are saved. Nothing would undo a write here: it raises
        :class:`~storage.transaction.WriteRefused`.
        """
        readers = self._single_statements if self.is_shared else self._readers
        with self._track_task():
            async with readers.connect() as connection:
                yield UnitOfWork(connection, batching=self._batching, read_only=True)

    def when_messages_are_queued(self, wake_up: Callable[[], None]) -> None:
        """Call *wake_up* after every transaction of this process that has queued messages."""
        self._state.on_new_messages = wake_up

    async def _read_agenda(self) -> "Agenda":
        with self._track_task():
            async with self._single_statements.connect() as connection:
                return await UnitOfWork(connection, read_only=True).agenda.load()

    async def vacuum(self, pages: int) -> bool:
        """Return up to *pages* free pages of an SQLite file to the system; True if more are free.

        A server maintains its own files.
        """
        if self.is_shared:
            return False
        async with self._write_lock.acquire(), self._single_statements.connect() as connection:
            before = await _count_free_pages(connection)
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # Every page is one step of the statement; Python takes a script's statements to their last step.
            await (await driver.executescript(f"PRAGMA incremental_vacuum({pages:d})")).close()
            return 0 < await _count_free_pages(connection) < before

    async def analyze_unknown_tables(self) -> None:
        """Let a server gather the statistics of tables that it knows nothing of; SQLite plans by the indexes alone."""
        if self.is_shared:
            async with self._single_statements.connect() as connection:
                await analyze_unknown_tables(connection)

    async def compact(self) -> None:
        """Rewrite the files without what was deleted, so that it cannot be read from free space.

        SQLite rewrites the file and empties its log; other writers wait meanwhile. A PostgreSQL server frees the rows
        and overwrites them later; its own log and archives keep them as long as it is configured to.
        """
        if self.is_shared:
            async with self._single_statements.connect() as connection:
                for table in metadata.sorted_tables:
                    await connection.exec_driver_sql(f'VACUUM "{table.name}"')
            return
        async with self._write_lock.acquire(), self._single_statements.connect() as connection:
            await connection.exec_driver_sql("VACUUM")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def checkpoint(self) -> None:
        """Copy the write-ahead log into the file, as far as no reader needs it."""
        if self.is_shared:
            return
        async with self._write_lock.acquire(), self._single_statements.connect() as connection:
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
