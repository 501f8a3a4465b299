"""«Поторопить»: a short word to those who have a ticket, at most once an hour."""

from datetime import timedelta

from bot.domain.errors import NudgedBefore, OutdatedButton
from bot.domain.notifications.board import Nudged
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import notify
from bot.services.tickets import workflow

NUDGE_INTERVAL = timedelta(hours=1)

NUDGE_ACTION = "nudged"


async def nudge(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Ask the people who have the open ticket to hurry; the history keeps who has asked."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.CONTROL, ticket)
    if ticket.lead_id is not None:  # members of a problem have no post of their own
        ticket = await workflow.get(ctx, ticket.lead_id)
    if not ticket.is_open:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    last = await ctx.uow.audit_log.find_last(ticket.id, NUDGE_ACTION)
    if last is not None and ctx.now - last.at < NUDGE_INTERVAL:
        name = await ctx.uow.staff.find_name(last.person_id) if last.person_id else None
        raise NudgedBefore(number=ticket.id, name=name)
    readers = [one for one in await responsibility.acting_people(ctx, ticket) if one != person]
    await ctx.uow.audit_log.record(NUDGE_ACTION, ctx.now, person_id=person.id, ticket_id=ticket.id)
    priority = Priority.URGENT if ticket.urgent else Priority.NOTE
    note = Nudged(ticket_id=ticket.id, name=person.name)
    await notify.notify_all(ctx, readers, note, ticket=ticket, priority=priority)
    return ticket
