"""Rendering and recording of cards, their media, and review lists."""

import hashlib
from dataclasses import dataclass

from bot.domain.cards import MEDIA_KIND, ReviewList
from bot.domain.notifications.review_queue import ReviewListBelow
from bot.domain.notifications.tickets import CardBelow
from bot.domain.outbox import OutboxRow
from bot.messengers.content import Content
from bot.outbox import card_data, media_data
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult, SnapshotT, record_sent_messages, target_of
from bot.services.context import UseCaseContext
from bot.services.intake import review_queue
from bot.services.notifications import cards, notify
from bot.views import cards as card_view
from bot.views import review_queue as review_queue_view
from bot.views.render_context import RenderContext


@dataclass(frozen=True, slots=True)
class CardSnapshot:
    """The state of a card when it was rendered."""

    message_id: str | None  # of the message to edit; None: the card is sent as a new message
    content_hash: str
    may_be_outdated: bool
    """True if an earlier attempt may have delivered the card: a messenger that hides repeated sends then shows the
    content of that attempt, which is unknown."""
    shows_phone: bool = False


@dataclass(frozen=True, slots=True)
class ReviewListSnapshot:
    """The state of a review list when it was rendered."""

    review_list: ReviewList
    content_hash: str


async def render_card(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[CardSnapshot] | None:
    ticket = await ctx.uow.tickets.get(row.ticket_id or 0)
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if ticket is None or person is None:
        return None
    card = await ctx.uow.cards.get(person.id, ticket.id, row.account)
    if card is None:  # withdrawn before it was shown
        return None
    facts = await card_data.card_facts(ctx, ticket, person, card)
    content = card_view.render_card(facts, render_context)
    content_hash = _hash(content)
    if card.external_id is not None and card.hash == content_hash:
        return None
    may_be_outdated = card.external_id is None and row.may_be_delivered and render_context.capabilities.idempotent
    snapshot = CardSnapshot(card.external_id, content_hash, may_be_outdated, shows_phone=bool(facts.ticket.phone))
    return _send_or_edit(row, content, card.external_id, snapshot)


async def record_card(ctx: UseCaseContext, row: OutboxRow, snapshot: CardSnapshot, result: SendResult) -> None:
    person_id, ticket_id = row.person_id or 0, row.ticket_id or 0
    message_id = result.sent[0].ids[0] if result.sent else snapshot.message_id
    card = await ctx.uow.cards.get(person_id, ticket_id, row.account)
    if card is not None and card.external_id != snapshot.message_id:
        # The person asked for the card again during the delivery; the new card at the bottom is queued already.
        if message_id is not None:
            await notify.edit_notification(ctx, row.account, row.chat_id, message_id, CardBelow(ticket_id=ticket_id))
        return
    await ctx.uow.cards.upsert(
        *(person_id, ticket_id, row.account, row.chat_id, ctx.now),
        external_id=message_id,
        hash=None if snapshot.may_be_outdated else snapshot.content_hash,
    )
    await record_sent_messages(ctx, row, result, "card")
    if snapshot.shows_phone and snapshot.message_id is None:
        await ctx.uow.audit_log.record("phone_shown", ctx.now, person_id=person_id, ticket_id=ticket_id)
    if snapshot.may_be_outdated and card is not None:
        ticket = await ctx.uow.tickets.get(ticket_id)
        if ticket is not None:
            await cards.refresh(ctx, ticket, card, at_once=True)


async def render_card_media(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[int] | None:
    """Render the media that the card has not shown yet; the snapshot is the number shown afterwards."""
    card = await ctx.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
    if card is None or card.external_id is None:
        return None
    media = await media_data.list_new_media(ctx, card.ticket_id, card.media_shown)
    if not media:
        return None
    content = Content(media=tuple(media))
    return OutgoingMessage(
        Operation.SEND,
        target_of(row, card.external_id),
        snapshot=card.media_shown + len(media),
        content=content,
        unreplied_content=content,
    )


async def record_card_media(ctx: UseCaseContext, row: OutboxRow, media_shown: int, result: SendResult) -> None:
    await ctx.uow.cards.upsert(
        *(row.person_id or 0, row.ticket_id or 0, row.account, row.chat_id, ctx.now), media_shown=media_shown
    )
    await record_sent_messages(ctx, row, result, MEDIA_KIND)


async def render_review_list(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[ReviewListSnapshot] | None:
    page_size = review_queue_view.page_size(render_context)
    facts = await review_queue.page_facts(ctx, row.person_id or 0, row.account, page_size)
    if facts is None:
        return None
    content = review_queue_view.render_review_list(facts, render_context)
    known, content_hash = facts.review_list, _hash(content)
    if known.external_id is not None and known.hash == content_hash:
        return None
    return _send_or_edit(row, content, known.external_id, ReviewListSnapshot(known, content_hash))


async def record_review_list(
    ctx: UseCaseContext, row: OutboxRow, snapshot: ReviewListSnapshot, result: SendResult
) -> None:
    known = snapshot.review_list
    message_id = result.sent[0].ids[0] if result.sent else known.external_id
    is_current = await ctx.uow.review_queue.mark_list_shown(known, message_id, snapshot.content_hash)
    if not is_current and message_id is not None:
        await notify.edit_notification(ctx, row.account, row.chat_id, message_id, ReviewListBelow())


def _hash(content: Content) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:32]


def _send_or_edit(
    row: OutboxRow, content: Content, message_id: str | None, snapshot: SnapshotT
) -> OutgoingMessage[SnapshotT]:
    if message_id is None:
        return OutgoingMessage(Operation.SEND, target_of(row), snapshot, content)
    return OutgoingMessage(Operation.EDIT, target_of(row), snapshot, content, message_ids=(message_id,))
