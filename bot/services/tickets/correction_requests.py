"""«Запрос на исправление»: who watches over all blocks asks a unit to mend what it did with a ticket, until a term.

Each round is an inquiry of its own: what was returned is asked again, and both are counted.
"""

from datetime import datetime

from bot.domain.errors import CorrectionAsked, NotAllowed, OutdatedButton
from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState, is_correctable
from bot.domain.notifications.correction_requests import (
    CorrectionAccepted,
    CorrectionDone,
    CorrectionRequested,
    CorrectionRequestSent,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.tickets import inquiries, open_corrections, workflow


def oversees(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* may ask any unit for a correction: a unit's own people cannot ask themselves."""
    return Scope.ALL in ctx.municipality.staff.roles.scopes(person.roles, Right.REQUEST)


async def check_can_ask(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may ask its unit to mend something now."""
    ticket = await workflow.get(ctx, ticket_id)
    if not oversees(ctx, person):
        raise NotAllowed(number=ticket.id, right=Right.REQUEST.value)
    if not is_correctable(ticket) or person in await responsibility.acting_people(ctx, ticket):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if await open_corrections.find(ctx, ticket.id) is not None:
        raise CorrectionAsked(number=ticket.id)
    return ticket


async def ask(ctx: UseCaseContext, ticket_id: int, person: Person, question: str, due_at: datetime | None) -> Inquiry:
    """Ask the people who act on the ticket to mend something."""
    ticket = await check_can_ask(ctx, ticket_id, person)
    return await _ask(ctx, ticket, person, question, due_at, again=False)


async def _ask(
    ctx: UseCaseContext, ticket: Ticket, person: Person, question: str, due_at: datetime | None, *, again: bool
) -> Inquiry:
    inquiries.check_term(ctx, due_at)
    due_at = due_at or inquiries.usual_due(ctx, InquiryKind.CORRECTION)
    found = await ctx.uow.inquiries.add(
        *(ticket.id, InquiryKind.CORRECTION, person.id, question, ctx.now, due_at), sector=ticket.sector
    )
    await inquiries.record(ctx, "inquiry_asked", found, person)
    readers = await open_corrections.addressees(ctx, ticket, found)
    note = CorrectionRequested(ticket_id=ticket.id, inquiry_id=found.id, again=again)
    await notify.notify_all(ctx, readers, note, ticket=ticket)
    sent = CorrectionRequestSent(ticket_id=ticket.id, inquiry_id=found.id, by_asker=not readers)
    await notify.notify(ctx, person, sent, ticket=ticket, priority=Priority.INTERACTIVE)
    await cards.sync(ctx, ticket, actor=person)
    return found


async def set_done(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int | None) -> Inquiry:
    """Handle «Исправлено»: who acts on the ticket says so, or who asked a unit that nobody represents here."""
    ticket = await workflow.get(ctx, ticket_id)
    open_one = await open_corrections.find(ctx, ticket.id)
    if open_one is None or inquiry_id not in (None, open_one.id):
        raise OutdatedButton(number=ticket.id)
    if person.id != open_one.asker_id and person not in await open_corrections.addressees(ctx, ticket, open_one):
        raise NotAllowed(number=ticket.id)
    values = {"state": InquiryState.ANSWERED.value, "answered_by": person.id, "answered_at": ctx.now}
    await ctx.uow.inquiries.update(open_one.id, **values, remind_at=None)
    await inquiries.record(ctx, "inquiry_answered", open_one, person)
    for reader in await open_corrections.askers(ctx, open_one):
        if reader != person:
            await notify.notify(ctx, reader, CorrectionDone(ticket_id=ticket.id, inquiry_id=open_one.id), ticket=ticket)
    await cards.sync(ctx, ticket, actor=person)
    return open_one


async def get_done(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int) -> tuple[Ticket, Inquiry]:
    """Return the request that was called done, if *person* may say whether it is."""
    ticket = await workflow.get(ctx, ticket_id)
    found = await ctx.uow.inquiries.get(inquiry_id, lock=True)
    if found is None or found.ticket_id != ticket.id or found.kind is not InquiryKind.CORRECTION:
        raise OutdatedButton(number=ticket.id)
    may_judge = person.id == found.asker_id or (oversees(ctx, person) and person.id != found.answered_by)
    if not may_judge:
        raise NotAllowed(number=ticket.id, right=Right.REQUEST.value)
    if found.state is not InquiryState.ANSWERED or await open_corrections.find(ctx, ticket.id) is not None:
        raise OutdatedButton(number=ticket.id)
    return ticket, found


async def accept(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int) -> None:
    """Accept what was mended, and tell who has done it."""
    ticket, found = await get_done(ctx, ticket_id, person, inquiry_id)
    await ctx.uow.inquiries.update(found.id, state=InquiryState.ACCEPTED.value)
    await inquiries.record(ctx, "correction_accepted", found, person)
    done_by = ctx.municipality.staff.find_by_id(found.answered_by or 0)
    if done_by is not None and done_by != person:
        await notify.notify(ctx, done_by, CorrectionAccepted(ticket_id=ticket.id, inquiry_id=found.id), ticket=ticket)
    await cards.sync(ctx, ticket, actor=person)


async def give_back(
    ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int, question: str, due_at: datetime | None
) -> Inquiry:
    """Return what was called done: the unit gets the new words and the new term."""
    ticket, found = await get_done(ctx, ticket_id, person, inquiry_id)
    if not is_correctable(ticket):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    inquiries.check_term(ctx, due_at)
    await ctx.uow.inquiries.update(found.id, state=InquiryState.RETURNED.value)
    await inquiries.record(ctx, "correction_returned", found, person)
    return await _ask(ctx, ticket, person, question, due_at, again=True)
