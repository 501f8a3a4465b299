"""The trouble with a ticket: the longest time in which nothing happened, and the post that held it then."""

from collections.abc import Sequence

from bot.domain.audit import AuditRow
from bot.domain.delays import find_longest_gap, is_troubled, list_missed
from bot.domain.tickets import Ticket
from bot.domain.view_data import TroubleFacts
from bot.services.context import UseCaseContext


async def trouble_facts(ctx: UseCaseContext, ticket: Ticket, rows: Sequence[AuditRow]) -> TroubleFacts | None:
    """Return what went wrong; ``None`` if the ticket was neither late nor returned."""
    if not is_troubled(rows):
        return None
    gap = find_longest_gap(rows, ticket.district, ctx.now)
    post = person = None
    if gap is not None:
        post = ctx.municipality.staff.post_for(None if gap.is_triage else gap.sector, gap.district).title
        person = await ctx.uow.staff.find_name(gap.assignee_id) if gap.assignee_id is not None else None
    return TroubleFacts(list_missed(rows), gap, post or "", person, ctx.now)
