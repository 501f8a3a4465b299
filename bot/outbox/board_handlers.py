"""Rendering and recording of the board of control."""

from dataclasses import dataclass

from bot.domain.board import Board
from bot.domain.cards import LIST_KIND, NO_TICKET
from bot.domain.notifications.board import BoardBelow
from bot.domain.outbox import OutboxRow
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult, target_of
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.reports import board
from bot.views.board import render_board
from bot.views.render_context import RenderContext


@dataclass(frozen=True, slots=True)
class BoardSnapshot:
    """The board when it was rendered; ``facts_hash`` is ``None`` for a reader who may not see it any more."""

    board: Board
    facts_hash: str | None


async def render(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[BoardSnapshot] | None:
    known = await ctx.uow.boards.find(row.person_id or 0, row.account)
    if known is None:
        return None
    facts = await board.collect_facts(ctx, known)
    facts_hash = board.hash_of(facts) if facts is not None else None
    if known.external_id is not None and facts_hash is not None and known.hash == facts_hash:
        return None
    content, snapshot = render_board(facts, render_context), BoardSnapshot(known, facts_hash)
    if known.external_id is None:
        return OutgoingMessage(Operation.SEND, target_of(row), snapshot, content)
    return OutgoingMessage(Operation.EDIT, target_of(row), snapshot, content, message_ids=(known.external_id,))


async def record(ctx: UseCaseContext, row: OutboxRow, snapshot: BoardSnapshot, result: SendResult) -> None:
    known = snapshot.board
    await ctx.uow.sent_messages.add(
        *(row.account, row.chat_id, result.message_ids, NO_TICKET, LIST_KIND, ctx.now), shown=result.shown
    )
    if snapshot.facts_hash is None:
        await ctx.uow.boards.delete(known)
        return
    message_id = result.sent[0].ids[0] if result.sent else known.external_id
    is_current = await ctx.uow.boards.mark_shown(known, message_id, snapshot.facts_hash)
    if result.sent and message_id is not None and not is_current:
        await notify.edit_notification(ctx, row.account, row.chat_id, message_id, BoardBelow())
