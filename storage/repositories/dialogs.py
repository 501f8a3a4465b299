"""What each person is in the middle of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.domain.dialogs import Dialog, DialogStep
from storage.repositories.base import Repository
from storage.tables import dialog

_ENDED_STEP = DialogStep.ENDED.value
"""The step of a dialog that has ended. Its row is kept for a while: the next dialog of this account continues its
versions, so that no old button fits a new dialog."""

_ENDED_VALUES: dict[str, Any] = {"step": _ENDED_STEP, "ticket_id": None, "text": "", "media": []}


class Dialogs(Repository):
    """At most one dialog per account."""

    async def get(self, account: str, user_id: str, now: datetime, *, lock: bool = False) -> Dialog | None:
        """The dialog of this account, unless it has ended or expired. *lock*: who goes on with it or ends it asks so:
        what is being noted about it just now is waited for."""
        query = select(dialog).where(
            dialog.c.account == account,
            dialog.c.user_id == user_id,
            dialog.c.expires_at > now,
            dialog.c.step != _ENDED_STEP,
        )
        result = await self._transaction.execute(query.with_for_update(key_share=True) if lock else query)
        row = result.first()
        return _dialog_from_row(row) if row else None

    async def find_last_version(self, account: str, user_id: str) -> int | None:
        """The version that this account's latest dialog, be it over, has reached."""
        result = await self._transaction.execute(
            select(dialog.c.version).where(dialog.c.account == account, dialog.c.user_id == user_id)
        )
        return result.scalar_one_or_none()

    async def upsert(self, wanted: Dialog) -> None:
        """Begin or continue a dialog."""
        values: dict[str, Any] = {
            "chat_id": wanted.chat_id,
            "step": wanted.step.value,
            "ticket_id": wanted.ticket_id,
            "text": wanted.text,
            "media": list(wanted.media),
            "facts": dict(wanted.facts),
            "version": wanted.version,
            "expires_at": wanted.expires_at,
        }
        statement = self._insert(dialog).values(account=wanted.account, user_id=wanted.user_id, **values)
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["account", "user_id"], set_=values)
        )

    async def update_facts(self, wanted: Dialog) -> bool:
        """Keep the facts of *wanted*, if the dialog is still at that version."""
        result = await self._transaction.execute(
            update(dialog)
            .where(
                dialog.c.account == wanted.account,
                dialog.c.user_id == wanted.user_id,
                dialog.c.version == wanted.version,
                dialog.c.step != _ENDED_STEP,
            )
            .values(facts=dict(wanted.facts))
        )
        return bool(result.rowcount)

    async def list_pressed_buttons(self, account: str, user_id: str) -> Sequence[str]:
        """The fact of that name of this account's latest dialog, be it over."""
        result = await self._transaction.execute(
            select(dialog.c.facts).where(dialog.c.account == account, dialog.c.user_id == user_id)
        )
        return tuple((result.scalar_one_or_none() or {}).get("pressed", ()))

    async def end(self, account: str, user_id: str, facts: Mapping[str, Any] | None = None) -> None:
        """It is over; *facts* are all that is kept of it."""
        await self._transaction.execute(
            update(dialog)
            .where(dialog.c.account == account, dialog.c.user_id == user_id)
            .values(**_ENDED_VALUES, facts=dict(facts or {}))
        )

    async def cancel_for_ticket(self, ticket_id: int, steps: Sequence[DialogStep], now: datetime) -> list[Dialog]:
        """End every dialog about *ticket_id* that is in one of *steps*; those that were still alive."""
        concerned = (dialog.c.ticket_id == ticket_id, dialog.c.step.in_(steps))
        found = [_dialog_from_row(row) for row in await self._transaction.execute(select(dialog).where(*concerned))]
        await self._transaction.execute(update(dialog).where(*concerned).values(**_ENDED_VALUES, facts={}))
        return [one for one in found if one.expires_at > now]

    async def list_expired(self, now: datetime) -> list[Dialog]:
        """Dialogs that nobody has gone on with in time."""
        result = await self._transaction.execute(
            select(dialog).where(dialog.c.expires_at <= now, dialog.c.step != _ENDED_STEP)
        )
        return [_dialog_from_row(row) for row in result]

    async def delete_expired(self, now: datetime) -> None:
        await self._transaction.execute(delete(dialog).where(dialog.c.expires_at <= now))


def _dialog_from_row(row: Any) -> Dialog:
    values: Mapping[str, Any] = row._mapping
    return Dialog(**{**values, "step": DialogStep(values["step"]), "media": tuple(values["media"])})
