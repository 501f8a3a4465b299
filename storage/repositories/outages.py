"""Ongoing outages of messengers, by account and direction."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from bot.domain.channels import Direction
from storage.repositories.base import Repository
from storage.tables import outage


@cache
def _older_query() -> Select[Any]:
    is_old = outage.c.since <= bindparam("moment", type_=outage.c.since.type)
    return select(outage.c.account, outage.c.way).where(is_old)


class Outages(Repository):
    """One row per outage: inserted at the first failure, deleted at the first success."""

    async def start(self, account: str, direction: Direction, now: datetime) -> None:
        """Record a failure; an outage that is already recorded keeps its start."""
        statement = self._insert(outage).values(account=account, way=direction.value, since=now)
        await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["account", "way"]))

    async def resolve(self, account: str, direction: Direction) -> None:
        """End the outage, if there is one, after a success."""
        await self._transaction.execute(
            delete(outage).where(outage.c.account == account, outage.c.way == direction.value)
        )

    async def is_ongoing(self, account: str, direction: Direction) -> bool:
        """Return whether the last attempt failed, with no success since."""
        result = await self._transaction.execute(
            select(outage.c.since).where(outage.c.account == account, outage.c.way == direction.value)
        )
        return result.first() is not None

    async def list_failing_accounts(self, direction: Direction) -> set[str]:
        """List the accounts with an ongoing outage in this direction."""
        return set(await self.ongoing_since(direction))

    async def ongoing_since(self, direction: Direction) -> dict[str, datetime]:
        """Return the accounts with an ongoing outage in this direction, and its start."""
        result = await self._transaction.execute(
            select(outage.c.account, outage.c.since).where(outage.c.way == direction.value)
        )
        return {account: since for account, since in result}

    async def started_before(self, moment: datetime) -> set[tuple[str, Direction]]:
        """Return the (account, direction) pairs of ongoing outages that started at *moment* or earlier."""
        result = await self._transaction.execute(_older_query(), {"moment": moment})
        return {(row.account, Direction(row.way)) for row in result}
