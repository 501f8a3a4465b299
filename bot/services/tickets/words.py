"""Words of those who watch a ticket to the post that is responsible for it."""

from bot.domain.audit import Remark
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.words import WordSent, WordToPost
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import WATCHES_POSTS, Right
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow

WORD = "word"
"""Kind of the remark with the words; stored."""


async def is_word_to_post(ctx: UseCaseContext, person: Person, ticket_id: int) -> bool:
    """Return whether a reply of *person* to the ticket is a word to its post, for they only watch it."""
    ticket = await ctx.uow.tickets.get(ticket_id)
    if ticket is None or not ticket.is_open or not WATCHES_POSTS & person.bases:
        return False
    if await responsibility.has_right(ctx, person, Right.ANSWER, ticket):
        return False
    return await responsibility.has_right(ctx, person, Right.SEE_TICKET, ticket)


async def send(ctx: UseCaseContext, ticket_id: int, person: Person, text: str) -> None:
    """Show *text* to the post, on the card and in the history, and tell *person* who reads it."""
    ticket = await _get_open(ctx, ticket_id, person)
    await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, WORD, text, ctx.now))
    await ctx.uow.audit_log.record("word", ctx.now, person_id=person.id, ticket_id=ticket.id)
    await cards.sync(ctx, ticket)
    readers = await _tell(ctx, ticket, person, WordToPost(ticket_id=ticket.id, name=person.name, text=text))
    note = WordSent(ticket_id=ticket.id, names=tuple(one.name for one in readers))
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)


async def _get_open(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket, or the one that leads its problem: members have no post of their own."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.SEE_TICKET, ticket)
    if ticket.lead_id is not None:
        ticket = await workflow.get(ctx, ticket.lead_id)
    if not ticket.is_open:
        raise OutdatedButton(number=ticket.id)
    return ticket


async def _tell(ctx: UseCaseContext, ticket: Ticket, person: Person, note: WordToPost) -> tuple[Person, ...]:
    readers = tuple(one for one in await responsibility.acting_people(ctx, ticket) if one != person)
    priority = Priority.URGENT if ticket.urgent else Priority.NOTE
    await notify.notify_all(ctx, readers, note, ticket=ticket, priority=priority)
    return readers
