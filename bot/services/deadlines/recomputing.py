"""Open tickets follow the rules: when terms or the calendar have changed, their deadlines are computed once more."""

from collections.abc import Sequence
from hashlib import sha256

from bot.domain.clocks import ClockPlan
from bot.domain.deadlines import DeadlineKind
from bot.domain.drafts import DraftDeadline
from bot.domain.errors import TakenByOther
from bot.domain.notifications.deadlines import TermsRecomputed
from bot.domain.tickets import Ticket
from bot.services.context import Municipality, UseCaseContext
from bot.services.deadlines import deadlines, draft_clocks
from bot.services.notifications import cards, notify

BATCH_SIZE = 50
"""Tickets of one transaction: other writers wait for a tenth of a second."""

_KEY_PREFIX = "terms:"


def fingerprint(municipality: Municipality) -> str:
    """Return a code that changes with everything that deadlines are computed from."""
    parts = (municipality.rules, municipality.terms, municipality.urgent_terms, municipality.hours.signature)
    return sha256(repr(parts).encode()).hexdigest()[:16]


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether the terms differ from those by which the deadlines were computed."""
    return await ctx.uow.once_keys.list_keys(_KEY_PREFIX) != [_key(ctx)]


async def is_first_run(ctx: UseCaseContext) -> bool:
    """Return whether no terms are on record: the deadlines of an earlier release stay as they are."""
    return not await ctx.uow.once_keys.list_keys(_KEY_PREFIX)


async def list_batch(ctx: UseCaseContext, after: int, *, answered: bool = False) -> Sequence[Ticket]:
    """Return the next open tickets whose number is greater than *after*; or the *answered* ones still to be solved."""
    if answered:
        numbers = await ctx.uow.deadlines.list_waiting_after(DeadlineKind.SOLVE.value, after, BATCH_SIZE)
        found = await ctx.uow.tickets.get_many(numbers)
        return [found[number] for number in numbers if number in found]
    return await ctx.uow.tickets.list_open_after(after, BATCH_SIZE)


async def recompute_batch(ctx: UseCaseContext, tickets: Sequence[Ticket]) -> int:
    """Compute the deadlines of these tickets once more; return how many have moved."""
    numbers = [ticket.id for ticket in tickets]
    events = await ctx.uow.clock_events.list_for(numbers)
    with_draft = await ctx.uow.deadlines.list_with_waiting(numbers, DraftDeadline.DRAFT.value)
    moved = 0
    for ticket in tickets:
        plan = deadlines.plan_from(ctx, ticket, events.get(ticket.id, ()))
        kinds = deadlines.moved_kinds(ticket, plan)
        if kinds:
            try:
                await _move(ctx, ticket, plan, has_draft_clock=ticket.id in with_draft)
            except TakenByOther:  # somebody has changed it meanwhile, by the new terms
                continue
            moved += 1
    return moved


async def _move(ctx: UseCaseContext, ticket: Ticket, plan: ClockPlan, *, has_draft_clock: bool) -> None:
    changed = await deadlines.apply_plan(ctx, ticket, plan)
    if not changed.is_open:
        return
    if has_draft_clock or draft_clocks.has_term(ctx, changed):
        await draft_clocks.reschedule_draft(ctx, changed)
    if changed.lead_id is None:
        await cards.sync(ctx, changed, can_wait=True)


async def finish(ctx: UseCaseContext, moved: int, *, is_first: bool = False) -> None:
    """Record the terms, and tell the administrator how many tickets have moved."""
    for key in await ctx.uow.once_keys.list_keys(_KEY_PREFIX):
        await ctx.uow.once_keys.delete(key)
    await ctx.uow.once_keys.set(_key(ctx), ctx.now)
    if not is_first:
        await notify.notify_administrator(ctx, TermsRecomputed(moved=moved))


def _key(ctx: UseCaseContext) -> str:
    return f"{_KEY_PREFIX}{fingerprint(ctx.municipality)}"
