"""The sessions that this process has on the server: what they notify of, it knows already."""

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_SERVER_PID = "server_pid"


class OwnSessions:
    """The numbers of the server's processes that serve the connections of one pool."""

    def __init__(self) -> None:
        self._pids: set[int] = set()

    def __contains__(self, pid: int) -> bool:
        return pid in self._pids

    def follow(self, engine: AsyncEngine) -> None:
        """Learn of the connections that *engine* opens and closes from now on."""
        pool = engine.sync_engine.pool

        @event.listens_for(pool, "connect")
        def _(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
            driver = entry.driver_connection
            if driver is not None:
                entry.info[_SERVER_PID] = driver.get_server_pid()
                self._pids.add(entry.info[_SERVER_PID])

        @event.listens_for(pool, "close")
        def _(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
            self._pids.discard(entry.info.pop(_SERVER_PID, 0))
