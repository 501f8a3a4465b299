"""Approval of texts for citizens: the one entrance for all that a person words, and the only way to publish it.

A text that needs nobody else's approval is published at once. Any other waits as a version of a draft: the first
person who can be reached is asked, step by step, and the last approval publishes exactly the approved version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.answers import PublicationState
from bot.domain.audit import Remark
from bot.domain.drafts import (
    POST_STEP,
    Decision,
    Draft,
    DraftAct,
    DraftApproval,
    DraftState,
    DraftVersion,
    Wording,
    count_own_steps,
    count_passed,
    next_draft_state,
)
from bot.domain.errors import DraftChanged, EmptyAnswer, NotApprover, OwnDraft
from bot.domain.json_types import Json
from bot.domain.notifications.approvals import ApprovalEnd, ApprovalGiven, DraftReturned
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Step, Ticket
from bot.domain.view_data import SubmissionFacts
from bot.services import responsibility
from bot.services.answers import (
    answers,
    approval_requests,
    approvers,
    clarifications,
    corrections,
    delegations,
    extensions,
    interim_answers,
    referrals,
    releases,
)
from bot.services.answers.approval_requests import INSTEAD_OF, RETURN_REMARK
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import draft_requests, rules, workflow

_EARLY_KINDS = (Wording.QUESTION, Wording.INTERIM, Wording.EXTENSION)
"""Kinds of texts that answer nothing."""


def answer_kind(kind: Wording) -> Wording:
    """Return the kind under which a published text of *kind* is stored among the answers."""
    return kind if kind in _EARLY_KINDS else Wording.ANSWER


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of a submission: ``draft`` waits for ``approver``; without a draft the text is being published.

    ``is_part``: it was saved as a part of an answer that others combine.
    """

    ticket: Ticket
    draft: Draft | None = None
    approver: Person | None = None
    is_part: bool = False


async def check_can_write(ctx: UseCaseContext, ticket_id: int, person: Person, kind: Wording) -> Ticket:
    """Return the ticket if *person* may word a text of *kind* for its citizen now; raise the refusal otherwise."""
    ticket = await workflow.get(ctx, ticket_id)
    draft = await ctx.uow.drafts.find_open(ticket.id, kind)
    if draft is not None and draft.state is DraftState.WAITING and await may_decide(ctx, ticket, draft, person):
        return ticket  # an approver changes what waits for them
    if kind is Wording.FOLLOW_UP:
        return await answers.check_can_send_further_answer(ctx, ticket_id, person)
    if kind is Wording.CORRECTION:
        return (await corrections.check_can_correct(ctx, ticket_id, person))[0]
    if kind is Wording.QUESTION:
        return await clarifications.check_can_ask(ctx, ticket_id, person)
    if kind is Wording.REFERRAL:
        return await referrals.check_can_refer(ctx, ticket_id, person)
    if kind is Wording.EXTENSION:
        return await extensions.check_can_extend(ctx, ticket_id, person)
    if not await approvers.may_draft(ctx, ticket, person):
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    if kind is Wording.INTERIM:
        await interim_answers.check_possible(ctx, ticket)
        return ticket
    if draft is None or ticket.state is not State.ANSWERING:
        await answers.check_answerable(ctx, ticket, person)
    return ticket


async def submit(
    ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording, text: str, media: Sequence[Json]
) -> Submitted:
    """Publish what *person* has worded, if nobody else has to approve it; otherwise ask for the next approval."""
    if not text.strip() and not media:
        raise EmptyAnswer()
    ticket = await check_can_write(ctx, ticket.id, person, kind)
    check_text(ctx, ticket.id, kind, text)
    if kind is Wording.ANSWER and await delegations.is_part(ctx, ticket, person):
        await delegations.give_part(ctx, ticket, person, text, media)
        return Submitted(ticket, is_part=True)
    if not await needs_approval(ctx, ticket, person, kind):
        return Submitted(await releases.RELEASES[kind](ctx, ticket, person, person, text, media))
    if (approved := await _find_approved(ctx, ticket, person, kind, text, media)) is not None:
        owner = await approvers.owner_of(ctx, ticket, approved, person)
        return Submitted(await releases.RELEASES[kind](ctx, ticket, owner, person, text, media))
    draft = await _add_version(ctx, ticket, person, kind, text, media)
    if draft.needs_post:
        await delegations.mark_given(ctx, ticket, person)
    chain = approvers.draft_chain(ctx, ticket, draft)
    own = await approvers.count_own(ctx, ticket, person, chain)
    return await _approve_steps(ctx, ticket, draft, person, chain, 0, own)


def check_text(ctx: UseCaseContext, ticket_id: int, kind: Wording, text: str) -> None:
    """Raise a refusal for a text that nobody could approve as a text of *kind*."""
    if kind is Wording.QUESTION:
        clarifications.check_length(ticket_id, text)
    elif kind is Wording.INTERIM:
        interim_answers.read_promise(ctx, ticket_id, text)


async def needs_approval(ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording) -> bool:
    """Return whether a text of *person* goes through the steps of a draft, be it that all of them are their own."""
    return (
        bool(await _chain_for(ctx, ticket, person, kind)) or await ctx.uow.drafts.find_open(ticket.id, kind) is not None
    )


async def _chain_for(ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording) -> tuple[str, ...]:
    """Return the steps that a new draft of *person* needs."""
    with_post = await approvers.needs_post(ctx, ticket, person, kind)
    return approvers.chain_of(ctx, ticket, with_post=with_post) or approvers.term_chain(ctx, ticket, kind, person)


