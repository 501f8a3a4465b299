"""The author's open tickets about the matter of a new message, after the time in which any message joins them."""

from datetime import timedelta

from bot.domain.messages import Message
from bot.domain.sources import author_key
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.understanding.reading import PlaceName, Reading
from bot.understanding.similarity import find_similar, is_same_wording

OPEN_TICKET_WINDOW = timedelta(days=30)
"""An open ticket that its author has written to within this time may be about the same matter."""


async def is_about_other_subject(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> bool:
    """Return whether the text names another address, or confidently another sector than the ticket has or had first."""
    if await is_at_other_address(ctx, ticket, reading):
        return True
    return (
        reading.is_confident and ticket.sector is not None and reading.sector not in (ticket.sector, *ticket.likely[:1])
    )


async def is_at_other_address(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> bool:
    """Return whether the text certainly names another address than the ticket's."""
    return reading.place is not None and reading.place.is_different_from(await _address(ctx, ticket))


async def find_repeated_ticket(
    ctx: UseCaseContext, message: Message, reading: Reading, replied_ticket_id: int | None
) -> Ticket | None:
    """Return the author's open ticket in this thread that *message* surely repeats or, as a reply, continues.

    What is only likely becomes a ticket that names the former (:func:`find_related_ticket`): to merge two matters would
    leave one of them unanswered.
    """
    if not message.text:
        return None
    place = (message.account, message.chat_id, message.thread, message.author_id)
    for ticket in await ctx.uow.author_tickets.list_open_in_thread(*place, ctx.now - OPEN_TICKET_WINDOW):
        if ticket.state is State.PUBLISHING or await is_about_other_subject(ctx, ticket, reading):
            continue
        if ticket.id == replied_ticket_id or await _is_surely_same(ctx, ticket, message, reading):
            return ticket
    return None


async def find_related_ticket(ctx: UseCaseContext, message: Message, reading: Reading) -> Ticket | None:
    """Return the author's open ticket, in any chat, that is likely about the matter of *message*."""
    author = author_key(message.account, message.author_id)
    for ticket in await ctx.uow.author_tickets.list_open_of_author(author, ctx.now - OPEN_TICKET_WINDOW):
        if await is_about_other_subject(ctx, ticket, reading) or not (message.text and ticket.text):
            continue
        if find_similar(message.text, [(ticket.id, ticket.text)], 1) or _is_same_topic(ctx, ticket, reading):
            return ticket
    return None


async def _is_surely_same(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading) -> bool:
    if is_same_wording(ticket.text, message.text):
        return True
    if reading.place is None or reading.place.house is None or not _is_same_topic(ctx, ticket, reading):
        return False
    known = await _address(ctx, ticket)
    same_settlement = not reading.place.is_different_from(known)
    return same_settlement and (reading.place.street, reading.place.house) == (known.street, known.house)


def _is_same_topic(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> bool:
    return reading.topic is not None and reading.topic == ctx.municipality.understanding.read(ticket.text).topic


async def _address(ctx: UseCaseContext, ticket: Ticket) -> PlaceName:
    street, house, settlement = await ctx.uow.author_tickets.get_address(ticket.id)
    return PlaceName(street, house, settlement=settlement)
