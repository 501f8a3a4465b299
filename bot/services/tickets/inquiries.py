"""Questions about a ticket to other units and to the management: asked, answered, reminded of.

The ticket stays with who has it, and its deadlines run on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.durations import Duration
from bot.domain.errors import InquiryClosed, NobodyToAsk, NotAllowed, OutdatedButton, TermUnsuitable
from bot.domain.inquiries import MAX_TERM, Inquiry, InquiryKind, InquiryState
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.correction_requests import CorrectionReminder
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.inquiries import (
    DecisionControl,
    InquiryAnswered,
    InquiryReceived,
    InquiryRegister,
    InquiryReminder,
    InquirySent,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.domain.tickets import OPEN_TICKET_STATES, State, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import open_corrections, waiting, workflow

TERMS = {
    kind: Duration.parse("1wd")
    for kind in (InquiryKind.UNIT, InquiryKind.DECISION, InquiryKind.CALL, InquiryKind.CORRECTION)
}
"""The usual term of a question, unless who asks names a date."""

BATCH_SIZE = 100

MAX_REGISTERED = 30

DECISION_SHOWN = timedelta(days=7)
"""Time for which the register still lists a decision whose date has come."""


async def check_can_ask(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may ask others about it now."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.REQUEST, ticket)
    if not ticket.is_open or ticket.state in (State.TRIAGE, State.PUBLISHING) or ticket.lead_id is not None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


def usual_due(ctx: UseCaseContext, kind: InquiryKind) -> datetime:
    """Return the end of the usual term of a question that is put now."""
    return ctx.municipality.calendar.add(ctx.now, TERMS[kind])


async def ask(
    ctx: UseCaseContext,
    ticket_id: int,
    person: Person,
    kind: InquiryKind,
    question: str,
    due_at: datetime | None,
    *,
    sector: str | None = None,
    unit: str | None = None,
) -> Inquiry:
    """Put a question about the ticket.

    The answer of a unit that nobody represents here is entered by who has asked, or by those who work on the ticket.
    """
    ticket = await check_can_ask(ctx, ticket_id, person)
    check_term(ctx, due_at)
    if sector is not None and (sector not in ctx.municipality.sectors or sector == ticket.sector):
        raise OutdatedButton(number=ticket.id)
    due_at = due_at or usual_due(ctx, kind)
    found = await ctx.uow.inquiries.add(
        *(ticket.id, kind, person.id, question, ctx.now, due_at), sector=sector, unit=unit
    )
    readers = [one for one in await addressees(ctx, ticket, found) if one != person]
    if kind is InquiryKind.DECISION and not readers:
        raise NobodyToAsk(number=ticket.id)
    await record(ctx, "inquiry_asked", found, person)
    note = InquiryReceived(ticket_id=ticket.id, inquiry_id=found.id)
    await notify.notify_all(ctx, readers, note, ticket=ticket, envelope=open_note(found))
    sent = InquirySent(ticket_id=ticket.id, inquiry_id=found.id, by_asker=not readers)
    envelope = open_note(found) if sent.by_asker else NoteEnvelope()
    await notify.notify(ctx, person, sent, ticket=ticket, priority=Priority.INTERACTIVE, envelope=envelope)
    if sent.by_asker and kind is InquiryKind.UNIT:  # those who work on it may hear the answer first, and enter it
        colleagues = [one for one in await cards.recipients(ctx, ticket) if one != person]
        await notify.notify_all(ctx, colleagues, sent, ticket=ticket, envelope=envelope)
    await cards.sync(ctx, ticket, actor=person)
    return found


def open_note(inquiry: Inquiry) -> NoteEnvelope:
    """Return the envelope of a notification that loses its buttons once *inquiry* is answered."""
    return NoteEnvelope(sent_message_kind=_note_kind(inquiry))


def _note_kind(inquiry: Inquiry) -> str:
    return f"inquiry:{inquiry.id}"


def check_term(ctx: UseCaseContext, at: datetime | None) -> None:
    """Refuse a moment that is over, or too far ahead."""
    if at is not None and not ctx.now < at <= ctx.now + MAX_TERM:
        raise TermUnsuitable()


async def addressees(ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry) -> list[Person]:
    """Return the people who can be reached and are asked to answer."""
    staff = ctx.municipality.staff
    if inquiry.kind is InquiryKind.CORRECTION:
        return await open_corrections.addressees(ctx, ticket, inquiry)
    if inquiry.kind is InquiryKind.DECISION:
        rungs: Sequence[Sequence[Person]] = list(staff.rungs(Audience.DECISION))
    elif inquiry.kind is InquiryKind.CALL:
        rungs = [
            staff.recipients(Audience.OVERDUE_IN_BLOCK, ticket.sector, ticket.district),
            *staff.rungs(Audience.TRIAGE),
        ]
        rungs = [[one for one in rung if await _sees_person(ctx, one, ticket)] for rung in rungs]
    elif inquiry.sector is None:
        return []
    else:
        post = staff.responsibility_for(inquiry.sector, ticket.district).post
        rungs = [post.people, post.deputies] if post.in_block else []
    for rung in rungs:
        may_be_asker = inquiry.kind is InquiryKind.CALL
        others = [one for one in rung if (may_be_asker or one.id != inquiry.asker_id) and await ctx.can_reach(one)]
        if others:
            return others
    return []


async def _sees_person(ctx: UseCaseContext, person: Person, ticket: Ticket) -> bool:
    return await responsibility.has_right(ctx, person, Right.SEE_PERSON, ticket)


async def get_answerable(
    ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int
) -> tuple[Ticket, Inquiry]:
    """Return the open question if *person* may answer it: as addressee, as asker, or with the ticket in hand."""
    ticket = await workflow.get(ctx, ticket_id)
    found = await ctx.uow.inquiries.get(inquiry_id, lock=True)
    if found is None or found.ticket_id != ticket.id or found.kind is InquiryKind.CORRECTION:
        raise OutdatedButton(number=ticket.id)
    if found.kind in (InquiryKind.CITIZEN, InquiryKind.REFERRAL):
        raise OutdatedButton(number=ticket.id)  # the citizen answers it, or a body outside
    may_answer = person.id == found.asker_id or person in await addressees(ctx, ticket, found)
    if not may_answer and not (
        found.kind is InquiryKind.UNIT and await responsibility.has_right(ctx, person, Right.REQUEST, ticket)
    ):
        raise NotAllowed(number=ticket.id, right=Right.REQUEST.value)
    if not found.is_open:
        name = await ctx.uow.staff.find_name(found.answered_by) if found.answered_by else None
        raise InquiryClosed(number=ticket.id, name=name)
    return ticket, found


async def answer(
    ctx: UseCaseContext, ticket_id: int, person: Person, inquiry_id: int, text: str, control_at: datetime | None
) -> Ticket:
    """Record the answer, or the decision with its date, and tell who has asked and who works on the ticket."""
    ticket, found = await get_answerable(ctx, ticket_id, person, inquiry_id)
    check_term(ctx, control_at)
    control_at = control_at if found.kind is InquiryKind.DECISION else None
    values = {"state": InquiryState.ANSWERED.value, "answer": text, "answered_by": person.id, "answered_at": ctx.now}
    await ctx.uow.inquiries.update(
        found.id, **values, control_at=control_at, remind_at=_control_reminder(ctx, control_at)
    )
    await record(ctx, "inquiry_answered", found, person)
    note = InquiryAnswered(ticket_id=ticket.id, inquiry_id=found.id)
    await notify.edit_all(ctx, ticket.id, _note_kind(found), note)
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)
    await _notify_askers(ctx, ticket, found, note, person)
    await cards.sync(ctx, ticket, actor=person)
    return ticket


def _control_reminder(ctx: UseCaseContext, control_at: datetime | None) -> datetime | None:
    """Return the morning of the day of *control_at*; the moment, if that morning is over."""
    if control_at is None:
        return None
    day = control_at.astimezone(ctx.municipality.zone).date()
    morning = local_to_utc(day, ctx.municipality.digest_at, ctx.municipality.zone)
    return morning if ctx.now < morning < control_at else control_at


async def _notify_askers(
    ctx: UseCaseContext, ticket: Ticket, inquiry: Inquiry, note: InquiryAnswered | DecisionControl, actor: Person | None
) -> None:
    """Tell who has asked and, if others have the ticket meanwhile, those."""
    asker = ctx.municipality.staff.find_by_id(inquiry.asker_id)
    people = dict.fromkeys([*([asker] if asker is not None else []), *await cards.recipients(ctx, ticket)])
    for person in people:
        if person != actor:
            await notify.notify(ctx, person, note, ticket=ticket)


async def has_due(ctx: UseCaseContext) -> bool:
    """Return whether :func:`remind` would tell anything now; reminders do not come in quiet hours."""
    return not ctx.municipality.quiet_hours.is_quiet(ctx.now) and await ctx.uow.inquiries.has_due(ctx.now)


async def remind(ctx: UseCaseContext) -> None:
    """Remind of questions when half of their term and when all of it is over, and of decisions at their date."""
    for found in await ctx.uow.inquiries.list_due(ctx.now, BATCH_SIZE):
        late = not found.is_open or found.due_at <= ctx.now
        await ctx.uow.inquiries.update(found.id, remind_at=None if late else found.due_at)
        async with isolated(ctx, "inquiries", found.ticket_id):
            await _remind(ctx, found, late=late)


async def _remind(ctx: UseCaseContext, inquiry: Inquiry, *, late: bool) -> None:
    ticket = await ctx.uow.tickets.get(inquiry.ticket_id)
    if ticket is None:
        return
    if inquiry.kind is InquiryKind.CITIZEN:
        await waiting.on_silence(ctx, await workflow.get(ctx, ticket.id), inquiry)
        return
    if inquiry.state is InquiryState.ANSWERED:
        await record(ctx, "decision_control", inquiry, None)
        control = DecisionControl(ticket_id=ticket.id, inquiry_id=inquiry.id)
        await _notify_askers(ctx, ticket, inquiry, control, None)
        return
    is_correction = inquiry.kind is InquiryKind.CORRECTION
    if ticket.anonymized_at is not None or not (ticket.is_open or is_correction):
        await ctx.uow.inquiries.update(inquiry.id, state=InquiryState.VOID.value, remind_at=None)
        return
    readers = await addressees(ctx, ticket, inquiry)
    askers = await open_corrections.askers(ctx, inquiry)
    is_call = inquiry.kind is InquiryKind.CALL  # its term is only the moment of the next try
    if not readers or (late and not is_call):
        readers += [one for one in askers if one not in readers]
    if late and not is_call:
        await record(ctx, "inquiry_late", inquiry, None)
    kind = CorrectionReminder if is_correction else InquiryReminder
    note = kind(ticket_id=ticket.id, inquiry_id=inquiry.id, late=late)
    envelope = NoteEnvelope() if is_correction else open_note(inquiry)
    await notify.notify_all(ctx, readers, note, ticket=ticket, envelope=envelope)


async def send_register(ctx: UseCaseContext, person: Person) -> None:
    """Send the questions that wait for the management, and its decisions with a date that are still to be kept."""
    states = [state.value for state in OPEN_TICKET_STATES]
    found = await ctx.uow.inquiries.list_decisions(states, ctx.now - DECISION_SHOWN, MAX_REGISTERED)
    note = InquiryRegister(inquiry_ids=tuple(one.id for one in found))
    await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)


async def record(ctx: UseCaseContext, action: str, inquiry: Inquiry, person: Person | None) -> None:
    """Write the audit of what became of a question."""
    facts = {"inquiry": inquiry.id, "kind": inquiry.kind.value, "sector": inquiry.sector}
    person_id = person.id if person is not None else None
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person_id, ticket_id=inquiry.ticket_id, facts=facts)
