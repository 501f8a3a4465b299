"""Requests for a correction that are not done yet: they follow their ticket to the people who act on it."""

from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState
from bot.domain.notifications.correction_requests import CorrectionRequested
from bot.domain.people import Person
from bot.domain.tickets import Step, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import notify

_MOVING_STEPS = (Step.HAND_OVER, Step.CHOOSE_SECTOR, Step.UNSURE, Step.REOPEN)


async def find(ctx: UseCaseContext, ticket_id: int) -> Inquiry | None:
    """Return the request about the ticket that is still open; there is one at most."""
    found = await ctx.uow.inquiries.list_for_ticket(ticket_id)
    return next((one for one in found if one.is_open_correction), None)


async def addressees(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry) -> list[Person]:
    """Return the people who act on the ticket now and can be reached; who has asked asks not themself."""
    acting = await responsibility.acting_people(ctx, ticket)
    return [one for one in acting if one.id != inquiry.asker_id and await ctx.can_reach(one)]


async def askers(ctx: UseCaseContext, inquiry: Inquiry) -> list[Person]:
    """Return who has asked; of a correction whose asker has gone, those who sort messages."""
    asker = ctx.municipality.staff.find_by_id(inquiry.asker_id)
    if asker is not None:
        return [asker]
    return list(await responsibility.sorting_people(ctx)) if inquiry.kind is InquiryKind.CORRECTION else []


async def on_step(ctx: UseCaseContext, ticket: Ticket, step: Step, actor: Person | None) -> None:
    """Pass the open request on to the post that has the ticket now; of erased words nothing can be mended."""
    if step is Step.ERASE:
        for one in await ctx.uow.inquiries.list_for_ticket(ticket.id):
            if one.is_open_correction:
                await ctx.uow.inquiries.update(one.id, state=InquiryState.VOID.value, remind_at=None)
    elif step in _MOVING_STEPS:
        await on_moved(ctx, ticket, actor)


async def on_moved(ctx: UseCaseContext, ticket: Ticket, actor: Person | None) -> None:
    """Show the open request to the people who act on the ticket now."""
    found = await find(ctx, ticket.id)
    if found is None:
        return
    note = CorrectionRequested(ticket_id=ticket.id, inquiry_id=found.id)
    for reader in await addressees(ctx, ticket, found):
        if actor is None or reader.id != actor.id:
            await notify.notify(ctx, reader, note, ticket=ticket)


async def list_of(ctx: UseCaseContext, person: Person) -> list[Inquiry]:
    """List the open requests that *person* has to do."""
    found = []
    for one in await ctx.uow.inquiries.list_open(InquiryKind.CORRECTION):
        ticket = await ctx.uow.tickets.get(one.ticket_id)
        if ticket is not None and person in await addressees(ctx, ticket, one):
            found.append(one)
    return found


async def pass_on(ctx: UseCaseContext, held: list[Inquiry], former: Person) -> None:
    """Show the requests that *former* had to do to those who have them now."""
    for one in held:
        ticket = await ctx.uow.tickets.get(one.ticket_id)
        if ticket is not None:
            await on_moved(ctx, ticket, former)


async def notify_all(ctx: UseCaseContext, person: Person) -> None:
    """Show *person*, who has come or can be reached again, the requests that they have to do."""
    for one in await list_of(ctx, person):
        ticket = await ctx.uow.tickets.get(one.ticket_id)
        await notify.notify(ctx, person, CorrectionRequested(ticket_id=one.ticket_id, inquiry_id=one.id), ticket=ticket)
