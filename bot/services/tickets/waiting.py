"""Waiting for the citizen after «Уточнить у жителя»: an interval of the ticket's history, during which its clocks stop.

It begins with the publication of the question. It ends with the citizen's next words, with their silence, or when the
ticket needs no answer to it any more.
"""

from bot.domain.answers import Answer
from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState
from bot.domain.notifications.clarifications import ClarificationSilent
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Step, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import deadlines, draft_clocks
from bot.services.notifications import cards, notify
from bot.services.tickets import member_clocks

_ENDING_STEPS = frozenset({Step.APPROVE, Step.DISMISS, Step.ERASE, Step.CLOSE_WITHOUT_ANSWER})


async def find_open(ctx: UseCaseContext, ticket: Ticket) -> Inquiry | None:
    """Return the question to the citizen that *ticket* waits for."""
    return await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.CITIZEN)


async def begin(ctx: UseCaseContext, ticket: Ticket, asker: Person, publisher: Person, answer: Answer) -> Ticket:
    """Wait for the citizen's words to *answer*, the question of *asker*; the clocks stop, until it is silence."""
    due_at = ctx.municipality.calendar.add(ctx.now, ctx.municipality.clarify_silence)
    inquiry = await ctx.uow.inquiries.add(
        *(ticket.id, InquiryKind.CITIZEN, asker.id, answer.text, ctx.now, due_at),
        remind_at=due_at,
        answer_id=answer.id,
    )
    await _record(ctx, "inquiry_asked", inquiry, publisher)
    await deadlines.record(ctx, ticket, ClockEventKind.WAIT, due=due_at, by=asker)
    await member_clocks.follow(ctx, ticket, ClockEvent(ClockEventKind.WAIT, ctx.now, None, due_at), asker.id)
    changed = await deadlines.recompute(ctx, ticket)
    await draft_clocks.reschedule_draft(ctx, changed, due_at)
    return changed


async def on_reply(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry, message_id: int) -> Ticket:
    """Record the citizen's words; the clocks go on, unless silence has let them go on before."""
    was_open = inquiry.is_open
    values = {"state": InquiryState.ANSWERED.value, "answered_at": ctx.now, "message_id": message_id}
    await ctx.uow.inquiries.update(inquiry.id, **values, remind_at=None)
    await _record(ctx, "inquiry_answered", inquiry, None)
    return await _resume(ctx, ticket, inquiry) if was_open else ticket


async def on_step(ctx: UseCaseContext, ticket: Ticket, step: Step) -> Ticket:
    """End the waiting of a *ticket* that is answered or ended, and its promise: the answer is what was promised."""
    if step not in _ENDING_STEPS:
        return ticket
    if step is Step.APPROVE:
        await ctx.uow.promises.decide_answered(ticket.id, ctx.now)
        await ctx.uow.promises.end(ticket.id, ctx.now)
    else:
        await ctx.uow.promises.end_all(ticket.id, ctx.now)
    return await stop(ctx, ticket)


async def stop(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """End the waiting, if there is any: nobody expects the citizen's words any more."""
    inquiry = await find_open(ctx, ticket)
    if inquiry is None:
        return ticket
    await ctx.uow.inquiries.update(inquiry.id, state=InquiryState.VOID.value, remind_at=None)
    await _record(ctx, "inquiry_void", inquiry, None)
    return await _resume(ctx, ticket, inquiry)


async def _resume(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry) -> Ticket:
    """Compute the deadlines from the waiting as it has really been."""
    await ctx.uow.clock_events.end_wait(ticket.id, ctx.now)
    await member_clocks.resume(ctx, ticket, inquiry)
    changed = await deadlines.recompute(ctx, ticket)
    if changed.is_open:
        await draft_clocks.reschedule_draft(ctx, changed, ctx.now)
    return changed


async def on_silence(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry) -> None:
    """Tell who has asked, and who has the ticket now, that the citizen says nothing; the clocks go on since then."""
    if not ticket.is_open:
        await ctx.uow.inquiries.update(inquiry.id, state=InquiryState.VOID.value, remind_at=None)
        return
    await ctx.uow.inquiries.update(inquiry.id, state=InquiryState.SILENT.value, remind_at=None)
    await _record(ctx, "inquiry_silent", inquiry, None)
    note = ClarificationSilent(ticket_id=ticket.id, inquiry_id=inquiry.id)
    await notify.notify_all(ctx, await readers(ctx, ticket, inquiry), note, ticket=ticket)
    await cards.sync(ctx, ticket)


async def readers(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry) -> list[Person]:
    """Return who has asked, if they may still see the ticket, and those who work on it or on its problem now."""
    lead = await ctx.uow.tickets.get(ticket.lead_id) if ticket.lead_id is not None else None
    asker = ctx.municipality.staff.find_by_id(inquiry.asker_id)
    own = [asker] if asker is not None and await _may_see(ctx, asker, ticket) else []
    return list(dict.fromkeys((*own, *await cards.recipients(ctx, lead or ticket))))


async def _may_see(ctx: UseCaseContext, person: Person, ticket: Ticket) -> bool:
    return await responsibility.has_right(ctx, person, Right.SEE_TICKET, ticket)


async def _record(ctx: UseCaseContext, action: str, inquiry: Inquiry, person: Person | None) -> None:
    facts = {"inquiry": inquiry.id, "kind": inquiry.kind.value}
    person_id = person.id if person is not None else None
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person_id, ticket_id=inquiry.ticket_id, facts=facts)
