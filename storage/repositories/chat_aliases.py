"""Groups whose id in the messenger has changed."""

from datetime import datetime

from sqlalchemy import select

from storage.repositories.base import Repository
from storage.tables import chat_alias


class ChatAliases(Repository):
    """Former and current ids of groups."""

    async def add(self, account: str, old_id: str, new_id: str, now: datetime) -> None:
        """Record that the group *old_id* has become *new_id*."""
        statement = self._insert(chat_alias).values(account=account, old_id=old_id, new_id=new_id, since=now)
        await self._transaction.execute(statement.on_conflict_do_nothing())

    async def find_former_id(self, account: str, chat_id: str) -> str | None:
        """Return the id that this group had before."""
        result = await self._transaction.execute(
            select(chat_alias.c.old_id).where(chat_alias.c.account == account, chat_alias.c.new_id == chat_id)
        )
        return result.scalars().first()

    async def find_current_id(self, account: str, chat_id: str) -> str | None:
        """Return the id that this group has now, if it has changed."""
        result = await self._transaction.execute(
            select(chat_alias.c.new_id).where(chat_alias.c.account == account, chat_alias.c.old_id == chat_id)
        )
        return result.scalar_one_or_none()
