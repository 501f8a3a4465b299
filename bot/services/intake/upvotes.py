"""Upvotes: «+1», «у нас тоже» or a like for another person's message; each is counted and creates no ticket."""

from datetime import timedelta

from bot.domain.messages import Message, MessageRole
from bot.domain.sources import author_key
from bot.domain.tickets import Ticket
from bot.messengers.events import AuthorKind, Reacted
from bot.services.context import UseCaseContext
from bot.services.context.messages import is_private
from bot.services.notifications import cards
from bot.services.tickets import problem_news
from bot.understanding.reading import Reading

ECHO_WINDOW = timedelta(minutes=20)
"""The time for which «и у нас» refers to the preceding message of the same conversation."""


MAX_SHOWN_CHANGES = 20
"""Changes of counts by one author within an hour that cards show at once: likes can be given and taken back for hours.
"""


async def add_upvote(ctx: UseCaseContext, message: Message, reading: Reading) -> bool:
    """Count *message* as an upvote of a ticket; return whether it is one.

    The ticket is the one that the message replies to, else the last one in the conversation.
    """
    if is_private(message) or message.media:
        return False
    if not reading.is_me_too and not _is_voice_from_elsewhere(ctx, message, reading):
        return False
    target = await _find_target(ctx, message)
    if target is None:
        return False
    await problem_news.add_voice(ctx, target, message, reading)
    await _count_upvote(ctx, target, author_key(message.account, message.author_id))
    return True


def _is_voice_from_elsewhere(ctx: UseCaseContext, message: Message, reading: Reading) -> bool:
    """Return whether the text says nothing but that it is so at another place, too: «и на Полевой тоже нету»."""
    if not message.text or reading.noise is not None or reading.appeal:
        return False
    signature = ctx.signature(message.text, reading)
    return signature.points_back and signature.is_pointing and bool(signature.names)


async def _find_target(ctx: UseCaseContext, message: Message) -> Ticket | None:
    if message.reply_to not in (None, message.thread):
        replied = await ctx.uow.messages.find_by_external_id(message.account, message.chat_id, message.reply_to or "")
        return (
            await _find_open_lead(ctx, replied.ticket_id)
            if replied is not None and replied.ticket_id is not None
            else None
        )
    latest = await ctx.uow.upvotes.find_recent_ticket(
        message.account, message.chat_id, message.thread, message.author_id, ctx.now - ECHO_WINDOW
    )
    return await ctx.uow.tickets.get(latest) if latest is not None else None


async def on_reaction(ctx: UseCaseContext, event: Reacted) -> None:
    """Add or remove the upvote of a reaction to a citizen's message. Reactions of officials do not count."""
    chat = event.chat
    if (
        event.author.kind is not AuthorKind.PERSON
        or ctx.municipality.find_official(chat.account, event.author.id) is not None
    ):
        return
    known = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, event.message_id)
    if (
        known is None
        or known.ticket_id is None
        or known.part is MessageRole.STAFF
        or known.author_id == event.author.id
    ):
        return
    ticket = await _find_open_lead(ctx, known.ticket_id)
    key = author_key(chat.account, event.author.id)
    if ticket is None:
        return
    if event.added:
        await _count_upvote(ctx, ticket, key)
    elif await ctx.uow.upvotes.remove(ticket.id, key):
        await _show_count(ctx, ticket, key)


async def _find_open_lead(ctx: UseCaseContext, ticket_id: int) -> Ticket | None:
    """Return the ticket, or the lead of its problem, if it is open."""
    ticket = await ctx.uow.tickets.get(ticket_id)
    if ticket is not None and ticket.lead_id is not None:
        ticket = await ctx.uow.tickets.get(ticket.lead_id)
    return ticket if ticket is not None and ticket.is_open else None


async def _count_upvote(ctx: UseCaseContext, ticket: Ticket, key: str) -> None:
    if ticket.account is not None and author_key(ticket.account, ticket.author_id or "") == key:
        return  # authors do not upvote their own tickets
    if ticket.problem_id is not None and await ctx.uow.problems.has_author(ticket.problem_id, key):
        return
    if await ctx.uow.upvotes.add(ticket.id, key, ctx.now):
        await _show_count(ctx, ticket, key)


async def _show_count(ctx: UseCaseContext, ticket: Ticket, author: str) -> None:
    """Show the new count on the cards, unless the author changes counts all the time: then with the next change."""
    if await ctx.uow.floods.try_act(f"upvote:{author}", MAX_SHOWN_CHANGES, ctx.now):
        await cards.sync(ctx, ticket)
