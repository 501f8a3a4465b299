"""Rendering and recording of notifications, callback answers and menus."""

from dataclasses import replace

from bot.domain.cards import LIST_KIND, NO_TICKET, PAGE_KIND
from bot.domain.dialogs import Dialog
from bot.domain.notifications.base import Notification
from bot.domain.notifications.citizens import TicketDismissed
from bot.domain.notifications.codec import decode
from bot.domain.notifications.dialogs import DraftPreview
from bot.domain.notifications.envelope import CallbackEnvelope, CitizenEnvelope, EditEnvelope, NoteEnvelope
from bot.domain.notifications.registry import CITIZEN_NOTES, citizen_note_of, notification_of, toast_of
from bot.domain.notifications.solutions import SolvedQuestion
from bot.domain.outbox import OutboxRow
from bot.domain.tickets import State
from bot.messengers.content import Content
from bot.messengers.port import MenuCommand
from bot.outbox import notification_data
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult, record_sent_messages, target_of
from bot.services.answers.satisfaction import QUESTION_IN_WORDS_KIND, QUESTION_KIND
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.staff import failover
from bot.views import citizen
from bot.views.dialogs import prompts
from bot.views.notifications import registry, settings
from bot.views.render_context import RenderContext
from bot.views.toasts import render_toast


async def render_notification(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[Dialog | None] | None:
    """Render a notification or a prompt; the snapshot is the dialog that the prompt belongs to."""
    note, envelope = notification_of(row.facts), decode(NoteEnvelope, row.facts)
    if await notification_data.is_addition_moved(ctx, row, note):
        return None
    data = await notification_data.notification_data(ctx, row, note, envelope.user_id)
    dialog = data.draft
    if envelope.is_prompt and (dialog is None or _is_outdated(note, envelope, dialog)):
        return None  # a prompt of a dialog that has gone on or ended meanwhile
    content = registry.render_notification(note, data, render_context)
    reply_to = None
    if row.ticket_id is not None and row.person_id is not None:
        card = await ctx.uow.cards.get(row.person_id, row.ticket_id, row.account)
        reply_to = card.external_id if card else None
    return OutgoingMessage(
        Operation.SEND, target_of(row, reply_to), snapshot=dialog, content=content, unreplied_content=content
    )


async def record_notification(ctx: UseCaseContext, row: OutboxRow, dialog: Dialog | None, result: SendResult) -> None:
    # Lock order: the dialog before the sent messages, as in the button handlers.
    if dialog is not None and result.keyboard_message_id is not None:
        await dialogs.on_prompt_delivered(ctx, dialog, result.keyboard_message_id, notification_of(row.facts))
    ticket_id = dialog.ticket_id if dialog is not None else None
    await record_sent_messages(ctx, row, result, decode(NoteEnvelope, row.facts).sent_message_kind, ticket_id)
    if row.ticket_id is None and ticket_id is None and row.person_id is not None:
        await _record_unattached(ctx, row, result)
    await _forget_secrets(ctx, row)


async def _record_unattached(ctx: UseCaseContext, row: OutboxRow, result: SendResult) -> None:
    """Record a message about several tickets, or none, so that it can be emptied when its reader leaves."""
    kind = LIST_KIND if notification_of(row.facts).mentioned_ticket_ids() else PAGE_KIND
    await ctx.uow.sent_messages.add(
        *(row.account, row.chat_id, result.message_ids, NO_TICKET, kind, ctx.now), shown=result.shown
    )


async def record_notification_edit(ctx: UseCaseContext, row: OutboxRow, snapshot: None, result: SendResult) -> None:
    if row.facts["code"] not in CITIZEN_NOTES:
        await _forget_secrets(ctx, row)


async def _forget_secrets(ctx: UseCaseContext, row: OutboxRow) -> None:
    """Remove invitation codes from a delivered row: only their reader needs them in clear."""
    keys = notification_of(row.facts).secret_keys
    if keys:
        await ctx.uow.outbox.forget_facts(row, *keys)


def _is_outdated(note: Notification, envelope: NoteEnvelope, dialog: Dialog) -> bool:
    if isinstance(note, DraftPreview):  # shows the newest text, but never that of another draft
        return dialog.ticket_id != note.ticket_id or not dialog.step.is_preview
    return envelope.version is not None and envelope.version != dialog.version


async def render_notification_edit(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    envelope = decode(EditEnvelope, row.facts)
    if row.facts["code"] in CITIZEN_NOTES:
        content = replace(citizen.render_citizen_note(citizen_note_of(row.facts)), whole=True)
        return OutgoingMessage(Operation.EDIT, target_of(row), None, content, message_ids=(envelope.message_id,))
    note = notification_of(row.facts)
    data = await notification_data.notification_data(
        ctx, row, note, envelope.user_id, without_buttons=envelope.without_buttons
    )
    content = registry.render_notification(note, data, render_context)
    if envelope.without_buttons:
        content = replace(content, keyboard=())
    content = replace(content, whole=True)  # one message is edited, however long the text has become
    return OutgoingMessage(Operation.EDIT, target_of(row), None, content, message_ids=(envelope.message_id,))


async def render_citizen_note(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    note = citizen_note_of(row.facts)
    if isinstance(note, TicketDismissed):
        ticket = await ctx.uow.tickets.get(note.ticket_id)
        if ticket is None or ticket.state is not State.DISMISSED:
            return None  # a wrong press was taken back meanwhile
    if isinstance(note, SolvedQuestion):
        ticket = await ctx.uow.tickets.get(note.ticket_id)
        if ticket is None or ticket.state is not State.ANSWERED:
            return None  # its author was faster
    content = citizen.render_citizen_note(note)
    target = target_of(row, decode(CitizenEnvelope, row.facts).reply_to)
    return OutgoingMessage(Operation.SEND, target, None, content, unreplied_content=content)


async def record_citizen_note(ctx: UseCaseContext, row: OutboxRow, snapshot: None, result: SendResult) -> None:
    """Record a question, so that replies to it and presses under it are known to answer it."""
    note = citizen_note_of(row.facts)
    if isinstance(note, SolvedQuestion):
        kind = QUESTION_IN_WORDS_KIND if note.by_words else QUESTION_KIND
        await record_sent_messages(ctx, row, result, kind)


async def render_callback_answer(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    envelope = decode(CallbackEnvelope, row.facts)
    return OutgoingMessage(
        Operation.ANSWER_CALLBACK,
        target_of(row),
        snapshot=None,
        content=Content.of(render_toast(toast_of(row.facts))),
        callback_id=envelope.callback_id,
        alert=envelope.alert,
    )


async def render_menu(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    commands = tuple(MenuCommand(name, text) for name, text in prompts.command_menu(row.facts["commands"]))
    return OutgoingMessage(Operation.MENU, target_of(row), None, commands=commands)


async def render_channel_restored(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if person is None:
        return None
    missed = await failover.get_missed_tickets(ctx, person, row.account)
    content = settings.render_channel_restored(row.account, missed.accounts, missed.tickets, render_context)
    return OutgoingMessage(Operation.SEND, target_of(row), None, content)


async def record_channel_restored(ctx: UseCaseContext, row: OutboxRow, snapshot: None, result: SendResult) -> None:
    await ctx.uow.sent_messages.add(
        *(row.account, row.chat_id, result.message_ids, NO_TICKET, LIST_KIND, ctx.now), shown=result.shown
    )
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if person is not None:
        await failover.on_resumed(ctx, person, row.account)
