"""Dialogs of officials with the bot: the current step and its draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from bot.domain.dialogs import Dialog, DialogStep
from storage.repositories.base import Repository
from storage.tables import dialog

_ENDED_STEP = DialogStep.ENDED.value
"""The step of a dialog that has ended. Its row is kept for a while: the next dialog of the account continues the
version numbers, so that no button of an old dialog works in a new one."""

_ENDED_VALUES: dict[str, Any] = {"step": _ENDED_STEP, "ticket_id": None, "text": "", "media": []}


class Dialogs(Repository):
    """At most one dialog per account."""

    async def get(self, account: str, user_id: str, now: datetime, *, lock: bool = False) -> Dialog | None:
        """Return the dialog of this account, unless it has ended or expired.

        Callers that continue or end the dialog pass *lock*, to wait for concurrent changes of it.
        """
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
        """Return the version of this account's latest dialog, even if it has ended."""
        result = await self._transaction.execute(
            select(dialog.c.version).where(dialog.c.account == account, dialog.c.user_id == user_id)
        )
        return result.scalar_one_or_none()

    async def upsert(self, wanted: Dialog) -> None:
        """Save a dialog that begins or continues."""
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
        """Save the facts of *wanted*; False if the dialog has ended or is at another version."""
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
        """Return the fact "pressed" of this account's latest dialog, even if it has ended."""
        result = await self._transaction.execute(
            select(dialog.c.facts).where(dialog.c.account == account, dialog.c.user_id == user_id)
        )
        return tuple((result.scalar_one_or_none() or {}).get("pressed", ()))

    async def end(self, account: str, user_id: str, facts: Mapping[str, Any] | None = None) -> None:
        """End the dialog and clear its contents, except for *facts*."""
        await self._transaction.execute(
            update(dialog)
            .where(dialog.c.account == account, dialog.c.user_id == user_id)
            .values(**_ENDED_VALUES, facts=dict(facts or {}))
        )

    async def end_in_messenger(self, messenger: str, user_id: str) -> None:
        """End the dialogs of a person's account with any account of the bot in *messenger*."""
        accounts = or_(dialog.c.account == messenger, dialog.c.account.like(f"{messenger}:%"))
        await self._transaction.execute(
            update(dialog).where(dialog.c.user_id == user_id, accounts).values(**_ENDED_VALUES, facts={})
        )

    async def cancel_for_ticket(self, ticket_id: int, steps: Sequence[DialogStep], now: datetime) -> list[Dialog]:
        """End the dialogs about *ticket_id* that are in one of *steps*; return those that had not expired."""
        concerned = (dialog.c.ticket_id == ticket_id, dialog.c.step.in_(steps))
        found = [_dialog_from_row(row) for row in await self._transaction.execute(select(dialog).where(*concerned))]
        await self._transaction.execute(update(dialog).where(*concerned).values(**_ENDED_VALUES, facts={}))
        return [one for one in found if one.expires_at > now]

    async def list_writers(self, ticket_id: int, steps: Sequence[DialogStep], now: datetime) -> list[tuple[str, str]]:
        """Return the accounts and users whose dialog about a ticket is at one of *steps*."""
        result = await self._transaction.execute(
            select(dialog.c.account, dialog.c.user_id).where(
                dialog.c.ticket_id == ticket_id,
                dialog.c.step.in_([step.value for step in steps]),
                dialog.c.expires_at > now,
            )
        )
        return [(row.account, row.user_id) for row in result]

    async def list_expired(self, now: datetime) -> list[Dialog]:
        """List the dialogs that expired before they ended."""
        result = await self._transaction.execute(
            select(dialog).where(dialog.c.expires_at <= now, dialog.c.step != _ENDED_STEP)
        )
        return [_dialog_from_row(row) for row in result]

    async def delete_expired(self, now: datetime) -> None:
        await self._transaction.execute(delete(dialog).where(dialog.c.expires_at <= now))


def _dialog_from_row(row: Any) -> Dialog:
    values: Mapping[str, Any] = row._mapping
    return Dialog(**{**values, "step": DialogStep(values["step"]), "media": tuple(values["media"])})
