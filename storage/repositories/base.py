"""What every repository is made of."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import Table

from storage.tables.base import UtcDateTime
from storage.transaction import Transaction

_ADVISORY_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name"
)


async def advisory_lock(transaction: Transaction, *keys: str) -> None:
    """Wait until no other transaction holds any of *names*, taken one after another; hold them until this one ends.
    SQLite has one writer anyway."""
    if transaction.is_shared:
        await transaction.execute_without_flush(_ADVISORY_LOCK, {"names": list(keys)})


PRESENCE_LOCK_CLASS = 7_204
"""The first key of the advisory locks by which processes show that they live; the second is each one's number."""


def new_holder_id(presence_lock_id: int | None = None) -> str:
    """A name for whoever claims something now. With it he can tell later whether it is still his, and others by the
    number of his *presence* whether he lives."""
    return secrets.token_hex(12) if presence_lock_id is None else f"p{presence_lock_id:08x}.{secrets.token_hex(11)}"


MAX_WAIT = timedelta(minutes=15)
"""Longer than any lease, any pause between two tries and anything that is planned for a little later."""


_NOW = bindparam("now", type_=UtcDateTime())
_HORIZON = bindparam("farthest", type_=UtcDateTime())


def is_in_future(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether *moment* is still to come, in a statement that is executed with :func:`at`. One that is farther off than
    we ever wait was set by a clock that has been put back since: an hour's jump must hold nobody up for an hour."""
    return and_(moment > _NOW, moment <= _HORIZON)


def time_params(now: datetime) -> dict[str, Any]:
    """What :func:`ahead` needs to know."""
    return {"now": now, "farthest": now + MAX_WAIT}


class Repository:
    """A view on some tables within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.has_new_work = False

    def _insert(self, table: Table) -> Any:
        """INSERT that knows ON CONFLICT: both dialects do, SQLAlchemy's common form does not."""
        return insert_into(table, self._transaction.dialect.name)


def insert_into(table: Table, dialect: str) -> Any:
    """INSERT in the words of *dialect*, for statements that are made once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
