"""Dialogs with officials, kept in the database so that a half-written answer survives a restart.

A dialog shows one prompt or preview at a time. When it advances or ends, the bot removes the buttons of the message it
showed last, so that no button stays that means something else by now.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Unpack

from bot.domain.answers import Answer
from bot.domain.channels import Address
from bot.domain.dialogs import Dialog, DialogFacts, DialogStep, DraftKind, EndReason
from bot.domain.drafts import Wording
from bot.domain.errors import DialogEnded
from bot.domain.notifications.base import Notification
from bot.domain.notifications.codec import encode
from bot.domain.notifications.dialogs import CorrectionSent, DraftClosed, DraftPreview, DraftSent, PreviewReplaced
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated

DIALOG_LIFETIME = timedelta(hours=24)
"""An unfinished dialog expires after this time."""

_VERSION_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

_MAX_PRESSED_MESSAGES = 5

_UNWANTED_ENDS = frozenset({EndReason.REPLACED, EndReason.EXPIRED, EndReason.VOID})
"""Reasons for which a draft ends although its writer neither sent nor cancelled it."""


async def start(
    ctx: UseCaseContext,
    person: Person,
    step: DialogStep,
    ticket: Ticket | None = None,
    facts: DialogFacts | None = None,
) -> Dialog:
    """Start a dialog in the chat *person* is working in; it replaces the one in progress there, if any."""
    address = ctx.reply_address(person)
    if address is None:
        raise DialogEnded()
    replaced = await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True)
    if replaced is not None:
        await _remove_buttons(ctx, replaced, EndReason.REPLACED)
    dialog = Dialog(
        account=address.account,
        user_id=address.user_id,
        chat_id=address.chat_id,
        step=step,
        ticket_id=ticket.id if ticket else None,
        text="",
        media=(),
        facts={
            **await _pressed_messages_fact(ctx, address.account, address.user_id),
            **(facts or {}),
        },
        version=await _next_version(ctx, address.account, address.user_id),
        expires_at=ctx.now + DIALOG_LIFETIME,
    )
    await ctx.uow.dialogs.upsert(dialog)
    return dialog


async def _pressed_messages_fact(
    ctx: UseCaseContext, account: str, user_id: str, newest: str | None = None
) -> dict[str, Any]:
    """Return the dialog fact that lists the messages whose buttons this person pressed last.

    The handlers of those presses have edited the messages, perhaps before their delivery was recorded.
    """
    known = [*await ctx.uow.dialogs.list_pressed_buttons(account, user_id), *([newest] if newest is not None else [])]
    return {"pressed": known[-_MAX_PRESSED_MESSAGES:]} if known else {}


async def _next_version(ctx: UseCaseContext, account: str, user_id: str) -> int:
    """Return a version above all earlier ones of this account, even if its last dialog has been deleted."""
    last = await ctx.uow.dialogs.find_last_version(account, user_id)
    by_clock = int((ctx.now - _VERSION_EPOCH).total_seconds())
    return by_clock if last is None else max(by_clock, last + 1)


async def find_current(ctx: UseCaseContext, person: Person) -> Dialog | None:
    """Return the dialog in progress in the chat *person* is working in."""
    address = ctx.reply_address(person)
    return await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True) if address else None


async def prompt(
    ctx: UseCaseContext, person: Person, dialog: Dialog, note: Notification, *, ticket: Ticket | None = None
) -> None:
    """Show the prompt *note* of *dialog*, with its buttons."""
    await notify.notify(
        ctx,
        person,
        note,
        ticket=ticket,
        priority=Priority.INTERACTIVE,
        envelope=NoteEnvelope(user_id=dialog.user_id, version=dialog.version),
        to_address=chat_address(dialog),
    )


async def on_prompt_delivered(ctx: UseCaseContext, dialog: Dialog, message_id: str, note: Notification) -> None:
    """Record that a prompt or preview of *dialog* was delivered as *message_id*; its buttons are removed later."""
    shown = {"id": message_id, "code": note.code, **encode(note)}
    if dialog.facts.get("shown", {"id": message_id})["id"] != message_id:
        await _remove_buttons(ctx, dialog, EndReason.ADVANCED)  # the same step was shown before: one prompt at a time
    marked = replace(dialog, facts={**dialog.facts, "shown": shown})
    if await ctx.uow.dialogs.update_facts(marked):
        return
    # The dialog advanced or ended before the messenger confirmed the delivery.
    if message_id in await ctx.uow.dialogs.list_pressed_buttons(dialog.account, dialog.user_id):
        return  # a button of this very message was pressed: its handler has edited the message
    later = await ctx.uow.dialogs.get(dialog.account, dialog.user_id, ctx.now)
    if later is not None:
        same = _is_same_draft(later, dialog)
        await _remove_buttons(ctx, marked, EndReason.ADVANCED if same else EndReason.REPLACED)
    elif (answer := await _find_sent_answer(ctx, dialog)) is not None:
        await _mark_sent(ctx, marked, message_id, answer)
    else:
        await _remove_buttons(ctx, marked, EndReason.VOID)


def _is_same_draft(later: Dialog, earlier: Dialog) -> bool:
    """Return whether *later* is a later step of the same draft."""
    return later.ticket_id == earlier.ticket_id and later.step.draft_kind is earlier.step.draft_kind


async def _find_sent_answer(ctx: UseCaseContext, dialog: Dialog) -> Answer | None:
    """Return the answer that was sent from another copy of this preview: an earlier attempt was delivered, too."""
    if dialog.ticket_id is None or not dialog.step.is_preview:
        return None
    early = {DraftKind.QUESTION: Wording.QUESTION, DraftKind.INTERIM: Wording.INTERIM}
    kind = early.get(dialog.step.draft_kind or DraftKind.ANSWER, Wording.ANSWER)
    answer = await ctx.uow.answers.find_latest(dialog.ticket_id, kind)
    return answer if answer is not None and answer.text == dialog.text else None


async def _mark_sent(ctx: UseCaseContext, dialog: Dialog, message_id: str, answer: Answer) -> None:
    kind = CorrectionSent if dialog.step.draft_kind is DraftKind.CORRECTION else DraftSent
    note = kind(ticket_id=dialog.ticket_id or 0, answer_id=answer.id, text=dialog.text)
    await notify.edit_notification(ctx, dialog.account, dialog.chat_id, message_id, note)


async def advance(
    ctx: UseCaseContext,
    dialog: Dialog,
    next_step: DialogStep,
    *,
    pressed_message_id: str | None = None,
    **facts: Unpack[DialogFacts],
) -> Dialog:
    """Go on to *next_step*. The handler of a press edits *pressed_message_id*, the message with the button, itself."""
    await _remove_buttons(ctx, dialog, EndReason.ADVANCED, exclude_message_id=pressed_message_id)
    changed = replace(
        dialog,
        step=next_step,
        facts={
            **_facts_without_shown(dialog),
            **await _pressed_messages_fact(ctx, dialog.account, dialog.user_id, pressed_message_id),
            **facts,
        },
        version=dialog.version + 1,
        expires_at=ctx.now + DIALOG_LIFETIME,
    )
    await ctx.uow.dialogs.upsert(changed)
    return changed


async def end(ctx: UseCaseContext, dialog: Dialog, *, pressed_message_id: str | None = None) -> None:
    """End *dialog*; *pressed_message_id* as for :func:`advance`."""
    await _remove_buttons(ctx, dialog, EndReason.DONE, exclude_message_id=pressed_message_id)
    facts = await _pressed_messages_fact(ctx, dialog.account, dialog.user_id, pressed_message_id)
    await ctx.uow.dialogs.end(dialog.account, dialog.user_id, facts)


async def revoke(ctx: UseCaseContext, dialog: Dialog) -> None:
    """End *dialog* although its writer did nothing: its ticket is no concern of theirs any more."""
    await _remove_buttons(ctx, dialog, EndReason.VOID)
    await ctx.uow.dialogs.end(dialog.account, dialog.user_id)


async def cancel_for_ticket(ctx: UseCaseContext, ticket: Ticket, steps: Sequence[DialogStep]) -> list[Dialog]:
    """End and return the dialogs about *ticket* that are in one of *steps*."""
    ended = await ctx.uow.dialogs.cancel_for_ticket(ticket.id, steps, ctx.now)
    for dialog in ended:
        await _remove_buttons(ctx, dialog, EndReason.VOID)
    return ended


async def cancel_for_person(ctx: UseCaseContext, ticket: Ticket, person: Person, steps: Sequence[DialogStep]) -> None:
    """End the dialogs of *person* about *ticket* that are in one of *steps*; the text of a draft stays readable."""
    for channel in await ctx.channels(person):
        address = channel.address
        dialog = await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True)
        if dialog is not None and dialog.ticket_id == ticket.id and dialog.step in steps:
            await _remove_buttons(ctx, dialog, EndReason.VOID)
            await ctx.uow.dialogs.end(address.account, address.user_id)


async def expire_abandoned(ctx: UseCaseContext) -> None:
    """End the dialogs that expired; the text of a draft stays readable."""
    for dialog in await ctx.uow.dialogs.list_expired(ctx.now):
        async with isolated(ctx, "expired_dialogs", dialog.ticket_id):
            await _remove_buttons(ctx, dialog, EndReason.EXPIRED)
        await ctx.uow.dialogs.end(dialog.account, dialog.user_id)


def require_current(dialog: Dialog | None, ticket_id: int, version: str) -> Dialog:
    """Return *dialog* if the pressed button belongs to its present step; raise :class:`DialogEnded` otherwise."""
    if dialog is None or (dialog.ticket_id or 0) != ticket_id or str(dialog.version) != version:
        raise DialogEnded(number=ticket_id)
    return dialog


def chat_address(dialog: Dialog) -> Address:
    """Return the address of the chat in which *dialog* was started."""
    return Address(dialog.account, dialog.user_id)


def _facts_without_shown(dialog: Dialog) -> dict[str, Any]:
    return {name: value for name, value in dialog.facts.items() if name != "shown"}


async def _remove_buttons(
    ctx: UseCaseContext, dialog: Dialog, reason: EndReason, *, exclude_message_id: str | None = None
) -> None:
    """Remove the buttons of the message *dialog* showed last; an unsent preview keeps its text, to be copied."""
    shown = dialog.facts.get("shown")
    if shown is None and reason in _UNWANTED_ENDS:
        await _return_draft_text(ctx, dialog, reason)
    if shown is None or shown["id"] == exclude_message_id:
        return
    from bot.domain.notifications.registry import notification_of  # all classes: commands that end no dialog need none

    note = notification_of(shown)
    is_preview = isinstance(note, DraftPreview)
    if is_preview:
        kind = PreviewReplaced if reason is EndReason.ADVANCED else DraftClosed
        note = kind(ticket_id=dialog.ticket_id or 0, text=dialog.text, reason=reason)
    await notify.edit_notification(
        *(ctx, dialog.account, dialog.chat_id, shown["id"], note), without_buttons=not is_preview
    )


async def _return_draft_text(ctx: UseCaseContext, dialog: Dialog, reason: EndReason) -> None:
    """Send the text of an ended draft back to its writer, to be copied, as no preview has shown it yet."""
    writer = ctx.municipality.find_official(dialog.account, dialog.user_id)
    if writer is None or dialog.step.draft_kind is None or not (dialog.text or dialog.media):
        return
    await notify.notify(
        ctx,
        writer,
        DraftClosed(ticket_id=dialog.ticket_id or 0, text=dialog.text, reason=reason),
        priority=Priority.INTERACTIVE if reason is EndReason.REPLACED else Priority.NOTE,
        to_address=chat_address(dialog),
    )
