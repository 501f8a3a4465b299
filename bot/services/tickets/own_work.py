"""``/my``: what waits for a person, and why; the urgent and the late first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import time, timedelta

from bot.domain.errors import NotAllowed
from bot.domain.inquiries import Inquiry, InquiryKind
from bot.domain.local_time import local_to_utc
from bot.domain.own_work import WorkReason, WorkSection
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.domain.systems import source_code
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext, responsibility, system_curators
from bot.services.tickets import entries, inquiries
from bot.services.tickets.search import list_waiting_tickets

_ASKED_KINDS = {
    InquiryKind.UNIT: WorkReason.REPLY,
    InquiryKind.DECISION: WorkReason.REPLY,
    InquiryKind.CALL: WorkReason.CALL,
    InquiryKind.CORRECTION: WorkReason.FIX,
}

MAX_INQUIRIES = 200
"""Open questions of one kind that are looked through for those to one person."""

Reasons = dict[int, list[WorkReason]]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A ticket that waits for a person, the reasons in their order, and the part of their work."""

    ticket: Ticket
    reasons: tuple[WorkReason, ...]
    section: str


async def list_own_work(ctx: UseCaseContext, person: Person, limit: int) -> list[WorkItem]:
    """List what waits for *person*: first what they can do, of that the urgent, then the late."""
    if not ctx.municipality.has_right_anywhere(person, Right.LIST_OWN):
        raise NotAllowed(right=Right.LIST_OWN.value)
    own = {ticket.id: ticket for ticket in await list_waiting_tickets(ctx, person, limit)}
    reasons: Reasons = defaultdict(list)
    await _add_drafts(ctx, person, reasons)
    await _add_inquiries(ctx, person, own, reasons)
    for one in await entries.list_own(ctx, person):
        reasons[one.ticket.id].append(WorkReason.ENTER)
    tickets = own | await ctx.uow.tickets.get_many(set(reasons) - set(own))
    await _add_promises(ctx, own, reasons)
    await _add_states(ctx, person, own, reasons)
    order = list(WorkReason)
    items = [
        WorkItem(ticket, tuple(found), _section_of(person, ticket, found[0], is_own=ticket.id in own))
        for ticket in tickets.values()
        if (found := sorted(set(reasons[ticket.id]), key=order.index))
    ]
    return sorted(items, key=lambda item: _rank(ctx, item))[:limit]


def _rank(ctx: UseCaseContext, item: WorkItem) -> tuple[object, ...]:
    ticket, first = item.ticket, item.reasons[0]
    due = min(ticket.accept_due, ticket.answer_due) if ticket.state in UNACCEPTED_STATES else ticket.answer_due
    return (first.is_waiting, not ticket.urgent, due > ctx.now, due, ticket.id)


def _section_of(person: Person, ticket: Ticket, reason: WorkReason, *, is_own: bool) -> str:
    code = source_code(ticket.source)
    if code in person.systems:
        return f"{WorkSection.SYSTEM.value}:{code}"
    if reason is WorkReason.SORT:
        return WorkSection.SORTING.value
    if reason is WorkReason.ENTER and not is_own:
        return WorkSection.ENTRY.value
    return WorkSection.APPROVAL.value if reason is WorkReason.APPROVE and not is_own else WorkSection.BLOCK.value


async def _add_drafts(ctx: UseCaseContext, person: Person, reasons: Reasons) -> None:
    for draft in await ctx.uow.drafts.list_waiting_for(person.id):
        reasons[draft.ticket_id].append(WorkReason.APPROVE)
    for draft in await ctx.uow.drafts.list_returned_to(person.id):
        reasons[draft.ticket_id].append(WorkReason.REWORK)
    for ticket_id in await ctx.uow.delegations.list_asked(person.id):
        reasons[ticket_id].append(WorkReason.DRAFT)


async def _add_inquiries(ctx: UseCaseContext, person: Person, own: dict[int, Ticket], reasons: Reasons) -> None:
    for kind, reason in _ASKED_KINDS.items():
        found = [one for one in await ctx.uow.inquiries.list_open(kind) if _may_concern(ctx, person, one, own)]
        found = found[:MAX_INQUIRIES]
        tickets = own | await ctx.uow.tickets.get_many({one.ticket_id for one in found} - set(own))
        for one in found:
            ticket = tickets.get(one.ticket_id)
            if ticket is not None and person in await inquiries.addressees(ctx, ticket, one):
                reasons[ticket.id].append(reason)


def _may_concern(ctx: UseCaseContext, person: Person, inquiry: Inquiry, own: dict[int, Ticket]) -> bool:
    """Return whether *person* may be an addressee, by what is known without a look at the ticket."""
    match inquiry.kind:
        case InquiryKind.UNIT:
            return inquiry.sector is not None and person.covers(inquiry.sector)
        case InquiryKind.CORRECTION:
            return inquiry.ticket_id in own
        case InquiryKind.CALL:
            return ctx.municipality.has_right_anywhere(person, Right.SEE_PERSON)
        case _:
            return any(person in rung for rung in ctx.municipality.staff.rungs(Audience.DECISION))


async def _add_promises(ctx: UseCaseContext, own: dict[int, Ticket], reasons: Reasons) -> None:
    """Name the tickets of which a citizen was told that something happens today."""
    zone = ctx.municipality.zone
    start = local_to_utc(ctx.today, time(), zone)
    end = local_to_utc(ctx.today + timedelta(days=1), time(), zone)
    for ticket_id in await ctx.uow.promises.list_due_between(start, end):
        if ticket_id in own:
            reasons[ticket_id].append(WorkReason.PROMISED)


async def _add_states(ctx: UseCaseContext, person: Person, own: dict[int, Ticket], reasons: Reasons) -> None:
    """Add what the state of each ticket asks of *person*."""
    at_citizen = {one.ticket_id for one in await ctx.uow.inquiries.list_open(InquiryKind.CITIZEN)}
    in_approval = {one.ticket_id for one in await ctx.uow.drafts.list_waiting()}
    for ticket in own.values():
        known = reasons[ticket.id]
        acts = person in await responsibility.acting_people(ctx, ticket)
        if not acts:
            known += [] if known else [WorkReason.WATCH]
        elif ticket.state is State.TRIAGE:
            known.append(WorkReason.SORT)
        elif ticket.state in UNACCEPTED_STATES:
            known.append(WorkReason.ACCEPT)
        elif ticket.state is State.PUBLISHING:
            is_foreign = system_curators.system_of(ctx, ticket) is not None
            known.append(WorkReason.AWAIT_ENTRY if is_foreign else WorkReason.PUBLISHING)
        elif ticket.id in at_citizen:
            known.append(WorkReason.AWAIT_CITIZEN)
        elif ticket.id in in_approval:
            known.append(WorkReason.AWAIT_APPROVAL)
        elif not {WorkReason.REWORK, WorkReason.APPROVE} & set(known):
            known.append(WorkReason.ANSWER)
