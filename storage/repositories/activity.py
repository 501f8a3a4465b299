"""Counts of tickets and messages over time, to detect unusual activity."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, String, cast, func, literal_column, select

from storage.repositories.base import Repository
from storage.tables import message, ticket


class Dimension(StrEnum):
    """The property by which tickets are grouped."""

    TOPIC = "topic"
    STREET = "street"


@dataclass(frozen=True, slots=True)
class Volume:
    """The number of people who wrote about one topic or street."""

    name: str
    people: int


class Activity(Repository):
    """Counts over time. Each reads at most a month of tickets, by the index on the registration time."""

    async def busiest(self, dimension: Dimension, since: datetime, min_people: int) -> list[Volume]:
        """List the topics or streets that at least *min_people* people wrote about since *since*, the busiest first."""
        name = _dimension_column(dimension)
        result = await self._transaction.execute(
            select(name, func.count(_AUTHOR.distinct()).label("people"))
            .where(ticket.c.registered_at >= since, name.is_not(None))
            .group_by(name)
            .having(func.count(_AUTHOR.distinct()) >= min_people)
            .order_by(func.count(_AUTHOR.distinct()).desc(), name)
        )
        return [Volume(row[0], int(row[1])) for row in result]

    async def count_tickets(
        self, dimension: Dimension, names: Collection[str], since: datetime, until: datetime
    ) -> dict[str, int]:
        """Count the tickets registered in [since, until) for each of *names*; names without tickets are left out."""
        name = _dimension_column(dimension)
        result = await self._transaction.execute(
            select(name, func.count())
            .where(ticket.c.registered_at >= since, ticket.c.registered_at < until, name.in_(names))
            .group_by(name)
        )
        return {row[0]: int(row[1]) for row in result}

    async def list_places(self, street: str, since: datetime) -> list[str]:
        """List the places of the tickets of *street* since *since*, as cards show them, a line for each ticket."""
        name = _dimension_column(Dimension.STREET)
        result = await self._transaction.execute(
            select(ticket.c.place)
            .where(ticket.c.registered_at >= since, name == street, ticket.c.place.is_not(None))
            .order_by(ticket.c.id)
        )
        return [row[0] for row in result]

    async def last_message_times(self, since: datetime) -> dict[tuple[str, str], datetime]:
        """Return the time of the last message in each place, keyed by (account, root).

        Places without a message since *since* are left out.
        """
        result = await self._transaction.execute(
            select(message.c.account, message.c.root, func.max(message.c.stored_at, type_=message.c.stored_at.type))
            .where(message.c.stored_at >= since)
            .group_by(message.c.account, message.c.root)
        )
        return {(row[0], row[1]): row[2] for row in result}

    async def count_messages(self, account: str, root: str | None, since: datetime, until: datetime) -> int:
        """Count the messages stored in [since, until): those of the place *root*, or all of the account."""
        query = select(func.count()).where(
            message.c.stored_at >= since, message.c.stored_at < until, message.c.account == account
        )
        result = await self._transaction.execute(query if root is None else query.where(message.c.root == root))
        return int(result.scalar_one())


_AUTHOR = func.coalesce(ticket.c.author_key, "№" + cast(ticket.c.id, String))


_COMMA, _NOTHING = literal_column("', '", String), literal_column("''", String)
"""No parameters: PostgreSQL takes an expression with parameters for another one in GROUP BY than in SELECT."""


def _dimension_column(dimension: Dimension) -> ColumnElement[str | None]:
    """Return the expression of the name; a street of a settlement is another than one of the same name elsewhere."""
    if dimension is Dimension.TOPIC:
        return ticket.c.topic
    return func.coalesce(ticket.c.settlement + _COMMA, _NOTHING) + ticket.c.street
