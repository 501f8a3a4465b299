"""An outbox row becomes a parcel: what to say, where, and what follows when it has arrived."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.answers import PublicationState
from bot.domain.cards import Dialog
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.messengers.content import Content
from bot.messengers.port import Capabilities, MenuCommand, Sent, Target
from bot.messengers.serialization import chat_from_columns, unpack_media
from bot.outbox import render_data
from bot.services.answers import answers, corrections
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs as service_dialogs
from bot.services.intake import review_queue as service_doubts
from bot.services.notifications import cards as service_cards
from bot.services.notifications import notify as service_notes
from bot.services.staff import failover
from bot.views import cards as card_view
from bot.views import citizen, review_queue
from bot.views.dialogs import prompts
from bot.views.notifications import registry, settings
from bot.views.render_context import RenderContext
from bot.views.toasts import toast

OnDelivered = Callable[[UseCaseContext, Sequence[Sent]], Awaitable[None]]
OnKeyboardDelivered = Callable[[UseCaseContext, str], Awaitable[None]]


class Operation(Enum):
    """What to ask of the messenger."""

    SEND = "send"
    EDIT = "edit"
    ANSWER_CALLBACK = "press"
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Ready to leave. ``quoting`` replaces ``content`` where the message to reply to is gone; ``quotes``: we know that
    it is."""

    operation: Operation
    target: Target
    content: Content = field(default_factory=Content)
    quote_fallback: Content | None = None
    reply_target_gone: bool = False
    message_ids: tuple[str, ...] = ()
    previous_content: Content | None = None  # how it was published, when it is corrected
    filler: Content = field(default_factory=Content)  # what replaces messages that are not needed any more
    callback_id: str = ""
    alert: bool = False
    commands: tuple[MenuCommand, ...] = ()
    on_delivered: OnDelivered | None = None
    on_keyboard_delivered: OnKeyboardDelivered | None = None  # what follows for the message that carries the buttons


async def _do_nothing(ctx: UseCaseContext, sent: Sequence[Sent]) -> None:
    """Nothing follows."""


async def render(ctx: UseCaseContext, row: OutboxRow, capabilities: Capabilities) -> OutgoingMessage | None:
    """The parcel of *row* as things are now; ``None`` when nobody needs it any more."""
    look = RenderContext(ctx.municipality.zone, ctx.now, capabilities)
    return await _RENDERERS[row.kind](ctx, row, look)


def _target(row: OutboxRow, reply_to: str | None = None) -> Target:
    return Target(chat_from_columns(row.account, row.chat_id, row.chat_kind, row.root, row.thread), reply_to)


async def _render_card(ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext) -> OutgoingMessage | None:
    ticket = await ctx.uow.tickets.get(row.ticket_id or 0)
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if ticket is None or person is None:
        return None
    card = await ctx.uow.cards.get(person.id, ticket.id, row.account)
    if card is None:  # withdrawn before it was shown
        return None
    content = card_view.render_card(await render_data.card_facts(ctx, ticket, person, card), render_context)
    shown = hashlib.sha256(repr(content).encode()).hexdigest()[:32]
    external_id = card.external_id
    if external_id is not None and card.hash == shown:
        return None

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        new_id = sent[0].ids[0] if sent else external_id
        present = await after.uow.cards.get(person.id, ticket.id, row.account)
        if present is not None and present.external_id != external_id:
            # Asked for anew at the bottom of the chat while this was on its way; that card is queued already.
            if new_id is not None:
                await service_notes.edit_notification(
                    after, row.account, row.chat_id, new_id, "card_below", number=ticket.id
                )
            return
        # Where a repetition shows nothing new, an earlier try's card stands, of which we know no more how it looked.
        stale = external_id is None and row.may_be_delivered and render_context.capabilities.idempotent
        await after.uow.cards.upsert(
            *(person.id, ticket.id, row.account, row.chat_id, after.now),
            external_id=new_id,
            hash=None if stale else shown,
        )
        await _record_sent_messages(after, row, sent, "card")
        if stale and present is not None:
            await service_cards.refresh(after, ticket, present, at_once=True)

    way = Operation.SEND if external_id is None else Operation.EDIT
    return OutgoingMessage(
        way, _target(row), content, message_ids=(external_id,) if external_id else (), on_delivered=arrived
    )


