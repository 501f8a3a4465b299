"""Calls to applicants: asked for, reached, missed."""

from datetime import datetime

from bot.domain.errors import InquiryClosed, NotAllowed, OutdatedButton, TermUnsuitable
from bot.domain.inquiries import MAX_TERM, Inquiry, InquiryKind
from bot.domain.notifications.inquiries import InquiryReceived
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.tickets import calls, inquiries, rules, workflow


async def request(ctx: UseCaseContext, ticket: Ticket, asker: Person) -> None:
    """Ask for a call, once, when *asker* begins an answer for which the rules want one."""
    if not rules.outcome_for(ctx, ticket).call_before_answer or await calls.is_called(ctx, ticket):
        return
    known = await ctx.uow.inquiries.list_for_ticket(ticket.id)
    if any(one.kind is InquiryKind.CALL and one.is_open for one in known):
        return
    due_at = inquiries.usual_due(ctx, InquiryKind.CALL)
    found = await ctx.uow.inquiries.add(ticket.id, InquiryKind.CALL, asker.id, "", ctx.now, due_at)
    note = InquiryReceived(ticket_id=ticket.id, inquiry_id=found.id)
    readers = await inquiries.addressees(ctx, ticket, found)
    await notify.notify_all(ctx, readers, note, ticket=ticket, envelope=inquiries.open_note(found))
    await cards.sync(ctx, ticket)


async def get_open(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int) -> tuple[Ticket, Inquiry]:
    """Return the call that is still to be made, if *person* may see the telephone."""
    ticket = await workflow.get(ctx, ticket_id)
    if not await responsibility.has_right(ctx, person, Right.SEE_PERSON, ticket):
        raise NotAllowed(number=ticket.id, right=Right.SEE_PERSON.value)
    found = await ctx.uow.inquiries.get(inquiry_id, lock=True)
    if found is None or found.ticket_id != ticket.id or found.kind is not InquiryKind.CALL:
        raise OutdatedButton(number=ticket.id)
    if not found.is_open:
        name = await ctx.uow.staff.find_name(found.answered_by) if found.answered_by else None
        raise InquiryClosed(number=ticket.id, name=name)
    return ticket, found


async def reach(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int, words: str) -> Ticket:
    """Handle «Дозвонился» with what the applicant said: now the answer may be published."""
    await get_open(ctx, ticket_id, person, inquiry_id)
    return await inquiries.answer(ctx, ticket_id, person, inquiry_id, words, None)


async def miss(ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int, again_at: datetime) -> Ticket:
    """Handle «Нет ответа»: the next try is reminded of at *again_at*."""
    ticket, found = await get_open(ctx, ticket_id, person, inquiry_id)
    if not ctx.now < again_at <= ctx.now + MAX_TERM:
        raise TermUnsuitable()
    await ctx.uow.inquiries.update(found.id, due_at=again_at, remind_at=again_at)
    facts = {"inquiry": found.id, "kind": found.kind.value}
    await ctx.uow.audit_log.record("call_missed", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket, actor=person)
    return ticket
