"""The engine: the pool of connections, and the options of each kind of database."""

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseUnavailable, DatabaseUnreachable
from storage.postgres.pool_checks import check_pooled_connections
from storage.sqlite.connection import prepare_sqlite
from storage.sqlite.dbapi import SingleHopDbapi
from storage.tables.base import serialize_json

_POOL_SIZE, MAX_CONNECTIONS = 8, 48
"""Connections that one process keeps, and how many it opens at most, unless the configuration says less.

Up to 24 deliveries (four for each account if there are more than six), 12 periodic tasks, the inbox, one poller and
webhook per account, plus two permanent connections (leader lock, LISTEN). Usually three or four are in use. Callers
that get no connection fail with :attr:`DatabaseFault.BUSY` and retry."""

_POOL_TIMEOUT_SECONDS = 10.0
"""Seconds to wait for a free connection: less than messengers and load balancers wait for an answer."""

IDLE_TRANSACTION_SECONDS = 10
"""Seconds after which the server ends a transaction whose process does not go on: frozen, it would hold its locks, and
with them the claiming of updates, until it goes on. No transaction of the bot waits for a messenger or a person."""


def create_engine(
    url: URL,
    session_name: str,
    *,
    single_hop: bool = True,
    idle_transaction_seconds: int = 0,
    connections: int = MAX_CONNECTIONS,
) -> AsyncEngine:
    """Create the engine of *url*; the parameters are those of :class:`storage.database.Database`."""
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and url.database:
        _make_folder(Path(url.database).parent)
    driver: dict[str, Any] = {}
    if not is_sqlite:
        driver = _server_options(session_name, idle_transaction_seconds)
    elif single_hop:
        driver["module"] = SingleHopDbapi()
    if url.database not in (None, "", ":memory:"):
        driver |= {
            "pool_size": min(_POOL_SIZE, connections),
            "max_overflow": max(0, connections - _POOL_SIZE),
            "pool_timeout": _POOL_TIMEOUT_SECONDS,
            # The connection that was used last knows most statements and pages; the others rest until there is a rush.
            "pool_use_lifo": True,
        }
    engine = create_async_engine(
        url,
        **driver,
        json_serializer=serialize_json,
        hide_parameters=True,  # errors are logged, what people wrote must not be
    )
    _name_broken_connections(engine)
    if is_sqlite:
        prepare_sqlite(engine)
    else:
        check_pooled_connections(engine)
    return engine


def _server_options(session_name: str, idle_transaction_seconds: int) -> dict[str, Any]:
    settings = {
        "application_name": session_name,
        "idle_in_transaction_session_timeout": str(idle_transaction_seconds * 1000),
        # A limit of the role or the database for other programs: on a busy server it ends statements of good updates,
        # whose errors would be counted against them.
        "statement_timeout": "0",
        "lock_timeout": "0",
    }
    return {"connect_args": {"server_settings": settings}}


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
