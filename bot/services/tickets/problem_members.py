"""Members of a problem: they take most steps together with the ticket that leads them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import TakenByOther
from bot.domain.people import Person
from bot.domain.problems import Candidate
from bot.domain.ticket_changes import TicketChange
from bot.domain.ticket_history import member_facts
from bot.domain.tickets import SHARED_BY_MEMBERS, TRANSITIONS, State, Step, Ticket, next_state
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import entries, member_clocks
from bot.services.tickets.problem_matching import ProblemMatch
from bot.services.tickets.questions import schedule_questions

ANSWERED_STATES = (State.PUBLISHING, State.ANSWERED)
"""A ticket that joins a problem in one of these states gets the existing answer."""


async def find_or_create_lead(ctx: UseCaseContext, match: ProblemMatch) -> Ticket | None:
    """Return the lead of the match, with a problem, created if the ticket was alone.

    Return ``None`` without a candidate, or if another process has changed it meanwhile (for example closed it).
    """
    if match.candidate is None:
        return None
    lead = await ctx.uow.tickets.get(match.candidate.lead_id, lock=True)
    if lead is None or not _is_unchanged(lead, match.candidate):
        return None
    if lead.problem_id is not None:
        return lead
    problem_id = await ctx.uow.problems.create(lead, match.subject_family, match.event.to_record(), ctx.now)
    await ctx.uow.audit_log.record("problem", ctx.now, ticket_id=lead.id, facts={"problem": problem_id})
    return replace(lead, problem_id=problem_id)


def _is_unchanged(lead: Ticket, candidate: Candidate) -> bool:
    answered = lead.state in ANSWERED_STATES
    if candidate.problem_id is None and (lead.lead_id is not None or lead.state is State.ANSWERING):
        return False  # a ticket that is being answered starts no problem
    return answered == candidate.answered and (lead.is_open or answered)


def inherited_state(lead: Ticket) -> State:
    """Return the state of a ticket that joins *lead*: if that has an answer, the answer is published for it as well."""
    return State.PUBLISHING if lead.state in ANSWERED_STATES else lead.state


async def add_member(ctx: UseCaseContext, lead: Ticket, author_key: str | None, match: ProblemMatch) -> None:
    """Count a new member of *author_key* in the problem of *lead*."""
    problem_id = lead.problem_id or 0
    known = author_key is not None and await ctx.uow.problems.has_author(problem_id, author_key)
    ctx.uow.problems.add_members(
        problem_id, members=1, people=0 if known else 1, fingerprint=match.event.to_record(), heard_at=ctx.now
    )


async def apply_step_to_members(
    ctx: UseCaseContext, lead: Ticket, step: Step, actor: Person | None, change: TicketChange
) -> None:
    """Apply *step*, which *lead* has taken, to all members that can take it."""
    if not lead.is_problem_lead or lead.problem_id is None or step not in SHARED_BY_MEMBERS:
        return
    steps = {state: to for (state, taken), to in TRANSITIONS.items() if taken is step}
    moved = await ctx.uow.problems.transition_members(lead.problem_id, steps, change.for_members())
    facts = {ticket_id: member_facts(was, steps[was], lead, change) for ticket_id, was in moved}
    await ctx.uow.audit_log.record_all(step.value, ctx.now, facts, person_id=actor.id if actor else None)


async def split_off(ctx: UseCaseContext, member: Ticket, actor: Person | None) -> Ticket:
    """Take *member* out of its problem; no ticket joins it automatically any more."""
    changed = await ctx.uow.tickets.update(member, TicketChange(problem_id=None, lead_id=None))
    if changed is None or member.lead_id is None or member.problem_id is None:
        raise TakenByOther(number=member.id)
    person_id, facts = actor.id if actor else None, {"from": member.lead_id}
    await ctx.uow.audit_log.record("split", ctx.now, person_id=person_id, ticket_id=member.id, facts=facts)
    await ctx.uow.problems.recount(member.problem_id)
    await sync_lead_card(ctx, member.lead_id)
    return changed


async def return_members(ctx: UseCaseContext, lead: Ticket) -> None:
    """Return all answered members of the problem to work: the answer has solved nothing."""
    change = TicketChange(assignee_id=None, accepted_at=None, accept_due=lead.accept_due, answer_due=lead.answer_due)
    steps = {State.ANSWERED: next_state(State.ANSWERED, Step.NOT_SOLVED)}
    moved = await ctx.uow.problems.transition_members(lead.problem_id or 0, steps, change)
    facts = {ticket_id: member_facts(was, steps[was], lead, change) for ticket_id, was in moved}
    await ctx.uow.audit_log.record_all(Step.NOT_SOLVED.value, ctx.now, facts)
    await member_clocks.restart(ctx, lead)
    await sync_lead_card(ctx, lead.id)


async def requeue(ctx: UseCaseContext, lead: Ticket, actor: Person) -> None:
    """Return members whose answer could not be published to publishing."""
    steps = {State.ACCEPTED: State.PUBLISHING}
    moved = await ctx.uow.problems.transition_members(lead.problem_id or 0, steps, TicketChange())
    facts = {"was": State.ACCEPTED.value, "now": State.PUBLISHING.value, "with": lead.id}
    records = {ticket_id: facts for ticket_id, _ in moved}
    await ctx.uow.audit_log.record_all(Step.APPROVE.value, ctx.now, records, person_id=actor.id)


async def mark_answered(ctx: UseCaseContext, lead_id: int, ids: Sequence[int]) -> None:
    """Record that the answer is posted where these members read it."""
    await _record_transitions(
        ctx, Step.PUBLICATION_CONFIRMED, State.ANSWERED, await ctx.uow.problems.mark_answered(ids, ctx.now)
    )
    await sync_lead_card(ctx, lead_id)


async def mark_answered_by(ctx: UseCaseContext, publication_id: int) -> None:
    """Do the same for all members that a publication covers in addition to its own."""
    done = await ctx.uow.problems.end_publishing_of_covered(publication_id, State.ANSWERED, ctx.now)
    await _record_transitions(ctx, Step.PUBLICATION_CONFIRMED, State.ANSWERED, done)


async def mark_failed_by(ctx: UseCaseContext, publication_id: int) -> None:
    """Return all members that a failed publication covers to work."""
    back = await ctx.uow.problems.end_publishing_of_covered(publication_id, State.ACCEPTED)
    await _record_transitions(ctx, Step.PUBLICATION_FAILED, State.ACCEPTED, back)


async def _record_transitions(
    ctx: UseCaseContext, step: Step, state: State, ids: Sequence[int], was: State = State.PUBLISHING
) -> None:
    facts = {"was": was.value, "now": state.value}
    await ctx.uow.audit_log.record_all(step.value, ctx.now, dict.fromkeys(ids, facts))
    if step is Step.PUBLICATION_CONFIRMED:
        await schedule_questions(ctx, ids)
        await entries.request_copies(ctx, ids)


async def sync_lead_card(ctx: UseCaseContext, lead_id: int) -> None:
    """Update the member count on the problem's card; delayed, because many come at once."""
    lead = await ctx.uow.tickets.get(lead_id)
    if lead is not None:
        await cards.sync(ctx, lead, can_wait=True)
