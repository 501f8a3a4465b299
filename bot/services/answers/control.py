"""Control of what is answered and perhaps not solved: an official wants to look at a ticket once more on a day."""

from datetime import datetime

from bot.domain.audit import changed_facts
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.solutions import ControlDue
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import workflow

BATCH_SIZE = 100


async def check_can_control(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the answered ticket if *person* may set a control date."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.REOPEN, ticket)
    if ticket.state is not State.ANSWERED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def set_control(ctx: UseCaseContext, ticket_id: int, person: Person, at: datetime) -> Ticket:
    """Remind *person* of the ticket *at* that moment; until then silence does not end it."""
    ticket = await check_can_control(ctx, ticket_id, person)
    before = (await ctx.uow.solutions.get(ticket.id)).control_at
    await ctx.uow.solutions.update(ticket.id, control_at=at, control_by=person.id)
    facts = changed_facts({"control_at": before.isoformat() if before else None}, {"control_at": at.isoformat()})
    await ctx.uow.audit_log.record("control", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket, actor=person)
    return ticket


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether a control date has come; in quiet hours it waits for the morning."""
    quiet = ctx.municipality.quiet_hours.is_quiet(ctx.now)
    return not quiet and bool(await ctx.uow.solutions.list_due_controls(ctx.now, 1))


async def remind(ctx: UseCaseContext) -> None:
    """Remind those who wanted to look once more; those who have left are replaced by the people responsible now."""
    for ticket_id in await ctx.uow.solutions.list_due_controls(ctx.now, BATCH_SIZE):
        async with isolated(ctx, "control", ticket_id):
            await _remind(ctx, await workflow.get(ctx, ticket_id))


async def _remind(ctx: UseCaseContext, ticket: Ticket) -> None:
    solution = await ctx.uow.solutions.get(ticket.id)
    await ctx.uow.solutions.update(ticket.id, control_at=None, control_by=None)
    if ticket.state is not State.ANSWERED:
        return
    await ctx.uow.audit_log.record("control_over", ctx.now, ticket_id=ticket.id)
    for person in await cards.answer_owners(ctx, ticket, solution.control_by):
        await notify.notify(ctx, person, ControlDue(ticket_id=ticket.id), ticket=ticket)
    await cards.sync(ctx, ticket)
