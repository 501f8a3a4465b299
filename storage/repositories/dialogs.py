"""What each person is in the middle of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.domain.records import Dialog
from storage.repositories.base import Repository
from storage.tables import dialog


class Dialogs(Repository):
    """At most one dialog per account."""

    async def get(self, account: str, user_id: str, now: datetime) -> Dialog | None:
        """The dialog of this account, unless it has expired."""
        result = await self._connection.execute(
            select(dialog).where(dialog.c.account == account, dialog.c.user_id == user_id, dialog.c.expires_at > now)
        )
        row = result.first()
        return _record(row) if row else None

    async def save(self, wanted: Dialog) -> None:
        """Begin or continue a dialog."""
        values: dict[str, Any] = {
            "chat_id": wanted.chat_id,
            "step": wanted.step,
            "ticket_id": wanted.ticket_id,
            "text": wanted.text,
            "media": list(wanted.media),
            "facts": dict(wanted.facts),
            "version": wanted.version,
            "expires_at": wanted.expires_at,
        }
        statement = self._insert(dialog).values(account=wanted.account, user_id=wanted.user_id, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["account", "user_id"], set_=values)
        )

    async def end(self, account: str, user_id: str) -> None:
        await self._connection.execute(delete(dialog).where(dialog.c.account == account, dialog.c.user_id == user_id))

    async def void(self, ticket_id: int, steps: Sequence[str], now: datetime) -> list[Dialog]:
        """End every dialog about *ticket_id* that is in one of *steps*; those that were still alive."""
        result = await self._connection.execute(
            delete(dialog).where(dialog.c.ticket_id == ticket_id, dialog.c.step.in_(steps)).returning(dialog)
        )
        return [one for one in (_record(row) for row in result) if one.expires_at > now]

    async def purge(self, now: datetime) -> None:
        await self._connection.execute(delete(dialog).where(dialog.c.expires_at <= now))


def _record(row: Any) -> Dialog:
    values: Mapping[str, Any] = row._mapping
    return Dialog(**{**values, "media": tuple(values["media"])})
