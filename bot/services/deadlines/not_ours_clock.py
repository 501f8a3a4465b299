"""The clock of «Не наше»: a post says it within the rule's time after the card came, or accepts; late is told once."""

from datetime import datetime

from bot.domain.deadlines import DueKind
from bot.domain.escalation import After
from bot.domain.rule_facts import facts_of
from bot.domain.tickets import UNACCEPTED_STATES, State, Step, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import chains, post_hours
from bot.services.notifications import cards

NOT_OURS_DEADLINE = "not_ours"
"""The name of the due moment; stored."""

LATE_CODE = f"{NOT_OURS_DEADLINE}_{DueKind.OVERDUE.value}"

_MOVES = (Step.HAND_OVER.value, Step.CHOOSE_SECTOR.value)
"""Steps by which a card comes to another post."""


async def on_registered(ctx: UseCaseContext, ticket: Ticket, *, after: datetime | None = None) -> None:
    """Start the clock of a new ticket that has come to a post; *after*: only if it ends later."""
    if runs(ticket):
        await _start(ctx, ticket, ticket.registered_at, after)


async def on_step(ctx: UseCaseContext, ticket: Ticket, step: Step) -> None:
    """Start the clock again at another post, and stop it when the ticket was accepted or has left."""
    if not ctx.municipality.rules.rules:
        return
    is_moved = step.value in _MOVES
    if is_moved or not runs(ticket):
        await ctx.uow.deadlines.cancel(ticket.id, [NOT_OURS_DEADLINE])
    if is_moved and runs(ticket):
        await _start(ctx, ticket, ctx.now)


def runs(ticket: Ticket) -> bool:
    """Return whether a post has *ticket* before it and has neither accepted it nor passed it on."""
    waits = ticket.state in UNACCEPTED_STATES and ticket.state is not State.TRIAGE
    return waits and ticket.sector is not None and ticket.lead_id is None


async def _start(ctx: UseCaseContext, ticket: Ticket, since: datetime, after: datetime | None = None) -> None:
    due = _due(ctx, ticket, since)
    if due is not None and (after is None or due > after):
        await ctx.uow.deadlines.schedule(ticket.id, [(NOT_OURS_DEADLINE, DueKind.OVERDUE.value, 1.0, due)])
        await chains.schedule_warnings(ctx, ticket, After.NOT_OURS, due)


def _due(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> datetime | None:
    term = ctx.municipality.rules.match(facts_of(ticket)).not_ours
    return post_hours.calendar_for(ctx, ticket).add(since, term) if term is not None else None


async def is_over(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the term for «не наше» is over, counted since the present post got the card."""
    if ctx.municipality.rules.match(facts_of(ticket)).not_ours is None:
        return False
    rows = await ctx.uow.audit_log.list_for_ticket(ticket.id)
    due = _due(ctx, ticket, max((row.at for row in rows if row.action in _MOVES), default=ticket.registered_at))
    return due is not None and due <= ctx.now


async def is_late(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the post has let the term pass without a word."""
    return runs(ticket) and await is_over(ctx, ticket)


async def create_notices(ctx: UseCaseContext, ticket: Ticket, due_at: datetime) -> None:
    """Create the one notice: for those who act at the post, and for those who sort."""
    if not runs(ticket):
        return
    await ctx.uow.audit_log.record("overdue", ctx.now, ticket_id=ticket.id, facts={"limit": NOT_OURS_DEADLINE})
    people = [*await cards.recipients(ctx, ticket), *await responsibility.sorting_people(ctx)]
    for person_id in dict.fromkeys(person.id for person in people):
        await ctx.uow.deadlines.add_notice(person_id, ticket.id, LATE_CODE, due_at)
