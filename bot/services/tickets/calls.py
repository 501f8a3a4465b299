"""The call before an answer (rule ``call_before_answer``): without a noted call no answer is published.

A call is an inquiry to those who may see the telephone: the curators of the block, or else the coordinator.
"""

from bot.domain.errors import CallMissing
from bot.domain.inquiries import InquiryKind, InquiryState
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.tickets import rules


async def check_called(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Raise :class:`CallMissing` if the rules want a call and none is noted."""
    if rules.outcome_for(ctx, ticket).call_before_answer and not await is_called(ctx, ticket):
        raise CallMissing(number=ticket.id)


async def is_called(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether somebody has noted a call to the applicant."""
    found = await ctx.uow.inquiries.list_for_ticket(ticket.id)
    return any(one.kind is InquiryKind.CALL and one.state is InquiryState.ANSWERED for one in found)