async def _render_card_media(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    card = await ctx.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
    if card is None or card.external_id is None:
        return None
    media = await render_data.list_new_media(ctx, card.ticket_id, card.media_shown)
    if not media:
        return None
    shown = card.media_shown + len(media)

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        await after.uow.cards.upsert(
            card.person_id, card.ticket_id, row.account, row.chat_id, after.now, media_shown=shown
        )
        await _record_sent_messages(after, row, sent, "media")

    content = Content(media=tuple(media))
    return OutgoingMessage(
        Operation.SEND, _target(row, card.external_id), content, quote_fallback=content, on_delivered=arrived
    )


async def _render_notification(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    if await render_data.is_addition_moved(ctx, row):
        return None
    facts = await render_data.notification_facts(ctx, row)
    draft = facts.draft
    if "user_id" in row.facts and (draft is None or _is_outdated(row, draft)):
        return None  # a question of a dialog that has gone on or ended meanwhile
    content = registry.render_note(facts, render_context)
    reply_to = None
    if row.ticket_id is not None and row.person_id is not None:
        card = await ctx.uow.cards.get(row.person_id, row.ticket_id, row.account)
        reply_to = card.external_id if card else None

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        about = draft.ticket_id if draft is not None else None
        await _record_sent_messages(after, row, sent, row.facts.get("letter", "note"), about)

    async def asked(after: UseCaseContext, message_id: str) -> None:
        if draft is not None:
            await service_dialogs.on_prompt_delivered(after, draft, message_id, row.facts)

    return OutgoingMessage(
        Operation.SEND,
        _target(row, reply_to),
        content,
        quote_fallback=content,
        on_delivered=arrived,
        on_keyboard_delivered=asked,
    )


def _is_outdated(row: OutboxRow, draft: Dialog) -> bool:
    if row.facts["code"] == "preview":  # it shows the newest words, but never those of another draft
        return draft.ticket_id != row.facts["number"] or not draft.step.endswith("_preview")
    return bool(row.facts.get("version", draft.version) != draft.version)


async def _render_publication(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    found = await render_data.find_publication(ctx, row)
    if found is None or found[0].state is not PublicationState.QUEUED:
        return None
    publication, answer, message = found
    media = unpack_media(answer.media)
    reply = citizen.render_publication(render_data.publication_facts(answer, message, quoting=False)).with_media(media)
    quoting = citizen.render_publication(render_data.publication_facts(answer, message, quoting=True)).with_media(media)
    gone = row.chat_id != message.chat_id or message.deleted_at is not None

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        ids = [external_id for one in sent for external_id in one.ids]
        await answers.on_published(after, publication.id, ids, sent[0].link if sent else None)
        await _record_sent_messages(after, row, sent, "answer")

    target = _target(row, message.external_id)
    return OutgoingMessage(
        Operation.SEND, target, reply, quote_fallback=quoting, reply_target_gone=gone, on_delivered=arrived
    )


async def _render_correction(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    found = await render_data.find_publication(ctx, row)
    if found is None or found[0].state is not PublicationState.POSTED:
        return None
    publication, answer, message = found
    quoted = row.chat_id != message.chat_id or message.deleted_at is not None
    content = citizen.render_publication(render_data.publication_facts(answer, message, quoting=quoted))
    published = replace(answer, text=publication.text or row.facts.get("was", answer.text))
    was = citizen.render_publication(render_data.publication_facts(published, message, quoting=quoted))

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        await corrections.on_corrected(after, publication.id, answer.text)

    return OutgoingMessage(
        Operation.EDIT,
        _target(row),
        content,
        message_ids=publication.external_ids,
        previous_content=was.with_media(unpack_media(answer.media)),
        filler=citizen.render_filler(),
        on_delivered=arrived,
    )


async def _render_citizen_note(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    content = citizen.render_citizen_note(row.facts["code"], row.facts)
    return OutgoingMessage(
        Operation.SEND,
        _target(row, row.facts.get("reply_to")),
        content,
        quote_fallback=content,
        on_delivered=_do_nothing,
    )


async def _render_callback_answer(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    words = toast(row.facts["code"], row.facts)
    return OutgoingMessage(
        Operation.ANSWER_CALLBACK,
        _target(row),
        Content.of(words),
        callback_id=row.facts["press_id"],
        alert=bool(row.facts.get("alert")),
        on_delivered=_do_nothing,
    )


async def _render_notification_edit(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    content = registry.render_note(await render_data.notification_facts(ctx, row), render_context)
    if row.facts.get("bare"):
        content = replace(content, keyboard=())
    content = replace(content, whole=True)  # it is one message, whatever becomes of its words
    return OutgoingMessage(
        Operation.EDIT, _target(row), content, message_ids=(row.facts["edits"],), on_delivered=_do_nothing
    )


async def _render_channel_resumed(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if person is None:
        return None
    missed = await failover.get_missed_tickets(ctx, person, row.account)
    content = settings.render_channel_restored(row.account, missed.accounts, missed.tickets, render_context)

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        await failover.on_resumed(after, person, row.account)

    return OutgoingMessage(Operation.SEND, _target(row), content, on_delivered=arrived)


async def _render_review_queue(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage | None:
    facts = await service_doubts.page_facts(
        ctx, row.person_id or 0, row.account, review_queue.page_size(render_context)
    )
    if facts is None:
        return None
    known, content = facts.review_list, review_queue.render_review_list(facts, render_context)
    shown = hashlib.sha256(repr(content).encode()).hexdigest()[:32]
    external_id = known.external_id
    if external_id is not None and known.hash == shown:
        return None

    async def arrived(after: UseCaseContext, sent: Sequence[Sent]) -> None:
        new_id = sent[0].ids[0] if sent else external_id
        if not await after.uow.review_queue.mark_list_shown(known, new_id, shown) and new_id is not None:
            await service_notes.edit_notification(after, row.account, row.chat_id, new_id, "doubts_below")

    way = Operation.SEND if external_id is None else Operation.EDIT
    return OutgoingMessage(
        way, _target(row), content, message_ids=(external_id,) if external_id else (), on_delivered=arrived
    )


async def _render_menu(ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext) -> OutgoingMessage | None:
    commands = tuple(MenuCommand(name, words) for name, words in prompts.command_menu(row.facts["commands"]))
    return OutgoingMessage(Operation.MENU, _target(row), commands=commands, on_delivered=_do_nothing)


async def _record_sent_messages(
    ctx: UseCaseContext, row: OutboxRow, sent: Sequence[Sent], kind: str, draft_ticket_id: int | None = None
) -> None:
    """Replies to these messages are about the ticket."""
    ticket_id = row.ticket_id or draft_ticket_id
    if ticket_id is not None:
        ids = [external_id for one in sent for external_id in one.ids]
        twin = row.facts.get("twin")
        await ctx.uow.sent_messages.add(row.account, row.chat_id, ids, ticket_id, kind, ctx.now, copy_group=twin)


_RENDERERS: Mapping[
    OutboxKind, Callable[[UseCaseContext, OutboxRow, RenderContext], Awaitable[OutgoingMessage | None]]
] = {
    OutboxKind.CARD: _render_card,
    OutboxKind.CARD_MEDIA: _render_card_media,
    OutboxKind.NOTE: _render_notification,
    OutboxKind.PUBLICATION: _render_publication,
    OutboxKind.CORRECTION: _render_correction,
    OutboxKind.CITIZEN_NOTE: _render_citizen_note,
    OutboxKind.CALLBACK_ANSWER: _render_callback_answer,
    OutboxKind.EDIT_NOTE: _render_notification_edit,
    OutboxKind.MENU: _render_menu,
    OutboxKind.CHANNEL_RESTORED: _render_channel_resumed,
    OutboxKind.REVIEW_LIST: _render_review_queue,
}
