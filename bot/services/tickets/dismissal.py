"""The end of a promise: authors who were told «Ответ придёт сюда» learn that no answer will come."""

from datetime import timedelta

from bot.domain.messages import MessageRole
from bot.domain.notifications.citizens import TicketDismissed
from bot.domain.sources import AnswerPolicy
from bot.domain.tickets import DismissReason, Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import chat_of, is_private
from bot.services.notifications import notify

DISMISSAL_DELAY = timedelta(minutes=1)
"""Time to take back a wrong press: a ticket that is open again by then is not said to be without an answer."""

_SILENT_REASONS = frozenset({DismissReason.INSULTS})
"""Reasons that are told to nobody unless the configuration has a text: a polite line would invite more insults."""


async def notify_authors(ctx: UseCaseContext, ticket: Ticket, reason: DismissReason) -> None:
    """Tell the authors of *ticket* and of its problem that there will be no answer, where one was promised.

    That is only in private chats in which the bot answers; elsewhere nobody was told anything.
    """
    text = ctx.municipality.dismissal_texts.get(reason)
    if text == "" or (text is None and reason in _SILENT_REASONS):
        return
    for number in (ticket.id, *await ctx.uow.problems.list_member_ids(ticket)):
        for message in await ctx.uow.messages.list_for_ticket(number):
            chat = chat_of(message)
            source = ctx.municipality.configured_source(chat)
            if message.part not in (MessageRole.ROOT, MessageRole.COPY) or not is_private(message):
                continue
            if source is not None and source.answers is AnswerPolicy.BOT:
                note = TicketDismissed(ticket_id=number, reason=reason, text=text)
                due_at, dedupe = ctx.now + DISMISSAL_DELAY, f"dismissed:{message.id}"
                await notify.notify_in_chat(ctx, chat, message.external_id, note, due_at=due_at, dedupe=dedupe)
