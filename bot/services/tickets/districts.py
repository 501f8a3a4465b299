"""«Другой район»: the ticket goes to the post of the district where its matter is."""

from bot.domain.districts import district_code
from bot.domain.errors import OutdatedButton, TakenByOther
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import Step, Ticket, is_allowed
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import workflow


async def check_can_move(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may hand it over and its state allows that."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.HAND_OVER, ticket)
    if not is_allowed(ticket.state, Step.HAND_OVER):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def move_to_district(ctx: UseCaseContext, ticket_id: int, person: Person, code: str) -> tuple[Ticket, bool]:
    """Hand the ticket over to the post of the district with that *code*; the deadlines stay.

    Return false if the same post is responsible for both districts: then only the ticket's data change.
    """
    ticket = await check_can_move(ctx, ticket_id, person)
    workflow.require_not_member(ticket, Step.HAND_OVER)
    district = next((one for one in ctx.municipality.districts() if district_code(one) == code), None)
    if district is None or district == ticket.district:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    before = responsibility.responsibility_for(ctx, ticket)
    if ctx.municipality.staff.responsibility_for(ticket.sector, district).post != before.post:
        change = TicketChange(district=district, assignee_id=None)
        return await workflow.move(ctx, ticket, Step.HAND_OVER, person, change), True
    changed = await ctx.uow.tickets.update(ticket, TicketChange(district=district))
    if changed is None:
        raise TakenByOther(number=ticket.id)
    facts = {"was": ticket.district, "now": district}
    await ctx.uow.audit_log.record("district", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    changed = await deadlines.recompute(ctx, changed)
    await ctx.uow.cards.close_menus(ticket.id)
    await cards.sync(ctx, changed, actor=person)
    return changed, False
