"""Approval of drafts, step by step, and the only way to publish them.

The first person who can be reached is asked for each step; the last approval publishes exactly the approved version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import Remark
from bot.domain.drafts import (
    RETURN_REMARK,
    Decision,
    Draft,
    DraftAct,
    DraftApproval,
    DraftState,
    DraftVersion,
    Wording,
    answer_kind,
    count_own_steps,
    count_passed,
    next_draft_state,
)
from bot.domain.errors import DraftChanged, NotApprover, OwnDraft
from bot.domain.notifications.approvals import ApprovalEnd, ApprovalGiven, DraftReturned
from bot.domain.people import Person
from bot.domain.tickets import State, Step, Ticket
from bot.services.answers import (
    answers,
    approval_requests,
    approvers,
    releases,
)
from bot.services.answers.approval_requests import INSTEAD_OF
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import draft_requests, rules, workflow


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of a submission: ``draft`` waits for ``approver``; without a draft the text is being published.

    ``is_part``: it was saved as a part of an answer that others combine.
    """

    ticket: Ticket
    draft: Draft | None = None
    approver: Person | None = None
    is_part: bool = False

    @property
    def approver_name(self) -> str | None:
        return self.approver.name if self.approver is not None else None


async def is_approved(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> bool:
    """Return whether every step that the rules ask for now has approved the draft's present version."""
    chain = approvers.draft_chain(ctx, ticket, draft)
    return count_passed(chain, await ctx.uow.drafts.list_approvals(draft.id), draft.version) == len(chain)


async def approve(ctx: UseCaseContext, ticket_id: int, person: Person, draft_id: int, version: int) -> Submitted:
    """Handle «Согласовать» and «Опубликовать» for exactly this *version* of the draft."""
    ticket, draft = await get_waiting(ctx, ticket_id, person, draft_id, version)
    chain = approvers.draft_chain(ctx, ticket, draft)
    passed = count_passed(chain, await ctx.uow.drafts.list_approvals(draft.id), draft.version)
    four_eyes = rules.outcome_for(ctx, ticket).four_eyes
    authors = await ctx.uow.drafts.list_version_authors(draft.id) if four_eyes else frozenset()
    held = await approvers.held_steps(ctx, ticket, person, chain, authors)
    own = count_own_steps(chain, passed, held, four_eyes=person.id in authors)
    return await approve_steps(ctx, ticket, draft, person, chain, passed, max(own, 1 if passed < len(chain) else 0))


async def approve_steps(
    ctx: UseCaseContext, ticket: Ticket, draft: Draft, person: Person, chain: Sequence[str], passed: int, count: int
) -> Submitted:
    """Record *count* approvals by *person*; publish after the last step, or ask for the next one."""
    was_asked = draft.approver_id is not None
    exclude = await ctx.uow.drafts.list_version_authors(draft.id) if rules.outcome_for(ctx, ticket).four_eyes else ()
    for step in range(passed, passed + count):
        approval = DraftApproval(draft.version, step, chain[step], person.id, Decision.APPROVED, ctx.now)
        await ctx.uow.drafts.add_approval(draft, approval)
        represented = await approvers.find_represented(ctx, ticket, person, chain[step], exclude)
        await record(ctx, "approval_approved", ticket, draft, person, instead_of=represented, role=chain[step])
    draft = replace(draft, step=passed + count)
    if draft.step >= len(chain):
        return Submitted(await _publish(ctx, ticket, draft, person))
    if draft.kind is Wording.ANSWER and ticket.state is not State.ANSWERING:
        owner = await approvers.owner_of(ctx, ticket, draft, person)
        ticket = await answers.start_answering(ctx, ticket, person, owner)
    if was_asked:
        await draft_requests.close_requests(ctx, draft, ApprovalEnd.APPROVED, person)
    draft, approver = await approval_requests.ask(ctx, ticket, draft, chain[draft.step])
    if was_asked:
        await _notify_author(ctx, ticket, draft, person, approver)
    await cards.sync(ctx, ticket, actor=person)
    return Submitted(ticket, draft, approver)


async def _publish(ctx: UseCaseContext, ticket: Ticket, draft: Draft, publisher: Person) -> Ticket:
    """Publish the approved version; what the rules ask for is checked once more."""
    approved = await version_of(ctx, draft)
    is_erased = not approved.text.strip() and not approved.media
    if is_erased or not await is_approved(ctx, ticket, draft):
        raise DraftChanged(number=ticket.id)
    await draft_requests.close_requests(ctx, draft, ApprovalEnd.PUBLISHED, publisher)
    state = next_draft_state(draft.state, DraftAct.PUBLISH)
    published = replace(draft, state=state, approver_id=None, approver_for_id=None, step_due=None)
    await ctx.uow.drafts.save(published)
    await record(ctx, "approval_published", ticket, draft, publisher)
    owner = await approvers.owner_of(ctx, ticket, draft, publisher)
    ticket = await releases.release_draft(ctx, draft, ticket, owner, publisher, approved)
    answer = await ctx.uow.answers.find_latest(ticket.id, answer_kind(draft.kind))
    await ctx.uow.drafts.save(replace(published, answer_id=answer.id if answer is not None else None))
    await _notify_author(ctx, ticket, draft, publisher, None)
    return ticket


async def return_draft(
    ctx: UseCaseContext, ticket_id: int, person: Person, draft_id: int, version: int, remark: str
) -> Ticket:
    """Handle «Вернуть с замечанием»: the draft goes back to its author."""
    ticket, draft = await get_waiting(ctx, ticket_id, person, draft_id, version)
    role = approvers.draft_chain(ctx, ticket, draft)[draft.step]
    excluded = await approvers.excluded_from(ctx, ticket, draft, role)
    represented = await approvers.find_represented(ctx, ticket, person, role, excluded)
    decision = DraftApproval(draft.version, draft.step, role, person.id, Decision.RETURNED, ctx.now)
    await ctx.uow.drafts.add_approval(draft, decision)
    await draft_requests.close_requests(ctx, draft, ApprovalEnd.RETURNED, person)
    state = next_draft_state(draft.state, DraftAct.RETURN)
    returned = replace(draft, state=state, step=0, approver_id=None, approver_for_id=None)
    draft = await approval_requests.start_rework(ctx, ticket, returned)
    await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, RETURN_REMARK, remark, ctx.now))
    await record(ctx, "approval_returned", ticket, draft, person, instead_of=represented)
    if draft.kind is Wording.ANSWER:
        ticket = await workflow.transition(ctx, ticket, Step.RETURN, person)
    else:
        await cards.sync(ctx, ticket, actor=person)
    note = DraftReturned(ticket_id=ticket.id, draft_id=draft.id, version=draft.version, name=person.name, remark=remark)
    for reader in await approvers.writers_of(ctx, ticket, draft):
        await notify.notify(ctx, reader, note, ticket=ticket)
    return ticket


