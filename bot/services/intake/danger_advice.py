"""Advice to the author of a message about a danger: where to call, at once and once for each matter."""

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.citizens import DangerAdvice
from bot.domain.outbox import Priority
from bot.domain.sources import author_key
from bot.domain.tickets import Ticket
from bot.domain.urgency import AdviceWay, Danger
from bot.services.context import UseCaseContext
from bot.services.context.messages import chat_of
from bot.services.deadlines import urgent_alerts
from bot.services.notifications import notify
from bot.services.tickets import workflow


async def advise_author(ctx: UseCaseContext, message_id: int, danger: Danger | None) -> None:
    """Answer the author of the stored message before everything else; where the bot may not, a person is alerted.

    Nobody is told twice about one matter, and nobody by a reply to what they were answered about it.
    """
    message = await ctx.uow.messages.get(message_id) if danger is not None else None
    if danger is None or message is None or message.ticket_id is None or message.part is MessageRole.STAFF:
        return
    ticket = await workflow.get(ctx, message.ticket_id)
    answered = await _find_answered_ticket(ctx, message)
    if answered is not None and await ctx.uow.once_keys.get(_key(message, answered, danger)) is not None:
        return
    if not await ctx.uow.once_keys.claim(_key(message, ticket, danger), ctx.now):
        return
    way = urgent_alerts.choose_way(ctx, message, danger)
    note = DangerAdvice(danger=danger, ticket_id=ticket.id, text=ctx.municipality.danger_texts.get(danger))
    if way is AdviceWay.REPLY:
        await notify.notify_in_chat(ctx, chat_of(message), message.external_id, note, Priority.INTERACTIVE)
    elif way is AdviceWay.PRIVATE:
        await notify.notify_in_chat(ctx, urgent_alerts.private_chat(message), None, note, Priority.INTERACTIVE)
    elif not danger.is_private and await ctx.uow.once_keys.claim(f"danger:{danger}:{_matter(ticket)}:duty", ctx.now):
        await urgent_alerts.alert_duty(ctx, ticket, message)


async def _find_answered_ticket(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """Return the ticket of the bot's message that *message* replies to."""
    if message.reply_to is None:
        return None
    sent = await ctx.uow.sent_messages.ticket_of(message.account, message.chat_id, message.reply_to)
    return await ctx.uow.tickets.get(sent[0]) if sent is not None else None


def _key(message: Message, ticket: Ticket, danger: Danger) -> str:
    return f"danger:{danger}:{_matter(ticket)}:{author_key(message.account, message.author_id)}"


def _matter(ticket: Ticket) -> int:
    return ticket.lead_id or ticket.id


async def on_undelivered(ctx: UseCaseContext, note: DangerAdvice) -> None:
    """Let a person tell the author of the message what the messenger did not deliver."""
    ticket = await ctx.uow.tickets.get(note.ticket_id)
    if ticket is not None:
        await urgent_alerts.on_advice_failed(ctx, ticket, note.danger, note.text)
