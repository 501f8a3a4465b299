"""Checks of the connections that the pool hands out, without asking the server each time.

SQLAlchemy's own check (``pool_pre_ping``) asks before every transaction, in three round trips: more than a third of all
that a bot said to its server.
"""

import time

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

PING_AFTER_SECONDS = 2.0
"""Seconds of rest after which a connection is asked: it may be dead without a sign, for the machine of the server is
gone or the process was frozen. A server that ends it says so, and the driver knows."""

_RESTING_SINCE = "resting_since"


def check_pooled_connections(engine: AsyncEngine) -> None:
    """Replace all connections of the pool when one turns out to be dead, before anything is done with it."""
    dialect, pool = engine.sync_engine.dialect, engine.sync_engine.pool

    @event.listens_for(pool, "checkin")
    def _(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_RESTING_SINCE] = time.monotonic()

    @event.listens_for(pool, "checkout")
    def _(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        resting_since: float | None = entry.info.pop(_RESTING_SINCE, None)
        if resting_since is None:
            return  # it was made just now
        driver = entry.driver_connection
        if driver is None or driver.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - resting_since >= PING_AFTER_SECONDS:
            try:
                dialect.do_ping(connection)
            except (dialect.loaded_dbapi.Error, OSError) as error:
                raise InvalidatePoolError from error
