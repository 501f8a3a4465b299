"""The audit trail, things done once, and groups that changed their id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from bot.domain.audit import AuditRow
from storage.repositories.base import Repository
from storage.tables import audit, chat_alias, once_key

_INSERT_AUDIT = insert(audit)
_AUDIT_COLUMNS = tuple(audit.c[name] for name in AuditRow.__dataclass_fields__)


class Chronicle(Repository):
    """Append-only: nothing here is ever changed."""

    async def record(
        self,
        action: str,
        now: datetime,
        *,
        person_id: int | None = None,
        ticket_id: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Who did what. *facts* are ids and codes, never words of people."""
        row = {"at": now, "person_id": person_id, "action": action, "ticket_id": ticket_id, "facts": dict(facts or {})}
        self._transaction.defer_insert(_INSERT_AUDIT, row)

    async def record_all(
        self, action: str, now: datetime, facts: Mapping[int, Mapping[str, Any]], *, person_id: int | None = None
    ) -> None:
        """The same happened to many tickets; *facts* by ticket."""
        if facts:
            await self._transaction.execute(
                insert(audit),
                [
                    {"at": now, "person_id": person_id, "action": action, "ticket_id": ticket_id, "facts": dict(one)}
                    for ticket_id, one in facts.items()
                ],
            )

    async def list_for_ticket(self, ticket_id: int) -> list[AuditRow]:
        """A ticket's history, the oldest first."""
        result = await self._transaction.execute(
            select(*_AUDIT_COLUMNS).where(audit.c.ticket_id == ticket_id).order_by(audit.c.id)
        )
        return [AuditRow(**row._mapping) for row in result]

    async def claim(self, key: str, now: datetime) -> bool:
        """True for the first caller with this *key*, ever."""
        statement = self._insert(once_key).values(key=key[:160], at=now)
        result = await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        return bool(result.rowcount)

    async def list_keys(self, prefix: str) -> list[str]:
        """What of this kind was done."""
        result = await self._transaction.execute(
            select(once_key.c.key).where(once_key.c.key.startswith(prefix, autoescape=True))
        )
        return list(result.scalars())

    async def delete(self, key: str) -> None:
        """It may be done again."""
        await self._transaction.execute(delete(once_key).where(once_key.c.key == key))

    async def get(self, key: str) -> datetime | None:
        """When :meth:`once` first saw *key*."""
        result = await self._transaction.execute(select(once_key.c.at).where(once_key.c.key == key))
        return result.scalar_one_or_none()

    async def set(self, key: str, now: datetime) -> None:
        """*key* has happened now, whenever it did before."""
        statement = self._insert(once_key).values(key=key[:160], at=now)
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"at": now}))

    async def list_by_prefix(self, prefix: str) -> dict[str, datetime]:
        """What of this kind was done, and when; in the order of the keys."""
        result = await self._transaction.execute(
            select(once_key.c.key, once_key.c.at)
            .where(once_key.c.key.startswith(prefix, autoescape=True))
            .order_by(once_key.c.key)
        )
        return {row[0]: row[1] for row in result}

    async def add_alias(self, account: str, old_id: str, new_id: str, now: datetime) -> None:
        """The group *old_id* is *new_id* now."""
        statement = self._insert(chat_alias).values(account=account, old_id=old_id, new_id=new_id, since=now)
        await self._transaction.execute(statement.on_conflict_do_nothing())

    async def find_former_id(self, account: str, chat_id: str) -> str | None:
        """The id that this group had before."""
        result = await self._transaction.execute(
            select(chat_alias.c.old_id).where(chat_alias.c.account == account, chat_alias.c.new_id == chat_id)
        )
        return result.scalars().first()

    async def find_current_id(self, account: str, chat_id: str) -> str | None:
        """The id that this group has now, if it has changed."""
        result = await self._transaction.execute(
            select(chat_alias.c.new_id).where(chat_alias.c.account == account, chat_alias.c.old_id == chat_id)
        )
        return result.scalar_one_or_none()
