"""«+1», «у нас тоже», a like: a voice for what somebody else has written, counted and no ticket of its own."""

from datetime import timedelta

from bot.domain.messages import Message, Part
from bot.domain.tickets import Ticket
from bot.messengers.events import AuthorKind, Reacted
from bot.services.context import Work, author_key
from bot.services.notifications import cards
from bot.services.sources.messages import is_private
from bot.understanding.reading import Reading

POINTS_BACK = timedelta(minutes=20)
"""How long «и у нас» points to what was said before in the same conversation."""


async def join_in(work: Work, message: Message, reading: Reading) -> bool:
    """Whether *message* only adds a voice to a ticket: to the one that it replies to, or else to the last one that the
    conversation was about."""
    if not reading.echo or is_private(message) or message.media:
        return False
    target = await _pointed_to(work, message)
    if target is None:
        return False
    await _count(work, target, author_key(message.account, message.author_id))
    return True


async def _pointed_to(work: Work, message: Message) -> Ticket | None:
    if message.reply_to not in (None, message.thread):
        replied = await work.uow.messages.by_place(message.account, message.chat_id, message.reply_to or "")
        return await _lead(work, replied.ticket_id) if replied is not None and replied.ticket_id is not None else None
    latest = await work.uow.voices.spoken_of(
        message.account, message.chat_id, message.thread, message.author_id, work.now - POINTS_BACK
    )
    return await work.uow.tickets.get(latest) if latest is not None else None


async def reacted(work: Work, event: Reacted) -> None:
    """A reaction under a citizen's message, or its withdrawal. Those of officials are no voices."""
    chat = event.chat
    if event.author.kind is not AuthorKind.PERSON or work.centre.person_at(chat.account, event.author.id) is not None:
        return
    known = await work.uow.messages.by_place(chat.account, chat.id, event.message_id)
    if known is None or known.ticket_id is None or known.part is Part.STAFF or known.author_id == event.author.id:
        return
    ticket = await _lead(work, known.ticket_id)
    key = author_key(chat.account, event.author.id)
    if ticket is None:
        return
    if event.on:
        await _count(work, ticket, key)
    elif await work.uow.voices.take_back(ticket.id, key):
        await cards.show(work, ticket)


async def _lead(work: Work, ticket_id: int) -> Ticket | None:
    """The ticket whose card stands for it, if somebody still works at it."""
    ticket = await work.uow.tickets.get(ticket_id)
    if ticket is not None and ticket.lead_id is not None:
        ticket = await work.uow.tickets.get(ticket.lead_id)
    return ticket if ticket is not None and ticket.is_open else None


async def _count(work: Work, ticket: Ticket, key: str) -> None:
    if ticket.account is not None and author_key(ticket.account, ticket.author_id or "") == key:
        return  # nobody is louder for agreeing with themselves
    if ticket.problem_id is not None and await work.uow.problems.has_author(ticket.problem_id, key):
        return
    if await work.uow.voices.add(ticket.id, key, work.now):
        await cards.show(work, ticket)
