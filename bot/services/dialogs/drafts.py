"""Drafts: the texts for citizens that officials write in a dialog and check in a preview."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.dialogs import Dialog, DraftKind
from bot.domain.json_types import Json
from bot.domain.notifications.dialogs import DraftPreview
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.templates import fill_first_field
from bot.services.context import UseCaseContext
from bot.services.dialogs.dialogs import advance, chat_address
from bot.services.notifications import notify

ALBUM_DELAY = timedelta(seconds=1)
"""Delay of a preview after a file of an album: the files arrive one by one, and one preview shows them all."""


async def add_to_draft(
    ctx: UseCaseContext,
    dialog: Dialog,
    person: Person,
    text: str,
    media: Sequence[Json],
    *,
    album: bool = False,
    message_id: str = "",
) -> Dialog:
    """Add text and files of the writer's message *message_id* to the draft and show the preview.

    A whole album gets one preview.
    """
    pieces = [*dialog.facts.get("pieces", ()), [message_id, text]]
    return await _update_draft(ctx, replace(dialog, media=(*dialog.media, *media)), person, pieces, album=album)


async def fill_field(ctx: UseCaseContext, dialog: Dialog, person: Person, value: str) -> Dialog:
    """Fill the first empty field of the template that the draft began with, and show the preview."""
    pieces, filled = [], False
    for part_id, part in dialog.facts.get("pieces", ()):
        changed = part if filled else fill_first_field(part, value)
        filled = filled or changed != part
        pieces.append([part_id, changed])
    return await _update_draft(ctx, dialog, person, pieces)


async def edit_part(ctx: UseCaseContext, dialog: Dialog, person: Person, text: str, message_id: str) -> None:
    """Apply an edit that the writer made to a message of theirs, if it is part of the draft."""
    pieces = dialog.facts.get("pieces", ())
    changed = [[part_id, text if part_id == message_id else part] for part_id, part in pieces]
    if dialog.step.is_preview and changed != list(pieces):
        await _update_draft(ctx, dialog, person, changed)


async def _update_draft(
    ctx: UseCaseContext, dialog: Dialog, person: Person, pieces: list[list[str]], *, album: bool = False
) -> Dialog:
    draft = replace(dialog, text="\n\n".join(part for _, part in pieces if part))
    changed = await advance(ctx, draft, _kind_of(dialog).preview_step, pieces=pieces)
    await _show_preview(ctx, changed, person, album=album)
    return changed


async def rebase(ctx: UseCaseContext, dialog: Dialog, person: Person, base: int) -> None:
    """Go on from version *base* of the saved draft, which somebody else has submitted; show the own text again."""
    await _show_preview(ctx, await advance(ctx, dialog, dialog.step, base=base), person)


async def _show_preview(ctx: UseCaseContext, dialog: Dialog, person: Person, *, album: bool = False) -> None:
    await notify.notify(
        ctx,
        person,
        DraftPreview(ticket_id=dialog.ticket_id or 0),
        priority=Priority.INTERACTIVE,
        envelope=NoteEnvelope(user_id=dialog.user_id),
        to_address=chat_address(dialog),
        due_at=ctx.now + ALBUM_DELAY if album else None,
        dedupe=f"preview:{dialog.account}:{dialog.user_id}:{dialog.ticket_id}",
    )


async def restart_draft(ctx: UseCaseContext, dialog: Dialog, *, pressed_message_id: str | None = None) -> Dialog:
    """«Изменить»: empty the draft and return to the step that writes it."""
    step = _kind_of(dialog).writing_step
    return await advance(ctx, without_draft(dialog), step, pressed_message_id=pressed_message_id)


def without_draft(dialog: Dialog) -> Dialog:
    """Return *dialog* with an empty draft."""
    facts = {name: value for name, value in dialog.facts.items() if name != "pieces"}
    return replace(dialog, text="", media=(), facts=facts)


def _kind_of(dialog: Dialog) -> DraftKind:
    if dialog.step.draft_kind is None:
        raise ValueError(f"a dialog at step {dialog.step!r} has no draft")
    return dialog.step.draft_kind
