"""Content that the bot could neither read nor show: one row for each time."""

from datetime import datetime

from sqlalchemy import func, insert, select

from bot.domain.messages import UnreadKind
from storage.repositories.base import Repository
from storage.tables import unread


class UnreadContent(Repository):
    """Rows are only added, so that two processes never wait for each other."""

    async def add(self, account: str, kind: UnreadKind, now: datetime) -> None:
        """Count one content of this kind."""
        await self._transaction.execute(insert(unread).values(account=account, kind=kind.value, at=now))

    async def count_by_kind(self) -> dict[str, int]:
        """Count the rows of each kind; rows are kept for some time only."""
        result = await self._transaction.execute(select(unread.c.kind, func.count()).group_by(unread.c.kind))
        return {row[0]: int(row[1]) for row in result}