async def foresee(
    ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording, text: str, media: Sequence[Json]
) -> SubmissionFacts | None:
    """Return what :func:`submit` would do; ``None`` if no rule asks for anybody's approval."""
    draft = await ctx.uow.drafts.find_open(ticket.id, kind)
    chain = await _chain_for(ctx, ticket, person, kind) if draft is None else approvers.draft_chain(ctx, ticket, draft)
    if not chain or await _find_approved(ctx, ticket, person, kind, text, media) is not None:
        return None
    own = await approvers.count_own(ctx, ticket, person, chain)
    if own == len(chain):
        return SubmissionFacts(is_published=True)
    authors = await approvers.excluded_from(ctx, ticket, draft, chain[own]) if draft is not None else ()
    own_text = (person.id,) if rules.outcome_for(ctx, ticket).four_eyes or chain[own] != POST_STEP else ()
    approver = await approvers.find_approver(ctx, ticket, chain[own], {*authors, *own_text})
    return SubmissionFacts(is_published=False, approver=approver.person.name if approver is not None else None)


async def _find_approved(
    ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording, text: str, media: Sequence[Json]
) -> Draft | None:
    """Return the published draft of exactly this text, if nobody can read it: it is approved, and is sent again.

    Its publications have failed or disappeared; *person* may answer the ticket.
    """
    if kind in _EARLY_KINDS:
        return None
    draft = await ctx.uow.drafts.find_published(ticket.id, kind)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if draft is None or answer is None or draft.answer_id != answer.id:
        return None
    if not (await _version_of(ctx, draft)).is_same_text(text, media):
        return None
    states = set(await ctx.uow.answers.count_by_state(answer.id))
    if not states or states - {PublicationState.FAILED, PublicationState.REMOVED}:
        return None
    may_answer = await responsibility.has_right(ctx, person, Right.ANSWER, ticket)
    return draft if may_answer and await _is_approved(ctx, ticket, draft) else None


async def _is_approved(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> bool:
    """Return whether every step that the rules ask for now has approved the draft's present version."""
    chain = approvers.draft_chain(ctx, ticket, draft)
    return count_passed(chain, await ctx.uow.drafts.list_approvals(draft.id), draft.version) == len(chain)


async def _add_version(
    ctx: UseCaseContext, ticket: Ticket, person: Person, kind: Wording, text: str, media: Sequence[Json]
) -> Draft:
    """Add a version to the ticket's open draft of *kind*, or to a new one; earlier approvals do not count for it."""
    before = await ctx.uow.drafts.find_open(ticket.id, kind)
    if before is None:
        needs_post = await approvers.needs_post(ctx, ticket, person, kind)
        before = await ctx.uow.drafts.add(ticket.id, kind, person.id, ctx.now, needs_post=needs_post)
    else:
        await draft_requests.close_requests(ctx, before, ApprovalEnd.CHANGED, person)
    state = next_draft_state(before.state, DraftAct.SUBMIT)
    version = before.version + 1
    draft = replace(before, state=state, version=version, step=0, approver_id=None, approver_for_id=None, step_due=None)
    await ctx.uow.drafts.add_version(draft, person.id, text, media, ctx.now)
    await ctx.uow.drafts.save(draft)
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    stands_in = author is not None and author != person and await responsibility.acting_for(ctx, author) == person
    await _record(ctx, "approval_submitted", ticket, draft, person, instead_of=author if stands_in else None)
    return draft


async def approve(ctx: UseCaseContext, ticket_id: int, person: Person, draft_id: int, version: int) -> Submitted:
    """Handle «Согласовать» and «Опубликовать» for exactly this *version* of the draft."""
    ticket, draft = await get_waiting(ctx, ticket_id, person, draft_id, version)
    chain = approvers.draft_chain(ctx, ticket, draft)
    passed = count_passed(chain, await ctx.uow.drafts.list_approvals(draft.id), draft.version)
    four_eyes = rules.outcome_for(ctx, ticket).four_eyes
    authors = await ctx.uow.drafts.list_version_authors(draft.id) if four_eyes else frozenset()
    held = await approvers.held_steps(ctx, ticket, person, chain, authors)
    own = count_own_steps(chain, passed, held, four_eyes=person.id in authors)
    return await _approve_steps(ctx, ticket, draft, person, chain, passed, max(own, 1 if passed < len(chain) else 0))


async def _approve_steps(
    ctx: UseCaseContext, ticket: Ticket, draft: Draft, person: Person, chain: Sequence[str], passed: int, count: int
) -> Submitted:
    """Record *count* approvals by *person*; publish after the last step, or ask for the next one."""
    was_asked = draft.approver_id is not None
    exclude = await ctx.uow.drafts.list_version_authors(draft.id) if rules.outcome_for(ctx, ticket).four_eyes else ()
    for step in range(passed, passed + count):
        approval = DraftApproval(draft.version, step, chain[step], person.id, Decision.APPROVED, ctx.now)
        await ctx.uow.drafts.add_approval(draft, approval)
        represented = await approvers.find_represented(ctx, ticket, person, chain[step], exclude)
        await _record(ctx, "approval_approved", ticket, draft, person, instead_of=represented, role=chain[step])
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
    approved = await _version_of(ctx, draft)
    is_erased = not approved.text.strip() and not approved.media
    if is_erased or not await _is_approved(ctx, ticket, draft):
        raise DraftChanged(number=ticket.id)
    await draft_requests.close_requests(ctx, draft, ApprovalEnd.PUBLISHED, publisher)
    state = next_draft_state(draft.state, DraftAct.PUBLISH)
    published = replace(draft, state=state, approver_id=None, approver_for_id=None, step_due=None)
    await ctx.uow.drafts.save(published)
    await _record(ctx, "approval_published", ticket, draft, publisher)
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
    await _record(ctx, "approval_returned", ticket, draft, person, instead_of=represented)
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


async def _version_of(ctx: UseCaseContext, draft: Draft) -> DraftVersion:
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


async def _record(
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
