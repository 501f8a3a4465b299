"""Chains of escalation: their steps are scheduled as due moments, under the name of the deadline that they follow.

So whatever cancels a deadline — the press that does what was asked — stops all the steps that are left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.escalation import USUAL_CHAIN, After, Chain, ChainStep, PlannedStep
from bot.domain.rule_facts import facts_of
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import post_hours

WATCH_NUMBER = 1000
"""Number of the step, after the last of a chain, that only looks whether somebody has given a sign of life since."""


def chain_of(ctx: UseCaseContext, ticket: Ticket) -> Chain:
    """Return the chain that *ticket* follows."""
    return ctx.municipality.chain_of(facts_of(ticket))


async def start(ctx: UseCaseContext, ticket: Ticket, after: After, moment: datetime) -> None:
    """Schedule the steps that follow the missed *moment*; where the chain has none, the usual ones do.

    Rules that are changed and changed back may let the same moment be missed once more: then only those steps follow
    that have not been taken.
    """
    planned = steps_after(ctx, ticket, after).plan(after, moment, post_hours.calendar_for(ctx, ticket))
    await _schedule(ctx, ticket, await _without_taken(ctx, ticket, after, planned, moment), moment)


def steps_after(ctx: UseCaseContext, ticket: Ticket, after: After) -> Chain:
    """Return the chain of *ticket*, or the usual one if it says nothing about this moment."""
    chain = chain_of(ctx, ticket)
    return chain if chain.covers(after) else USUAL_CHAIN


async def schedule_warnings(ctx: UseCaseContext, ticket: Ticket, after: After, moment: datetime) -> None:
    """Schedule the steps before *moment*; one whose time has passed is left out."""
    if ctx.municipality.chains:
        planned = chain_of(ctx, ticket).plan_warnings(after, moment)
        ahead = [one for one in planned if one.at >= ctx.now]
        await _schedule(ctx, ticket, await _without_taken(ctx, ticket, after, ahead, moment), moment)


async def _without_taken(
    ctx: UseCaseContext, ticket: Ticket, after: After, planned: Sequence[PlannedStep], moment: datetime
) -> Sequence[PlannedStep]:
    """Leave out the steps of this *moment* that have been taken; none of those that are still to come has."""
    if all(one.at > ctx.now for one in planned):
        return planned
    rows = await ctx.uow.deadlines.list_taken_steps(ticket.id, after.deadline)
    taken = {row.number for row in rows if row.step["moment"] == moment.isoformat()}
    return [one for one in planned if one.number not in taken]


def follows_solving(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether a chain says what happens when the problem is not solved in time; nobody else asks."""
    return bool(ctx.municipality.chains) and any(step.after is After.SOLVE for step in chain_of(ctx, ticket).steps)


async def restart_silence(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> None:
    """Count the silence of who has accepted *ticket* from *since* on."""
    planned = chain_of(ctx, ticket).plan(After.SILENT, since, post_hours.calendar_for(ctx, ticket))
    if planned:
        await ctx.uow.deadlines.cancel(ticket.id, [After.SILENT.deadline])
        await _schedule(ctx, ticket, planned, since)


async def on_state(ctx: UseCaseContext, before: Ticket, after: Ticket) -> None:
    """Begin or end the silence of a ticket that was accepted, or has left that state."""
    if not ctx.municipality.chains or State.ACCEPTED not in (before.state, after.state):
        return
    if after.state is State.ACCEPTED and after.lead_id is None:
        await restart_silence(ctx, after, ctx.now)
    else:
        await ctx.uow.deadlines.cancel(after.id, [After.SILENT.deadline])


async def watch_silence(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> None:
    """Look again later whether somebody has given a sign of life since *since*: then the chain begins once more."""
    planned = chain_of(ctx, ticket).plan(After.SILENT, ctx.now, post_hours.calendar_for(ctx, ticket))
    if planned:
        step = ChainStep(After.SILENT)
        await _schedule(ctx, ticket, [PlannedStep(WATCH_NUMBER, step, planned[0].at)], since)


async def _schedule(ctx: UseCaseContext, ticket: Ticket, planned: Iterable[PlannedStep], moment: datetime) -> None:
    for one in planned:
        values = one.step.to_json() | {"moment": moment.isoformat()}
        await ctx.uow.deadlines.schedule_step(ticket.id, one.step.after.deadline, one.number, one.at, values)
