"""Questions to approvers: the text letter for letter, the question below it, and the clock of the step."""

from dataclasses import replace
from datetime import datetime

from bot.domain.deadlines import DueKind
from bot.domain.drafts import Draft, DraftDeadline, DraftState
from bot.domain.durations import Duration
from bot.domain.notifications.approvals import ApprovalAsked, ApprovalEnd, DraftText
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.answers import approvers, places
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import draft_requests, rules


async def ask(ctx: UseCaseContext, ticket: Ticket, draft: Draft, role: str) -> tuple[Draft, Person | None]:
    """Ask the first reachable person for the approval of *role*; return the draft that waits, and the person."""
    exclude = await approvers.excluded_from(ctx, ticket, draft, role)
    approver = await approvers.find_approver(ctx, ticket, role, exclude)
    due = _due(ctx, rules.outcome_for(ctx, ticket).approve)
    waiting = replace(
        draft, state=DraftState.WAITING, approver_id=approver.id if approver is not None else None, step_due=due
    )
    await ctx.uow.drafts.save(waiting)
    await ctx.uow.deadlines.cancel(ticket.id, [DraftDeadline.DRAFT])
    await _schedule(ctx, waiting, DraftDeadline.APPROVE)
    if approver is not None:
        await send(
            ctx, ticket, waiting, approver, substitute=not await approvers.holds_step(ctx, ticket, approver, role)
        )
    return waiting, approver


async def send(ctx: UseCaseContext, ticket: Ticket, draft: Draft, person: Person, *, substitute: bool = False) -> None:
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
        ApprovalAsked(ticket_id=ticket.id, draft_id=draft.id, version=draft.version, substitute=substitute),
        ticket=ticket,
        priority=Priority.CARD,
        envelope=NoteEnvelope(sent_message_kind=draft_requests.request_kind(draft)),
    )


async def reassign(ctx: UseCaseContext, person_id: int | None) -> None:
    """Ask again for the approvals that *person_id* was asked for, as they have gone or come back.

    ``None``: those that nobody could be asked for.
    """
    for draft in await ctx.uow.drafts.list_waiting_for(person_id):
        ticket = await ctx.uow.tickets.get(draft.ticket_id, lock=True)
        chain = approvers.draft_chain(ctx, ticket, draft) if ticket is not None else ()
        if ticket is not None and draft.step < len(chain):
            await draft_requests.close_requests(ctx, draft, ApprovalEnd.MOVED)
            _, approver = await ask(ctx, ticket, draft, chain[draft.step])
            facts = {"draft": draft.id, "to": approver.id if approver is not None else None}
            await ctx.uow.audit_log.record("approval_moved", ctx.now, ticket_id=ticket.id, facts=facts)
            await cards.sync(ctx, ticket)


async def start_rework(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> Draft:
    """Save a returned draft, and start the clock of its author."""
    returned = replace(draft, step_due=_due(ctx, rules.outcome_for(ctx, ticket).rework))
    await ctx.uow.drafts.save(returned)
    await _schedule(ctx, returned, DraftDeadline.REWORK)
    return returned


def _due(ctx: UseCaseContext, term: Duration | None) -> datetime | None:
    return ctx.municipality.calendar.add(ctx.now, term) if term is not None else None


async def _schedule(ctx: UseCaseContext, draft: Draft, deadline: DraftDeadline) -> None:
    if draft.step_due is not None:
        await ctx.uow.deadlines.schedule(
            draft.ticket_id, [(deadline.value, DueKind.OVERDUE.value, 1.0, draft.step_due)]
        )
