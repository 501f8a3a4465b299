"""The end of answered tickets of which nobody has spoken for a time."""

from datetime import timedelta

from bot.domain.tickets import State, Step
from bot.services.context import UseCaseContext
from bot.services.notifications import cards

INTERVAL_SECONDS = 360.0
MAX_CLOSED_PER_RUN = 100
"""Tickets: a thousand an hour, so that an upgrade with years of answered tickets disturbs nobody."""

MAX_SHOWN_DELAY = timedelta(days=3)
"""Cards of tickets that should have ended longer ago are left as they are: nobody waits for them."""


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether a ticket has been silent for long enough."""
    return await ctx.uow.solutions.has_silent(ctx.now - ctx.municipality.close_after)


async def close_silent(ctx: UseCaseContext) -> None:
    """Close answered tickets after the configured silence; the citizen has confirmed nothing."""
    before = ctx.now - ctx.municipality.close_after
    ids = await ctx.uow.solutions.close_silent(before, MAX_CLOSED_PER_RUN)
    facts = {"was": State.ANSWERED.value, "now": State.CLOSED.value, "why": "silence"}
    await ctx.uow.audit_log.record_all(Step.CLOSE.value, ctx.now, dict.fromkeys(ids, facts))
    for ticket in (await ctx.uow.tickets.get_many(ids)).values():
        if ticket.answered_at is not None and ticket.answered_at > before - MAX_SHOWN_DELAY:
            await cards.sync(ctx, ticket, can_wait=True)
