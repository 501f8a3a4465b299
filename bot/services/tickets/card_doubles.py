"""Doubles of cards: a crash between a card's sending and its record makes the bot send it once more.

The record names the second alone. What the messenger calls the first is known once its buttons are pressed, or once the
process that has sent it returns.
"""

from bot.domain.notifications.tickets import CardBelow
from bot.domain.outbox import OutboxKind
from bot.domain.people import Person
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

RESENT_KIND = "kind"
"""The key under which the audit says what was sent once more. Stored: never change."""


async def replace_pressed_double(
    ctx: UseCaseContext, person: Person, account: str, chat_id: str, message_id: str | None, ticket_id: int
) -> None:
    """Take the buttons from a pressed card if it is the double of the one that is recorded."""
    if message_id is None or not ticket_id:
        return
    card = await ctx.uow.cards.get(person.id, ticket_id, account)
    if card is None or card.external_id is None or card.external_id == message_id:
        return
    if await ctx.uow.sent_messages.list_button_tickets(account, chat_id, message_id):
        return  # a note, or a card that was shown before
    history = await ctx.uow.audit_log.list_for_ticket(ticket_id)
    if any(one.action == "resent" and one.facts.get(RESENT_KIND) == OutboxKind.CARD for one in history):
        await replace_double(ctx, account, chat_id, message_id, ticket_id)


async def replace_double(ctx: UseCaseContext, account: str, chat_id: str, message_id: str, ticket_id: int) -> None:
    """Take words and buttons from a double."""
    await notify.edit_notification(ctx, account, chat_id, message_id, CardBelow(ticket_id=ticket_id))
