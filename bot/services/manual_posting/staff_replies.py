"""Officials' own talk in the monitored places: no ticket, but a reply to a citizen may be the answer."""

from bot.domain.messages import Message, MessageRole
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import Source
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import clean_text, save_message


async def on_staff_message(ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None) -> None:
    """An official's post (``None``: of one who speaks for the place itself). A reply to a citizen whose ticket is open
    is offered to the head as the answer, as soon as it has one."""
    if not clean_text(event.text):
        return
    ticket_id = await _find_replied_ticket_id(ctx, event)
    ticket = await ctx.uow.tickets.get(ticket_id, lock=True) if ticket_id is not None else None
    if ticket is not None and ticket.lead_id is not None:
        ticket = await ctx.uow.tickets.get(ticket.lead_id, lock=True)  # who answers one answers all of that chat
    # While an answer is being published, this may be our own post coming back.
    if ticket is None or not ticket.is_open or ticket.state is State.PUBLISHING:
        return
    await receive_reply(ctx, event, source, official, ticket)


async def _find_replied_ticket_id(ctx: UseCaseContext, event: MessagePosted) -> int | None:
    """The ticket of the message that *event* replies to; in private the community replies to the person's last one."""
    chat = event.chat
    if chat.kind is ChatKind.PRIVATE:
        latest = await ctx.uow.tickets.find_latest_in_thread(chat.account, chat.id, chat.thread, chat.id)
        return latest.id if latest is not None and is_posted_as_chat(event) else None
    if event.reply_to is None:
        return None
    asked = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, event.reply_to)
    return asked.ticket_id if asked is not None else None


async def receive_reply(
    ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None, ticket: Ticket
) -> None:
    """Keep a colleague's reply and ask whether it is the answer, unless it is a message of ours."""
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
    await _offer_as_answer(ctx, ticket, message, official.name if official else event.author.name or source.title)


async def offer_stored_replies(ctx: UseCaseContext, ticket: Ticket) -> None:
    """*ticket* has found its sector: what colleagues replied in the chat until then is offered now."""
    for message in await ctx.uow.messages.list_for_ticket(ticket.id):
        if message.part is MessageRole.STAFF:
            official = ctx.municipality.find_official(message.account, message.author_id)
            name = official.name if official else message.author_name or message.chat_title or "коллега"
            await _offer_as_answer(ctx, ticket, message, name)


async def _offer_as_answer(ctx: UseCaseContext, ticket: Ticket, message: Message, name: str) -> None:
    """Ask whether *message* is the answer, where there can be one or one waits to be posted, those who may say so."""
    if not (is_allowed(ticket.state, Step.ANSWER) or await handout.list_awaiting_posting(ctx, ticket.id)):
        return
    for person in await cards.recipients(ctx, ticket):
        if ctx.municipality.staff.has_right(person, Right.ANSWER, ticket.sector, ticket.district):
            await notify.notify(
                ctx,
                person,
                "staff_reply",
                ticket=ticket,
                priority=Priority.CARD,
                number=ticket.id,
                name=name,
                message_id=message.id,
            )


def find_official_author(ctx: UseCaseContext, event: MessagePosted) -> Person | None:
    """The official behind *event*, also one who writes in the community's name where the messenger tells who it is."""
    return ctx.municipality.find_official(event.chat.account, event.author.speaker or event.author.id)


def is_posted_as_chat(event: MessagePosted) -> bool:
    """An anonymous administrator of the group, or somebody who writes in the community's name."""
    chat = event.chat
    return event.author.kind is AuthorKind.CHAT and event.author.id.lstrip("-") == chat.source_id.lstrip("-")
