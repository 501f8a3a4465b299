"""What an official is in the middle of: kept in the database, so that a half-written answer survives a restart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.errors import DialogOver
from bot.domain.people import Person
from bot.domain.records import Dialog, Json, Priority
from bot.domain.tickets import Ticket
from bot.services import notes
from bot.services.centre import Work

LIFETIME = timedelta(hours=24)
"""An unfinished draft is forgotten after this."""

ALBUM_WAIT = timedelta(seconds=1)
"""The files of one album come one by one; one preview shows them all."""


async def begin(work: Work, person: Person, step: str, ticket: Ticket | None = None, **facts: Any) -> Dialog:
    """Start a dialog; one that was under way is given up."""
    address = work.centre.address(person)
    if address is None:
        raise DialogOver()
    dialog = Dialog(
        account=address.account,
        user_id=address.user_id,
        chat_id=address.chat_id,
        step=step,
        ticket_id=ticket.id if ticket else None,
        text="",
        media=(),
        facts=facts,
        version=0,
        expires_at=work.now + LIFETIME,
    )
    await work.uow.dialogs.save(dialog)
    return dialog


async def current(work: Work, person: Person) -> Dialog | None:
    """The dialog that *person* has under way."""
    address = work.centre.address(person)
    return await work.uow.dialogs.get(address.account, address.user_id, work.now) if address else None


async def step(work: Work, dialog: Dialog, to: str, **facts: Any) -> Dialog:
    """Go on to another step."""
    changed = replace(
        dialog, step=to, facts={**dialog.facts, **facts}, version=dialog.version + 1, expires_at=work.now + LIFETIME
    )
    await work.uow.dialogs.save(changed)
    return changed


async def end(work: Work, dialog: Dialog) -> None:
    await work.uow.dialogs.end(dialog.account, dialog.user_id)


async def add_to_draft(
    work: Work, dialog: Dialog, person: Person, text: str, media: Sequence[Json], *, album: bool
) -> Dialog:
    """More words or files for the draft; its preview follows, one for a whole album."""
    words = f"{dialog.text}\n\n{text}" if dialog.text and text else dialog.text or text
    preview = dialog.step if dialog.step.endswith("_preview") else f"{dialog.step}_preview"
    changed = replace(
        dialog,
        step=preview,
        text=words,
        media=(*dialog.media, *media),
        version=dialog.version + 1,
        expires_at=work.now + LIFETIME,
    )
    await work.uow.dialogs.save(changed)
    await notes.tell(
        work,
        person,
        "preview",
        priority=Priority.PRESS,
        due_at=work.now + ALBUM_WAIT if album else None,
        dedupe=f"preview:{dialog.account}:{dialog.user_id}",
        number=dialog.ticket_id,
        user_id=dialog.user_id,
    )
    return changed


async def rewrite(work: Work, dialog: Dialog) -> Dialog:
    """«Изменить»: the draft begins anew."""
    changed = replace(dialog, step=dialog.step.removesuffix("_preview"), text="", media=(), version=dialog.version + 1)
    await work.uow.dialogs.save(changed)
    return changed


def require(dialog: Dialog | None, ticket_id: int, version: str) -> Dialog:
    """The dialog that a pressed preview belongs to; :class:`DialogOver` for one that has ended or moved on."""
    if dialog is None or dialog.ticket_id != ticket_id or str(dialog.version) != version:
        raise DialogOver(number=ticket_id)
    return dialog
