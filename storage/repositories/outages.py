"""Since when a messenger has failed: of every account of ours, for each way, while it lasts."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.domain.channels import Way
from storage.repositories.base import Repository
from storage.tables import outage


class Outages(Repository):
    """A row begins with the first failure and goes with the first success."""

    async def begin(self, account: str, way: Way, now: datetime) -> None:
        """It has failed; the first failure counts."""
        statement = self._insert(outage).values(account=account, way=way.value, since=now)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["account", "way"]))

    async def end(self, account: str, way: Way) -> None:
        """It has worked."""
        await self._connection.execute(delete(outage).where(outage.c.account == account, outage.c.way == way.value))

    async def lasting(self, account: str, way: Way) -> bool:
        """Whether it has failed and not worked since."""
        result = await self._connection.execute(
            select(outage.c.since).where(outage.c.account == account, outage.c.way == way.value)
        )
        return result.first() is not None

    async def failing(self, way: Way) -> set[str]:
        """The accounts for which that lasts."""
        return set(await self.began(way))

    async def began(self, way: Way) -> dict[str, datetime]:
        """The accounts for which that lasts, and since when."""
        result = await self._connection.execute(
            select(outage.c.account, outage.c.since).where(outage.c.way == way.value)
        )
        return {account: since for account, since in result}

    async def before(self, moment: datetime) -> set[tuple[str, Way]]:
        """What has failed since *moment* or longer."""
        result = await self._connection.execute(select(outage.c.account, outage.c.way).where(outage.c.since <= moment))
        return {(row.account, Way(row.way)) for row in result}
