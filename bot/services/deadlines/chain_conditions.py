"""The condition of a chain's step: it happens, and is told, only while what was asked has not been done."""

from typing import assert_never

from bot.domain.drafts import DraftDeadline
from bot.domain.escalation import After
from bot.domain.inquiries import InquiryKind
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import draft_clocks, not_ours_clock


async def holds(ctx: UseCaseContext, ticket: Ticket, after: After, *, is_warning: bool = False) -> bool:
    """Return whether the deadline of *ticket* is missed, or with *is_warning* still runs, and nothing was done."""
    if ticket.lead_id is not None or not (ticket.is_open or after is After.SOLVE):
        return False
    match after:
        case After.ACCEPT:
            return ticket.state in UNACCEPTED_STATES and (ticket.accept_due > ctx.now) == is_warning
        case After.ANSWER:
            return (ticket.answer_due > ctx.now) == is_warning
        case After.DRAFT | After.APPROVE | After.REWORK:
            deadline = DraftDeadline(after.deadline)
            return (
                await draft_clocks.is_awaited(ctx, ticket, deadline)
                if is_warning
                else (await draft_clocks.is_late(ctx, ticket, deadline))
            )
        case After.NOT_OURS:
            return not_ours_clock.runs(ticket) if is_warning else await not_ours_clock.is_late(ctx, ticket)
        case After.SOLVE:
            return await _is_unsolved(ctx, ticket)
        case After.SILENT:
            return ticket.state is State.ACCEPTED
    assert_never(after)


async def _is_unsolved(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether neither the citizen nor the end of the work says that the problem is solved."""
    is_ended = ticket.state in (State.CLOSED, State.DISMISSED)
    return not is_ended and (await ctx.uow.solutions.get(ticket.id)).solved_at is None


async def waits_for_citizen(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the citizen was asked and has not answered: nobody else can say a word."""
    return await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.CITIZEN) is not None
