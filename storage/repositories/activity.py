"""How much is usually written about what, and how much now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, String, cast, func, select

from storage.repositories.base import Repository
from storage.tables import message, ticket


class Dimension(StrEnum):
    """What tickets may have in common."""

    TOPIC = "topic"
    STREET = "street"


@dataclass(frozen=True, slots=True)
class Volume:
    """So many people wrote about it."""

    name: str
    people: int


class Activity(Repository):
    """Counts over time; they read a month of tickets at most, by the index on their registration."""

    async def busiest(self, dimension: Dimension, since: datetime, min_people: int) -> list[Volume]:
        """What at least *fewest* people have written about *since* then, the most first."""
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
        """How many tickets about each of *names* there were in [since, until)."""
        name = _dimension_column(dimension)
        result = await self._transaction.execute(
            select(name, func.count())
            .where(ticket.c.registered_at >= since, ticket.c.registered_at < until, name.in_(names))
            .group_by(name)
        )
        return {row[0]: int(row[1]) for row in result}

    async def last_message_times(self, since: datetime) -> dict[tuple[str, str], datetime]:
        """When somebody wrote last in each place, (account, root); places that have been silent since *since* are left
        out."""
        result = await self._transaction.execute(
            select(message.c.account, message.c.root, func.max(message.c.stored_at, type_=message.c.stored_at.type))
            .where(message.c.stored_at >= since)
            .group_by(message.c.account, message.c.root)
        )
        return {(row[0], row[1]): row[2] for row in result}

    async def count_messages(self, account: str, root: str | None, since: datetime, until: datetime) -> int:
        """How many messages came in [since, until): to *root*, or anywhere to the account."""
        query = select(func.count()).where(
            message.c.stored_at >= since, message.c.stored_at < until, message.c.account == account
        )
        result = await self._transaction.execute(query if root is None else query.where(message.c.root == root))
        return int(result.scalar_one())


_AUTHOR = func.coalesce(ticket.c.author_key, "№" + cast(ticket.c.id, String))


def _dimension_column(dimension: Dimension) -> ColumnElement[str | None]:
    return ticket.c.topic if dimension is Dimension.TOPIC else ticket.c.street
