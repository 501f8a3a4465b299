"""Questions to approvers: the text letter for letter, the question below it, and the clock of the step."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.drafts import RETURN_REMARK, Draft, DraftDeadline, DraftState
from bot.domain.durations import Duration
from bot.domain.notifications.approvals import ApprovalAsked, ApprovalEnd, DraftReturned, DraftText
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.answers import approvers, places
from bot.services.answers.approvers import Approver
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.tickets import draft_requests, rules

INSTEAD_OF = "instead_of"
"""Key of the audit for the absent person in whose place somebody acts; stored."""


async def ask(ctx: UseCaseContext, ticket: Ticket, draft: Draft, role: str) -> tuple[Draft, Person | None]:
    """Ask the first reachable person for the approval of *role*; return the draft that waits, and the person."""
    exclude = await approvers.excluded_from(ctx, ticket, draft, role)
    chosen = await approvers.find_approver(ctx, ticket, role, exclude)
    approver = chosen.person if chosen is not None else None
    due = _due(ctx, rules.outcome_for(ctx, ticket).approve, approver)
    waiting = replace(_asking(draft, chosen), state=DraftState.WAITING, step_due=due)
    await ctx.uow.drafts.save(waiting)
    await ctx.uow.deadlines.cancel(ticket.id, [DraftDeadline.DRAFT])
    await _schedule(ctx, ticket, waiting, DraftDeadline.APPROVE)
    if approver is not None:
        represented = await approvers.find_represented(ctx, ticket, approver, role, exclude)
        is_substitute = not await approvers.holds_step(ctx, ticket, approver, role, exclude)
        await send(ctx, ticket, waiting, approver, substitute=is_substitute, represented=represented)
    return waiting, approver


def _asking(draft: Draft, chosen: Approver | None) -> Draft:
    """Return *draft* with the person who is asked now."""
    if chosen is None:
        return replace(draft, approver_id=None, approver_for_id=None)
    instead_of = chosen.instead_of.id if chosen.instead_of is not None else None
    return replace(draft, approver_id=chosen.person.id, approver_for_id=instead_of)


async def send(
    ctx: UseCaseContext,
    ticket: Ticket,
    draft: Draft,
    person: Person,
    *,
    substitute: bool = False,
    represented: Person | None = None,
) -> None:
    """Send *person* the text as it will be published, once for each form that it takes, and the question below it."""
    version = await ctx.uow.drafts.get_version(draft.id, draft.version)
    if version is None:
        return
    for form in range(len(await places.list_forms(ctx, ticket, draft.kind, version.text))):
        text = DraftText(ticket_id=ticket.id, draft_id=draft.id, version=draft.version, form=form)
        await notify.notify(ctx, person, text, ticket=ticket, priority=Priority.CARD)
    await notify.notify(
        ctx,
        person,
        ApprovalAsked(
            ticket_id=ticket.id,
            draft_id=draft.id,
            version=draft.version,
            substitute=substitute,
            instead_of=represented.name if represented is not None else None,
        ),
        ticket=ticket,
        priority=Priority.CARD,
        envelope=NoteEnvelope(sent_message_kind=draft_requests.request_kind(draft)),
    )


async def reassign(ctx: UseCaseContext, *person_ids: int) -> int:
    """Ask again for the approvals that *person_ids* were asked for, and for those that are another person's by now.

    Somebody has gone, come back, or another stands in. Return how many went over to somebody else.
    """
    moved = 0
    for draft in await ctx.uow.drafts.list_waiting():
        if draft.approver_id in person_ids or await _is_misplaced(ctx, draft):
            moved += await _ask_again(ctx, draft.id)
    return moved


async def _is_misplaced(ctx: UseCaseContext, draft: Draft) -> bool:
    """Return whether *draft* waits for somebody in another's place, or not there, and another is to be asked."""
    approver = ctx.municipality.staff.find_by_id(draft.approver_id or 0)
    if approver is not None and draft.approver_for_id is None and await responsibility.is_available(ctx, approver):
        return False
    ticket = await ctx.uow.tickets.get(draft.ticket_id)
    chain = approvers.draft_chain(ctx, ticket, draft) if ticket is not None else ()
    if ticket is None or draft.step >= len(chain):
        return False
    exclude = await approvers.excluded_from(ctx, ticket, draft, chain[draft.step])
    chosen = await approvers.find_approver(ctx, ticket, chain[draft.step], exclude)
    return _asking(draft, chosen).approver_id != draft.approver_id