async def get_waiting(
    ctx: UseCaseContext, ticket_id: int, person: Person, draft_id: int, version: int
) -> tuple[Ticket, Draft]:
    """Return the ticket and its draft, if this *version* waits for *person*; raise the refusal otherwise."""
    ticket = await workflow.get(ctx, ticket_id)
    draft = await ctx.uow.drafts.get(draft_id)
    if draft is None or draft.ticket_id != ticket.id or draft.version != version:
        raise DraftChanged(number=ticket.id)
    if draft.state is not DraftState.WAITING:
        raise DraftChanged(number=ticket.id)
    if not await may_decide(ctx, ticket, draft, person):
        outcome = rules.outcome_for(ctx, ticket)
        if outcome.four_eyes and person.id in await ctx.uow.drafts.list_version_authors(draft.id):
            raise OwnDraft(number=ticket.id)
        name = await ctx.uow.staff.find_name(draft.approver_id) if draft.approver_id is not None else None
        raise NotApprover(number=ticket.id, name=name)
    return ticket, draft


async def may_decide(ctx: UseCaseContext, ticket: Ticket, draft: Draft, person: Person) -> bool:
    """Return whether *person* may decide on the draft's next step: its holder, or the one who was asked instead."""
    chain = approvers.draft_chain(ctx, ticket, draft)
    passed = count_passed(chain, await ctx.uow.drafts.list_approvals(draft.id), draft.version)
    if passed >= len(chain):  # the rules ask for less than when the draft was submitted
        return person.id == draft.approver_id
    excluded = await approvers.excluded_from(ctx, ticket, draft, chain[passed])
    if person.id in excluded:
        return False
    return person.id == draft.approver_id or await approvers.holds_step(ctx, ticket, person, chain[passed], excluded)


async def version_of(ctx: UseCaseContext, draft: Draft) -> DraftVersion:
    found = await ctx.uow.drafts.get_version(draft.id, draft.version)
    if found is None:
        raise DraftChanged(number=draft.ticket_id)
    return found


async def _notify_author(
    ctx: UseCaseContext, ticket: Ticket, draft: Draft, actor: Person, approver: Person | None
) -> None:
    """Tell the author that *actor* has approved the draft, which waits for *approver* now or is published."""
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    if author is not None and author != actor:
        name = approver.name if approver is not None else None
        await notify.notify(
            ctx, author, ApprovalGiven(ticket_id=ticket.id, name=actor.name, approver=name), ticket=ticket
        )


async def record(
    ctx: UseCaseContext,
    action: str,
    ticket: Ticket,
    draft: Draft,
    person: Person,
    *,
    instead_of: Person | None = None,
    **facts: str,
) -> None:
    """Write the audit; *instead_of*: the absent colleague for whom *person* acts."""
    known = {"draft": draft.id, "version": draft.version, "kind": draft.kind.value}
    known |= {INSTEAD_OF: instead_of.id} if instead_of is not None else {}
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person.id, ticket_id=ticket.id, facts=known | facts)
