"""Questions to approvers that are over, and drafts whose ticket was handed over or closed."""

from dataclasses import replace
from datetime import datetime

from bot.domain.delegations import DelegationState
from bot.domain.drafts import Draft, DraftAct, DraftDeadline, DraftState, Wording, next_draft_state
from bot.domain.notifications.approvals import ApprovalClosed, ApprovalEnd, DraftLapsed, DraftVoided
from bot.domain.notifications.delegations import DelegationWithdrawn
from bot.domain.people import Person
from bot.domain.tickets import Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import draft_clocks
from bot.services.notifications import notify

_LAPSE_STEPS = frozenset({Step.HAND_OVER, Step.UNSURE})
_VOID_STEPS = frozenset(
    {Step.DISMISS, Step.ERASE, Step.CLOSE_WITHOUT_ANSWER, Step.CLOSE, Step.NOT_SOLVED, Step.ANSWER_REMOVED}
)

_EARLIER_TEXTS = frozenset({Wording.QUESTION, Wording.INTERIM, Wording.REFERRAL, Wording.EXTENSION})
"""Texts that come before the answer."""


def request_kind(draft: Draft) -> str:
    """Return the name by which the questions about this version of *draft* are found among the sent messages."""
    return f"approval:{draft.id}.{draft.version}"


async def close_requests(ctx: UseCaseContext, draft: Draft, end: ApprovalEnd, actor: Person | None = None) -> None:
    """Take the buttons from all open questions about *draft*, say why, and stop the clock of its step.

    A question that was answered keeps its answer: a version that was returned has not been approved later.
    """
    await ctx.uow.deadlines.cancel(draft.ticket_id, [DraftDeadline.APPROVE, DraftDeadline.REWORK])
    if draft.state is not DraftState.WAITING:
        return
    note = ApprovalClosed(ticket_id=draft.ticket_id, end=end, name=actor.name if actor is not None else None)
    kind = request_kind(draft)
    for account, chat_id, message_id in await ctx.uow.sent_messages.list_for_ticket(draft.ticket_id, kind):
        await notify.edit_notification(ctx, account, chat_id, message_id, note)


async def start_clock(ctx: UseCaseContext, ticket: Ticket, deadline: DraftDeadline, due: datetime) -> None:
    """Start the clock of a step of a draft that ends at *due*."""
    await draft_clocks.schedule_step(ctx, ticket, deadline, due)


async def on_step(ctx: UseCaseContext, ticket: Ticket, step: Step, actor: Person | None) -> None:
    """Let the open drafts of *ticket* follow it: they go along to another block, and are void without it."""
    if step in _LAPSE_STEPS | _VOID_STEPS | {Step.APPROVE}:
        await _end_delegations(ctx, ticket, step)
    if step in _LAPSE_STEPS:
        for draft in await ctx.uow.drafts.list_open(ticket.id):
            if draft.state is not DraftState.WRITING:
                await _end(ctx, ticket, draft, DraftAct.LAPSE, actor)
    elif step in _VOID_STEPS:
        await cancel_all(ctx, ticket, actor)
    elif step is Step.APPROVE:  # nobody waits for an interim answer or asks any more; the answer's draft is published
        others = [one for one in await ctx.uow.drafts.list_open(ticket.id) if one.kind in _EARLIER_TEXTS]
        for draft in others:
            await _end(ctx, ticket, draft, DraftAct.VOID, actor)


async def _end_delegations(ctx: UseCaseContext, ticket: Ticket, step: Step) -> None:
    """End the delegations of *ticket*: its answer is published, or the ticket is not this block's any more."""
    state = DelegationState.DONE if step is Step.APPROVE else DelegationState.WITHDRAWN
    for person_id in await ctx.uow.delegations.end_all(ticket.id, state):
        person = ctx.municipality.staff.find_by_id(person_id)
        if person is not None and state is DelegationState.WITHDRAWN:
            await notify.notify(ctx, person, DelegationWithdrawn(ticket_id=ticket.id), ticket=ticket)


async def cancel_all(ctx: UseCaseContext, ticket: Ticket, actor: Person | None) -> None:
    """End the open drafts of a ticket that needs none any more."""
    for draft in await ctx.uow.drafts.list_open(ticket.id):
        await _end(ctx, ticket, draft, DraftAct.VOID, actor)


async def _end(ctx: UseCaseContext, ticket: Ticket, draft: Draft, act: DraftAct, actor: Person | None) -> None:
    state = next_draft_state(draft.state, act)
    await ctx.uow.drafts.save(
        replace(draft, state=state, step=0, approver_id=None, approver_for_id=None, step_due=None)
    )
    is_lapse = act is DraftAct.LAPSE
    action = "approval_lapsed" if is_lapse else "approval_void"
    facts = {"draft": draft.id, "version": draft.version}
    await ctx.uow.audit_log.record(action, ctx.now, ticket_id=ticket.id, facts=facts)
    await close_requests(ctx, draft, ApprovalEnd.LAPSED if is_lapse else ApprovalEnd.VOID, actor)
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    if author is not None and author != actor:
        note = DraftLapsed if is_lapse else DraftVoided
        await notify.notify(ctx, author, note(ticket_id=ticket.id), ticket=ticket)
