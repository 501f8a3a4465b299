"""Submission of texts for citizens: the one entrance for all that a person words.

A text that needs nobody else's approval is published at once. Any other waits as a version of a draft.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.answers import PublicationState
from bot.domain.drafts import (
    EARLY_KINDS,
    POST_STEP,
    Draft,
    DraftAct,
    DraftState,
    Wording,
    next_draft_state,
)
from bot.domain.errors import EmptyAnswer
from bot.domain.json_types import Json
from bot.domain.notifications.approvals import ApprovalEnd
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.domain.view_data import SubmissionFacts
from bot.services.answers import (
    answers,
    approvals,
    approvers,
    clarifications,
    corrections,
    delegations,
    extensions,
    interim_answers,
    referrals,
    releases,
)
from bot.services.answers.approvals import Submitted
from bot.services.context import UseCaseContext, responsibility
from bot.services.tickets import draft_requests, rules, workflow


async def check_can_write(ctx: UseCaseContext, ticket_id: int, person: Person, kind: Wording) -> Ticket:
    """Return the ticket if *person* may word a text of *kind* for its citizen now; raise the refusal otherwise."""
    ticket = await workflow.get(ctx, ticket_id)
    draft = await ctx.uow.drafts.find_open(ticket.id, kind)
    is_waiting = draft is not None and draft.state is DraftState.WAITING
    if draft is not None and is_waiting and await approvals.may_decide(ctx, ticket, draft, person):
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
    return await approvals.approve_steps(ctx, ticket, draft, person, chain, 0, own)


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
    if kind in EARLY_KINDS:
        return None
    draft = await ctx.uow.drafts.find_published(ticket.id, kind)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if draft is None or answer is None or draft.answer_id != answer.id:
        return None
    if not (await approvals.version_of(ctx, draft)).is_same_text(text, media):
        return None
    states = set(await ctx.uow.answers.count_by_state(answer.id))
    if not states or states - {PublicationState.FAILED, PublicationState.REMOVED}:
        return None
    may_answer = await responsibility.has_right(ctx, person, Right.ANSWER, ticket)
    return draft if may_answer and await approvals.is_approved(ctx, ticket, draft) else None


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
    await approvals.record(ctx, "approval_submitted", ticket, draft, person, instead_of=author if stands_in else None)
    return draft
