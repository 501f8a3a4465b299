"""Promises of interim answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.promises import Promise
from storage.repositories.base import Repository
from storage.tables import promise

_COLUMNS = tuple(promise.c[name] for name in Promise.__dataclass_fields__)


class Promises(Repository):
    """The days that the town has named to citizens."""

    async def add(
        self, ticket_id: int, person_id: int, answer_id: int, now: datetime, due_at: datetime, remind_at: datetime
    ) -> None:
        """Insert a promise."""
        values = {"ticket_id": ticket_id, "person_id": person_id, "answer_id": answer_id, "made_at": now}
        await self._transaction.execute(insert(promise).values(**values, due_at=due_at, remind_at=remind_at))

    async def find_open(self, ticket_id: int) -> Promise | None:
        """Return the latest promise about a ticket that is still to be kept."""
        result = await self._transaction.execute(
            select(*_COLUMNS)
            .where(promise.c.ticket_id == ticket_id, promise.c.ended_at.is_(None))
            .order_by(promise.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return Promise(**row._mapping) if row else None

    async def has_due(self, now: datetime) -> bool:
        """Return whether anybody is to be reminded."""
        found = await self._transaction.execute(select(promise.c.id).where(promise.c.remind_at <= now).limit(1))
        return found.first() is not None

    async def list_due(self, now: datetime, limit: int) -> list[Promise]:
        """List and lock the promises whose morning has come."""
        statement = select(*_COLUMNS).where(promise.c.remind_at <= now).order_by(promise.c.remind_at).limit(limit)
        result = await self._transaction.execute(statement.with_for_update(skip_locked=True))
        return [Promise(**row._mapping) for row in result]

    async def end(self, ticket_id: int, now: datetime) -> None:
        """End the promises about a ticket: nobody is reminded any more."""
        values: dict[str, Any] = {"ended_at": now, "remind_at": None}
        await self._transaction.execute(
            update(promise).where(promise.c.ticket_id == ticket_id, promise.c.ended_at.is_(None)).values(**values)
        )
