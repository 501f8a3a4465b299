"""Parts that all repositories share.

Some modules build their statements once, in functions with ``@cache``: SQLAlchemy's own cache saves the compilation of
a statement, not its construction, which costs more than executing a short one.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, select, text
from sqlalchemy.schema import Table

from storage.tables.base import UtcDateTime
from storage.transaction import Transaction

_ADVISORY_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name"
)


async def advisory_lock(transaction: Transaction, *keys: str) -> None:
    """Take transaction-scoped advisory locks on *keys*, one after another; no-op on SQLite, which has one writer."""
    if transaction.is_shared:
        await transaction.execute_without_flush(_ADVISORY_LOCK, {"names": list(keys)})


_CLAIM_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0)), set_config('enable_sort', 'off', true),"
    " set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)"
)


async def lock_for_claim(transaction: Transaction, key: str) -> None:
    """Let no other process claim until this transaction ends, and have its statements follow the order of the indexes.

    The server knows nothing of a new database, and after a rush knows a queue as empty: it then takes all that waits
    for a handful of rows, which it would read and sort to find the first fifty of ten thousand. The plan of a claim
    must not depend on that.
    """
    if transaction.is_shared:
        await transaction.execute_without_flush(_CLAIM_LOCK, {"name": key})


PRESENCE_LOCK_CLASS = 7_204
"""The class of the presence locks; the second key is the id of a process."""


def new_holder_id(presence_lock_id: int | None = None) -> str:
    """Return a name for a new claim.

    It tells later whether the claim is still valid and, by the presence lock, whether the claiming process is alive.
    """
    return secrets.token_hex(12) if presence_lock_id is None else f"p{presence_lock_id:08x}.{secrets.token_hex(11)}"


MAX_WAIT = timedelta(minutes=15)
"""A limit above any lease, any pause between retries and any short delay."""


_NOW = bindparam("now", type_=UtcDateTime())
_HORIZON = bindparam("farthest", type_=UtcDateTime())


def is_in_future(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the SQL condition "*moment* is in the future", for a statement executed with :func:`time_params`.

    Moments more than :data:`MAX_WAIT` ahead count as past: they were written before the clock was set back.
    """
    return and_(moment > _NOW, moment <= _HORIZON)


def time_params(now: datetime) -> dict[str, Any]:
    """Return the parameters of :func:`is_in_future`."""
    return {"now": now, "farthest": now + MAX_WAIT}


def exists_by_row(query: Select[Any]) -> ColumnElement[bool]:
    """Return an EXISTS of an ordered *query* that is asked row by row.

    planner: PostgreSQL may join a plain EXISTS as it likes and read all that waits, for a new or an empty queue looks
    small to it. It does not join a query with an OFFSET, and of an ordered one it looks for the first row.
    """
    return query.offset(literal_column("0")).exists()


class Repository:
    """Access to some tables within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.has_new_work = False

    async def _rows(self, query: Any) -> Sequence[Any]:
        """Return all rows of *query*."""
        return (await self._transaction.execute(query)).all()

    async def _count(self, table: Table, condition: ColumnElement[bool]) -> int:
        """Return how many rows of *table* fulfil *condition*."""
        result = await self._transaction.execute(select(func.count()).select_from(table).where(condition))
        return int(result.scalar_one())

    def _insert(self, table: Table) -> Any:
        """Return an INSERT with ON CONFLICT, which SQLAlchemy offers only per dialect."""
        return insert_into(table, self._transaction.dialect.name)


def insert_into(table: Table, dialect: str) -> Any:
    """Return an INSERT of *dialect*, for statements that are built once."""
    if dialect == "postgresql":  # either dialect costs a command of the other one its import
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
