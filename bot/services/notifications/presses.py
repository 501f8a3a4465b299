"""The place of a press: an official's counts only in their private chat, under a message that carries the button.

Messengers pass on whatever code, and whatever message, an altered app names.
"""

from bot.domain.errors import ForeignButton, NotInPrivate
from bot.domain.outbox import OutboxKind
from bot.messengers.events import Chat, ChatKind
from bot.services.context import UseCaseContext

_WITH_BUTTONS = frozenset({OutboxKind.NOTE, OutboxKind.REVIEW_LIST, OutboxKind.BOARD, OutboxKind.CHANNEL_RESTORED})


def check_private(chat: Chat) -> None:
    """Refuse a press outside the private chat with the bot: what it shows or changes is not for the others there."""
    if chat.kind is not ChatKind.PRIVATE:
        raise NotInPrivate()


async def check_carries_button(ctx: UseCaseContext, chat: Chat, message_id: str | None, ticket_id: int) -> None:
    """Refuse a press under a message that can carry no button about *ticket_id* (0: about no ticket).

    Nobody records which buttons a note about the ticket had, or whether it had any: that would cost a row for each. So
    every note about it counts, a picture of its card or an answer to its author does not, and what the button does
    checks the rights.
    """
    if message_id is None:
        raise ForeignButton()
    here = (chat.account, chat.id, message_id)
    known = await ctx.uow.sent_messages.list_button_tickets(*here)
    if not known:
        is_recorded = await ctx.uow.sent_messages.ticket_of(*here) is not None
        if not is_recorded and await _may_be_unrecorded(ctx, chat, ticket_id):
            return
        known = await ctx.uow.sent_messages.list_button_tickets(*here)  # it may have been recorded since
    if ticket_id not in known:
        raise ForeignButton()


async def _may_be_unrecorded(ctx: UseCaseContext, chat: Chat, ticket_id: int) -> bool:
    """Return whether the bot may have sent a message that it has not recorded.

    The record follows the delivery, and after a crash or an unknown outcome only the second copy is recorded.
    """
    for kind, about in await ctx.uow.outbox.list_arriving(chat.account, chat.id):
        is_new_card = kind is OutboxKind.CARD and about == ticket_id and not await _has_card(ctx, chat, ticket_id)
        if kind in _WITH_BUTTONS or is_new_card:
            return True
    return ticket_id != 0 and await ctx.uow.audit_log.has_record(ticket_id, "resent")


async def _has_card(ctx: UseCaseContext, chat: Chat, ticket_id: int) -> bool:
    """Return whether the card of the chat's official is recorded: then what is on its way only edits it."""
    person = ctx.municipality.find_official(chat.account, chat.id)
    card = await ctx.uow.cards.get(person.id, ticket_id, chat.account) if person is not None else None
    return card is not None and card.external_id is not None
