"""The clocks of a draft: when it is due, and who is told once that a step is late."""

from datetime import datetime
from typing import assert_never

from bot.domain.deadlines import DueKind, moment_at_share
from bot.domain.drafts import DraftDeadline, DraftState
from bot.domain.escalation import After
from bot.domain.people import Person
from bot.domain.rule_facts import facts_of
from bot.domain.rules import Share
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import chains, post_hours
from bot.services.notifications import cards

LATE_CODES = {f"{one.value}_{DueKind.OVERDUE.value}": one for one in DraftDeadline}
"""Notice code → the clock that has run out."""

_STATES = {DraftDeadline.APPROVE: DraftState.WAITING, DraftDeadline.REWORK: DraftState.RETURNED}


def has_term(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the rules want a draft for *ticket* until some moment."""
    return ctx.municipality.rules.match(facts_of(ticket)).draft is not None


async def schedule_draft(
    ctx: UseCaseContext, ticket: Ticket, since: datetime, *, after: datetime | None = None
) -> None:
    """Schedule the moment until which the rules want a draft for *ticket*, counted from *since*.

    *after*: only if it is later.
    """
    term = ctx.municipality.rules.match(facts_of(ticket)).draft
    if term is None:
        return
    calendar = post_hours.calendar_for(ctx, ticket)
    if isinstance(term, Share):
        answer_term = ctx.municipality.terms_of(facts_of(ticket)).answer
        at = moment_at_share(since, ticket.answer_due, float(term.amount), answer_term, calendar)
    else:
        at = calendar.add(since, term)
    if after is not None and at <= after:
        return
    await schedule_step(ctx, ticket, DraftDeadline.DRAFT, at)


async def schedule_step(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline, at: datetime) -> None:
    """Schedule the moment until which a step of the draft must be taken, and the warnings before it."""
    await ctx.uow.deadlines.schedule(ticket.id, [(deadline.value, DueKind.OVERDUE.value, 1.0, at)])
    await chains.schedule_warnings(ctx, ticket, After.of_deadline(deadline.value), at)


async def reschedule_draft(ctx: UseCaseContext, ticket: Ticket, since: datetime | None = None) -> None:
    """Do it again for a ticket that other rules may fit now, or whose clocks go on *since* then."""
    if ctx.municipality.rules.rules:
        await ctx.uow.deadlines.cancel(ticket.id, [DraftDeadline.DRAFT.value])
        await schedule_draft(ctx, ticket, since or ticket.registered_at)


async def is_late(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline) -> bool:
    """Return whether the step that *deadline* is about has still not been taken."""
    if deadline is DraftDeadline.DRAFT:
        return ticket.is_open and ticket.state not in (State.ANSWERING, State.PUBLISHING)
    return any(
        draft.state is _STATES[deadline] and draft.step_due is not None and draft.step_due <= ctx.now
        for draft in await ctx.uow.drafts.list_open(ticket.id)
    )


async def is_awaited(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline) -> bool:
    """Return whether the step that *deadline* is about has not been taken, late or not."""
    if deadline is DraftDeadline.DRAFT:
        return await is_late(ctx, ticket, deadline)
    return any(draft.state is _STATES[deadline] for draft in await ctx.uow.drafts.list_open(ticket.id))


async def create_notices(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline, due_at: datetime) -> None:
    """Create the notices that a step is late: to the people who must take it, and to those who wait for it."""
    if not await is_late(ctx, ticket, deadline):
        return
    await ctx.uow.audit_log.record("overdue", ctx.now, ticket_id=ticket.id, facts={"limit": deadline.value})
    people = [*await _late_people(ctx, ticket, deadline), *await _waiting_people(ctx, ticket, deadline)]
    for person_id in dict.fromkeys(person.id for person in people):
        code = f"{deadline.value}_{DueKind.OVERDUE.value}"
        await ctx.uow.deadlines.add_notice(person_id, ticket.id, code, due_at)


async def _late_people(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline) -> tuple[Person, ...]:
    match deadline:
        case DraftDeadline.DRAFT:
            return await responsibility.acting_people(ctx, ticket)
        case DraftDeadline.APPROVE:
            return await find_approvers(ctx, ticket) or await cards.next_on_ladder(ctx, ())
        case DraftDeadline.REWORK:
            return await find_authors(ctx, ticket) or await responsibility.acting_people(ctx, ticket)
    assert_never(deadline)


async def _waiting_people(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline) -> tuple[Person, ...]:
    """Return the author of what waits for approval, or else the first approver, or the coordinator."""
    if deadline is DraftDeadline.APPROVE:
        return await find_authors(ctx, ticket)
    approval = ctx.municipality.rules.match(facts_of(ticket)).approval
    for person in ctx.municipality.staff.people if approval else ():
        is_bounded = ctx.municipality.staff.roles.is_in_block(approval[0])
        covers = not is_bounded or person.covers(ticket.sector, ticket.district)
        if approval[0] in person.roles and covers and await responsibility.is_available(ctx, person):
            return (person,)
    return await cards.next_on_ladder(ctx, ())


async def find_authors(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return who writes the texts that are not published yet, or acts for them."""
    return await _of_draft(ctx, ticket, "author_id")


async def find_approvers(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return who was asked to approve, or acts for them."""
    return await _of_draft(ctx, ticket, "approver_id")


async def _of_draft(ctx: UseCaseContext, ticket: Ticket, field: str) -> tuple[Person, ...]:
    found = [getattr(draft, field) for draft in await ctx.uow.drafts.list_open(ticket.id)]
    people = (ctx.municipality.staff.find_by_id(person_id) for person_id in found if person_id is not None)
    return tuple([await responsibility.acting_for(ctx, person) for person in people if person is not None])
