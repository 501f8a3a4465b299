"""The clock of the first word: it ends when the citizen can read that the ticket is taken up, or the answer itself."""

from datetime import datetime

from bot.domain.deadlines import DeadlineKind, DueKind
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards

FIRST_WORD_DEADLINE = DeadlineKind.FIRST_WORD.value
"""The name of the due moment; stored."""

LATE_CODE = f"{FIRST_WORD_DEADLINE}_{DueKind.OVERDUE.value}"


def runs(ticket: Ticket) -> bool:
    """Return whether the citizen still waits for a first word; none is said to the members of a problem alone."""
    is_said = ticket.first_word_sent_at is not None or ticket.first_word_at is not None
    is_waiting = ticket.is_open and ticket.state is not State.PUBLISHING
    return ticket.first_word_due is not None and is_waiting and not is_said and ticket.lead_id is None


async def stop(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Cancel the notice: the word is said, or nothing can be said where the citizen wrote."""
    if ticket.first_word_due is not None:
        await ctx.uow.deadlines.cancel(ticket.id, [FIRST_WORD_DEADLINE])


async def is_late(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the term is over without a word."""
    return runs(ticket) and ticket.first_word_due is not None and ticket.first_word_due <= ctx.now


async def create_notices(ctx: UseCaseContext, ticket: Ticket, due_at: datetime) -> None:
    """Create the one notice, for those who work on the ticket."""
    if not await is_late(ctx, ticket):
        return
    await ctx.uow.audit_log.record("overdue", ctx.now, ticket_id=ticket.id, facts={"limit": FIRST_WORD_DEADLINE})
    for person in await cards.recipients(ctx, ticket):
        await ctx.uow.deadlines.add_notice(person.id, ticket.id, LATE_CODE, due_at)
