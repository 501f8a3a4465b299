"""A report in pieces: the author says where, a neighbour asks, the author says what.

In a chat «на Лесной» alone is no ticket. When the author's next message is one, what they said of the place a moment
before belongs to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.messages import Message, MessageRole
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import is_private
from bot.understanding.reading import Reading

PIECES_WINDOW = timedelta(minutes=10)
"""The time between two pieces: as long as it takes to answer a neighbour's question, not to think of another matter."""


async def collect_pieces(ctx: UseCaseContext, message: Message, reading: Reading) -> tuple[Sequence[Message], Reading]:
    """Return what the author of *message* said before of the place alone, and the reading with that place.

    Nothing is looked for if the text names a street itself, or if it was written in private, where all is one ticket.
    """
    if is_private(message) or (reading.place is not None and reading.place.street is not None):
        return (), reading
    for piece in await ctx.uow.messages.list_unattached(message, ctx.now - PIECES_WINDOW):
        said = ctx.municipality.understanding.read(piece.text)
        if said.place is None or said.place.street is None or said.appeal or said.noise is not None:
            continue
        place = replace(said.place, house=said.place.house or (reading.place.house if reading.place else None))
        parsed = replace(reading.parsed, place=place) if reading.parsed is not None else None
        return (piece,), replace(reading, place=place, district=reading.district or said.district, parsed=parsed)
    return (), reading


async def attach_pieces(ctx: UseCaseContext, ticket: Ticket, pieces: Sequence[Message]) -> None:
    """Attach the pieces to the ticket that was made of the author's next message."""
    for piece in pieces:
        await ctx.uow.messages.attach_to_ticket(piece.id, ticket.id, MessageRole.ADDITION)
        await ctx.uow.audit_log.record("addition", ctx.now, ticket_id=ticket.id, facts={"message": piece.id})
