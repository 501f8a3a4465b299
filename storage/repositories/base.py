"""What every repository is made of."""

import secrets
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import Table


async def one_at_a_time(connection: AsyncConnection, name: str) -> None:
    """Wait until no other transaction holds *name*; hold it until this one ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def new_holder() -> str:
    """A name for whoever claims something now. With it he can tell later whether it is still his."""
    return secrets.token_hex(12)


class Repository:
    """A view on some tables within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.has_news = False

    def _insert(self, table: Table) -> Any:
        """INSERT that knows ON CONFLICT: both dialects do, SQLAlchemy's common form does not."""
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)
