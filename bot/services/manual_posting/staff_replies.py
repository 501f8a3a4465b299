"""Officials' own messages in monitored sources: no tickets, but a reply to a citizen may be the answer."""

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.answers import ReplyOffered
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import Source
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.messengers.events import ChatKind, MessagePosted
from bot.services.context import UseCaseContext, responsibility
from bot.services.context.messages import clean_text, is_posted_as_chat, save_message
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify


async def on_staff_message(ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None) -> None:
    """Handle a message of *official*, or (``None``) of somebody who writes in the chat's name.

    A reply to a citizen whose ticket is open is offered to the head as the answer, once the ticket has a sector.
    """
    if not clean_text(event.text):
        return
    ticket_id = await _find_replied_ticket_id(ctx, event)
    ticket = await ctx.uow.tickets.get(ticket_id, lock=True) if ticket_id is not None else None
    if ticket is not None and ticket.lead_id is not None:
        ticket = await ctx.uow.tickets.get(
            ticket.lead_id, lock=True
        )  # a reply to one member answers all members in that chat
    # While an answer is being published, this may be the update of the bot's own post.
    if ticket is None or not ticket.is_open or ticket.state is State.PUBLISHING:
        return
    await receive_reply(ctx, event, source, official, ticket)


async def _find_replied_ticket_id(ctx: UseCaseContext, event: MessagePosted) -> int | None:
    """Return the ticket that *event* replies to; in private the community replies to the person's latest ticket."""
    chat = event.chat
    if chat.kind is ChatKind.PRIVATE:
        latest = await ctx.uow.author_tickets.find_latest_in_thread(chat.account, chat.id, chat.thread, chat.id)
        return latest.id if latest is not None and is_posted_as_chat(event) else None
    if event.reply_to is None:
        return None
    question = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, event.reply_to)
    return question.ticket_id if question is not None else None


async def receive_reply(
    ctx: UseCaseContext,
    event: MessagePosted,
    source: Source,
    official: Person | None,
    ticket: Ticket,
    *,
    unknown_account: bool = False,
) -> None:
    """Store a colleague's reply and ask whether it is the answer, unless the bot has sent it.

    *unknown_account*: the author may be anybody.
    """
    if await ctx.uow.sent_messages.ticket_of(event.chat.account, event.chat.id, event.message_id) is not None:
        return
    message = await save_message(ctx, event, source)
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.STAFF)
    await ctx.uow.audit_log.record(
        "staff_reply",
        ctx.now,
        person_id=official.id if official else None,
        ticket_id=ticket.id,
        facts={"message": message.id},
    )
    name = official.name if official else message.author_name or ("" if unknown_account else source.title)
    await _offer_as_answer(ctx, ticket, message, name, unknown_account=unknown_account)


async def offer_stored_replies(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Offer the stored replies of colleagues as the answer once *ticket* has a sector."""
    for message in await ctx.uow.messages.list_for_ticket(ticket.id):
        if message.part is MessageRole.STAFF:
            official = ctx.municipality.find_official(message.account, message.author_id)
            name = official.name if official else message.author_name or message.chat_title or "коллега"
            await _offer_as_answer(ctx, ticket, message, name)


async def _offer_as_answer(
    ctx: UseCaseContext, ticket: Ticket, message: Message, name: str, *, unknown_account: bool = False
) -> None:
    """Ask the people who may answer whether *message* is the answer, if one is possible or waits to be posted."""
    if not (is_allowed(ticket.state, Step.ANSWER) or await handout.list_awaiting_posting(ctx, ticket.id)):
        return
    for person in await cards.recipients(ctx, ticket):
        if await responsibility.has_right(ctx, person, Right.ANSWER, ticket):
            await notify.notify(
                ctx,
                person,
                ReplyOffered(ticket_id=ticket.id, name=name, message_id=message.id, unknown_account=unknown_account),
                ticket=ticket,
                priority=Priority.CARD,
            )
