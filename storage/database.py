"""Engine and units of work. One writer at a time on SQLite, as the file format wants it."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import FAULT_MESSAGES, DatabaseFault, classify_error
from storage.sqlite.dbapi import SingleHopDbapi
from storage.sqlite.file_lock import DatabaseFileLock
from storage.sqlite.write_lock import PriorityLock
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

NOTIFY_CHANNEL = "mcu"
"""PostgreSQL's channel on which processes wake one another."""

_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "journal_size_limit=67108864",  # bytes of the write-ahead log that are kept after a rush
)


_POOL_SIZE, _MAX_POOL_OVERFLOW = 8, 40
"""Connections to a server that one process keeps, and how many more it opens while all of those are in use.

What may write at once: 24 deliveries (four for each account, where there are more than six), a dozen sweeps, the inbox,
a poller and webhooks for each account; and two are taken for as long as the process lives: its lead and its ear for
news. Usually three or four are in use. Who finds none waits, and does it again (``Refusal.BUSY``)."""

_POOL_TIMEOUT_SECONDS = 10.0
"""Seconds to wait for a free one: a messenger and a balancer that ask us wait longer for their answer."""

_NOTIFY = text("SELECT pg_notify(:channel, :news)")


class DatabaseUnavailable(Exception):
    """The database cannot be opened. The message says why, without the address: it may hold a password."""


class Database:
    """A database and the way to work with it.

    ``async with database.begin() as uow`` opens a transaction that commits when the block ends well and rolls back
    when it does not. No network call may be awaited inside.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        if self._is_sqlite and self._url.database:
            _make_folder(Path(self._url.database).parent)
        driver: dict[str, Any] = {"module": SingleHopDbapi()} if self._is_sqlite else _pool_options()
        self._engine = create_async_engine(
            self._url,
            **driver,
            hide_parameters=True,  # an error is logged; what people wrote must not be
        )
        if self._is_sqlite:
            _prepare_sqlite(self._engine)
        self._readers = self._engine.execution_options(sqlite_begin="DEFERRED")
        # Waiting here costs nothing; waiting inside SQLite blocks a thread and ends in «database is locked».
        self._write_lock = PriorityLock()
        self._transaction_depths: Counter[asyncio.Task[Any] | None] = Counter()  # how deep: one may read within another
        self._file_lock: DatabaseFileLock | None = None
        self._current_fault: DatabaseFault | None = None
        self.presence_lock_id: int | None = None
        """While others can see that this process lives: the number of the lock by which they see it."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same database at the same time."""
        return not self._is_sqlite

    @property
    def is_registered(self) -> bool:
        """Whether others would notice at once if this process died. One alone has nobody to notice."""
        return not self.is_shared or self.presence_lock_id is not None

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    def acquire_file_lock(self) -> None:
        """Work on this database alone until :meth:`close`, where it cannot be shared.

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
        """Why it does not take what we write at present, if it does not."""
        return self._current_fault

    @asynccontextmanager
    async def begin(self, *, priority: bool = False) -> AsyncIterator[UnitOfWork]:
        """A transaction that may write. *first*: others are held up until it has; where one at a time writes it goes
        before those that are waiting."""
        try:
            async with self._write_transaction(priority) as uow:
                # A full disk takes a transaction that writes nothing.
                proves = self._current_fault is DatabaseFault.FULL and self._is_sqlite
                before = await uow.count_changes() if proves else 0
                yield uow
                takes = not proves or await uow.count_changes() != before
        except Exception as error:
            self._log_fault(classify_error(error))
            raise
        if self._current_fault and takes:
            logger.warning("База снова принимает записи.")
            self._current_fault = None

    def _log_fault(self, fault: DatabaseFault | None) -> None:
        """Said once, not at every try."""
        if fault is DatabaseFault.DEADLOCK:
            logger.warning("two transactions waited for one another: this one is undone, and done again")
            return
        if fault is not None and fault is not self._current_fault:
            logger.error(FAULT_MESSAGES[fault])
            self._current_fault = fault

    @asynccontextmanager
    async def _write_transaction(self, priority: bool) -> AsyncIterator[UnitOfWork]:
        async with AsyncExitStack() as stack:
            if self._is_sqlite:
                await stack.enter_async_context(self._write_lock.acquire(priority=priority))
            stack.enter_context(self._track_task())
            connection = await stack.enter_async_context(self._engine.begin())
            uow = UnitOfWork(connection)
            yield uow
            await uow.flush()
            for news in uow.pending_wake_ups if self.is_shared else ():
                await connection.execute(_NOTIFY, {"channel": NOTIFY_CHANNEL, "news": news.value})

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """A consistent picture to read from; nothing done here is kept."""
        with self._track_task():
            async with self._readers.connect() as connection:
                yield UnitOfWork(connection)

    async def vacuum(self, pages: int) -> bool:
        """Give up to *pages* that nothing stands on back to the system; whether there are more. For SQLite's file: a
        server sees to its own."""
        if self.is_shared:
            return False
        async with self.begin() as uow:
            return await uow.retention.vacuum(pages)

    async def checkpoint(self) -> None:
        """Bring the write-ahead log into the file, as far as nobody is reading."""
        if self.is_shared:
            return
        async with (
            self._write_lock.acquire(),
            self._engine.execution_options(sqlite_begin=None).connect() as connection,
        ):
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def is_in_transaction(self, task: asyncio.Task[Any]) -> bool:
        """Whether *task* is within a transaction: cancelling it there would cost a connection."""
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


def _pool_options() -> dict[str, Any]:
    return {
        "pool_pre_ping": True,
        "pool_size": _POOL_SIZE,
        "max_overflow": _MAX_POOL_OVERFLOW,
        "pool_timeout": _POOL_TIMEOUT_SECONDS,
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(str(error)) from error


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Take BEGIN into our own hands: the driver's default loses updates silently, DEFERRED ends in «locked»."""

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone()[0] == 0:
            # Of a file that is being made. To say so again would write, and wait for whoever is writing.
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        if mode is not None:  # some things are done outside any transaction
            connection.exec_driver_sql(f"BEGIN {mode}")