async def _ask_again(ctx: UseCaseContext, draft_id: int) -> bool:
    """Ask for the next approval of a draft once more; return whether somebody else is asked now."""
    known = await ctx.uow.drafts.get(draft_id)
    ticket = await ctx.uow.tickets.get(known.ticket_id, lock=True) if known is not None else None
    draft = await ctx.uow.drafts.get(draft_id)  # a colleague may have decided while the ticket was locked
    if ticket is None or draft is None or draft.state is not DraftState.WAITING:
        return False
    chain = approvers.draft_chain(ctx, ticket, draft)
    if draft.step >= len(chain):
        return False
    await draft_requests.close_requests(ctx, draft, ApprovalEnd.MOVED)
    waiting, approver = await ask(ctx, ticket, draft, chain[draft.step])
    facts = {"draft": draft.id, "to": approver.id if approver is not None else None}
    if waiting.approver_for_id is not None:
        facts[INSTEAD_OF] = waiting.approver_for_id
    await ctx.uow.audit_log.record("approval_moved", ctx.now, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket)
    return waiting.approver_id != draft.approver_id


async def follow_author(ctx: UseCaseContext, author: Person, ticket_ids: Iterable[int]) -> None:
    """Show the returned drafts of *author*, who has gone or come back, to the person who writes them again now.

    What a stand-in has rewritten stays with them.
    """
    for ticket in (await ctx.uow.tickets.get_many(set(ticket_ids))).values():
        for draft in await ctx.uow.drafts.list_open(ticket.id):
            if draft.author_id == author.id and draft.state is DraftState.RETURNED:
                await _return_again(ctx, ticket, draft)


async def _return_again(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> None:
    version = await ctx.uow.drafts.get_version(draft.id, draft.version)
    remarks = [one for one in await ctx.uow.cards.list_remarks(ticket.id) if one.kind == RETURN_REMARK]
    for writer in await approvers.writers_of(ctx, ticket, draft):
        if version is None or not remarks or (writer.id == version.author_id != draft.author_id):
            continue
        name = await ctx.uow.staff.find_name(remarks[-1].person_id) or ""
        note = DraftReturned(
            ticket_id=ticket.id, draft_id=draft.id, version=draft.version, name=name, remark=remarks[-1].text
        )
        await notify.notify(ctx, writer, note, ticket=ticket)
        facts = {"draft": draft.id, "to": writer.id}
        await ctx.uow.audit_log.record("draft_moved", ctx.now, ticket_id=ticket.id, facts=facts)


async def start_rework(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> Draft:
    """Save a returned draft, and start the clock of its author."""
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    returned = replace(draft, step_due=_due(ctx, rules.outcome_for(ctx, ticket).rework, author))
    await ctx.uow.drafts.save(returned)
    await _schedule(ctx, ticket, returned, DraftDeadline.REWORK)
    return returned


def _due(ctx: UseCaseContext, term: Duration | None, person: Person | None) -> datetime | None:
    """Return until when *person* has to take the step, in the hours of their post."""
    return ctx.municipality.calendar_of(person).add(ctx.now, term) if term is not None else None


async def _schedule(ctx: UseCaseContext, ticket: Ticket, draft: Draft, deadline: DraftDeadline) -> None:
    if draft.step_due is not None:
        await draft_requests.start_clock(ctx, ticket, deadline, draft.step_due)
