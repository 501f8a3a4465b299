"""SQLite's connections: their pragmas, and transactions that begin explicitly."""

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.sqlite.dbapi import SingleHopConnection

_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "journal_size_limit=67108864",  # bytes of the write-ahead log that are kept after a peak
)


def prepare_sqlite(engine: AsyncEngine) -> None:
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
        driver: Any = connection.connection.dbapi_connection
        if isinstance(driver, SingleHopConnection):
            driver.has_no_transaction = mode is None
        if mode is None:  # a checkpoint runs outside any transaction
            return
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
