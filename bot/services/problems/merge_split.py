"""Problems (several tickets about one event) for people: counts, lists of members, splitting and merging."""

from collections.abc import Sequence

from bot.domain.answers import Answer
from bot.domain.deadlines import DeadlineKind
from bot.domain.dialogs import TICKET_STEPS
from bot.domain.errors import OutdatedButton, PartOfProblem, TakenByOther
from bot.domain.json_types import Json
from bot.domain.messages import MessageRole
from bot.domain.notifications.dialogs import DraftVoidMerged
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.ticket_history import change_facts, merged_member_facts
from bot.domain.tickets import State, Step, Ticket
from bot.domain.view_data import ProblemFacts
from bot.services.answers import broadcast
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import draft_requests, member_clocks, problem_matching, problem_members, workflow
from bot.understanding.events.matcher import OpenEvent

PAGE_SIZE = 8
"""Tickets on a page of the member list."""

MAX_SIMILAR = 6
"""Tickets offered for a merge."""


async def problem_facts(ctx: UseCaseContext, ticket: Ticket, answer: Answer | None) -> ProblemFacts | None:
    """Return the facts about its problem for the card of *ticket*. *answer*: the latest."""
    if ticket.problem_id is None:
        return None
    if ticket.lead_id is not None:
        return ProblemFacts(ticket.lead_id)
    problem = await ctx.uow.problems.get(ticket.problem_id)
    if problem is None or problem.members < 2:
        return None
    return ProblemFacts(
        ticket.id,
        problem.members,
        problem.people,
        len(problem.sketch["chats"]),
        problem.heard_at,
        await ctx.uow.answers.count_by_state(answer.id) if answer is not None and answer.problem_id is not None else {},
    )


async def check_can_list_members(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket that leads a problem, if *person* may see it."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.SEE_TICKET, ticket)
    if not ticket.is_problem_lead:
        raise OutdatedButton(number=ticket.id)
    return ticket


async def list_members(ctx: UseCaseContext, lead: Ticket, page_number: int) -> list[Ticket]:
    """Return a page of the problem's tickets, the oldest first; pages start at 0."""
    return await ctx.uow.problems.list_tickets(lead.problem_id or 0, page_number * PAGE_SIZE, PAGE_SIZE)


async def split_ticket(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Handle «Отделить»: the ticket leaves its problem and gets a card and deadlines of its own.

    If it was answered or closed with the others, it returns to work. No ticket joins it automatically any more.
    """
    ticket = await workflow.get(ctx, ticket_id)
    if ticket.lead_id is None or ticket.problem_id is None or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    lead = await workflow.get(ctx, ticket.lead_id)
    await workflow.check_right(ctx, person, Right.GROUP, lead)
    changed = await problem_members.split_off(ctx, ticket, person)
    await member_clocks.leave(ctx, lead, changed)
    if changed.state is State.ANSWERING:  # the draft that waits for approval is about the others
        changed = await workflow.transition(ctx, changed, Step.RETURN, person)
    if changed.is_open:
        changed = await deadlines.recompute(ctx, changed)
        await deadlines.reschedule(ctx, changed, await deadlines.compute_plan(ctx, changed))
        await cards.sync(ctx, changed, actor=person)
    else:
        await workflow.restart(
            ctx, changed, Step.NOT_SOLVED if changed.state is State.ANSWERED else Step.REOPEN, person
        )
    await cards.sync(ctx, lead, actor=person)
    return changed


async def check_can_merge(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may merge it: it is alone or leads a problem."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.GROUP, ticket)
    if ticket.lead_id is not None:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)
    if not ticket.is_open or ticket.state is State.PUBLISHING or ticket.divided_from is not None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def list_similar(ctx: UseCaseContext, ticket: Ticket, person: Person) -> list[Ticket]:
    """List tickets that *ticket* may belong with, the likeliest first."""
    reading = ctx.municipality.understanding.read(ticket.text)
    roots = [m for m in await ctx.uow.messages.list_for_ticket(ticket.id) if m.part is MessageRole.ROOT]
    found = await problem_matching.suggest_problems(ctx, ticket.text, reading, roots[0] if roots else None)
    known = await ctx.uow.tickets.get_many({one.lead_id for one in found if one.lead_id != ticket.id})
    tickets = [known[one.lead_id] for one in found if one.lead_id in known]
    return [one for one in tickets if ctx.municipality.staff.has_right(person, Right.GROUP, one.sector, one.district)][
        :MAX_SIMILAR
    ]


async def merge_tickets(ctx: UseCaseContext, ticket_id: int, other_id: int, person: Person) -> Ticket:
    """Handle «Объединить»: the ticket and its members join the problem of *other_id*; return the lead.

    The earlier of the two deadlines applies. If that problem has been answered already, the ticket gets the answer.
    """
    await ctx.uow.lock(problem_matching.LOCK_KEY)
    ticket = await check_can_merge(ctx, ticket_id, person)
    lead = await workflow.get(ctx, other_id)
    lead = lead if lead.lead_id is None else await workflow.get(ctx, lead.lead_id)
    await workflow.check_right(ctx, person, Right.GROUP, lead)
    answered = lead.state in problem_members.ANSWERED_STATES
    if (
        lead.id == ticket.id
        or lead.divided_from is not None  # its message belongs to another ticket
        or not (lead.is_open or answered)
        or (answered and (ticket.is_problem_lead or not lead.is_problem_lead))
    ):
        raise OutdatedButton(number=lead.id, state=lead.state.value)
    lead = await _ensure_problem(ctx, lead)
    moved = await _merge_fingerprints(ctx, lead, ticket, person)
    joined = await ctx.uow.tickets.update(
        ticket,
        TicketChange(
            state=problem_members.inherited_state(lead),
            sector=lead.sector,
            assignee_id=lead.assignee_id,
            problem_id=lead.problem_id,
            lead_id=lead.id,
            subject_family=None,
            fingerprint=None,
        ),
    )
    if joined is None:
        raise TakenByOther(number=ticket.id)
    await ctx.uow.problems.recount(lead.problem_id or 0)
    await ctx.uow.deadlines.cancel(ticket.id, [limit.value for limit in DeadlineKind])
    facts = change_facts(ticket, joined) | {"with": lead.id}
    await ctx.uow.audit_log.record("merge", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    for member in (joined, *moved):
        await member_clocks.join(ctx, lead, member)
    await draft_requests.cancel_all(ctx, joined, person)
    await workflow.cancel_dialogs(ctx, joined, TICKET_STEPS, person, DraftVoidMerged(ticket_id=joined.id))
    if lead.is_open and (ticket.accept_due < lead.accept_due or ticket.answer_due < lead.answer_due):
        lead = await deadlines.tighten(ctx, lead, ticket.accept_due, ticket.answer_due)
    await cards.sync(ctx, joined, actor=person)
    await cards.sync(ctx, lead, actor=person)
    for message in await ctx.uow.messages.list_for_ticket(joined.id):
        if message.part in (MessageRole.ROOT, MessageRole.COPY):
            await broadcast.answer_latecomer(ctx, joined, message)
    return lead


async def _ensure_problem(ctx: UseCaseContext, lead: Ticket) -> Ticket:
    """Return *lead* with a problem, created if needed."""
    if lead.problem_id is not None:
        return lead
    fingerprint = await ctx.uow.problems.get_fingerprint(lead) or _empty_fingerprint(ctx)
    matcher = ctx.municipality.understanding.event_matcher
    family = min((matcher.subject_family(subject) for subject in fingerprint["subjects"]), default="")
    problem_id = await ctx.uow.problems.create(lead, family, fingerprint, ctx.now)
    await ctx.uow.audit_log.record("problem", ctx.now, ticket_id=lead.id, facts={"problem": problem_id})
    return await workflow.get(ctx, lead.id)


async def _merge_fingerprints(ctx: UseCaseContext, lead: Ticket, ticket: Ticket, person: Person) -> Sequence[Ticket]:
    """Move the fingerprint, upvotes and members of *ticket* to the problem of *lead*; return the open members."""
    other_fingerprint = await ctx.uow.problems.get_fingerprint(ticket)
    if other_fingerprint is not None:
        event = OpenEvent.from_record(0, await ctx.uow.problems.get_fingerprint(lead) or _empty_fingerprint(ctx))
        event.merge(OpenEvent.from_record(0, other_fingerprint))
        await ctx.uow.problems.recount(lead.problem_id or 0, event.to_record())
    await ctx.uow.upvotes.move_all(ticket.id, lead.id)
    if ticket.problem_id is None:
        return ()
    moved = await ctx.uow.problems.merge(ticket.problem_id, lead)
    facts = {one.id: merged_member_facts(one, lead) for one in moved}
    await ctx.uow.audit_log.record_all("merge", ctx.now, facts, person_id=person.id)
    return [one for one in moved if one.is_open]


def _empty_fingerprint(ctx: UseCaseContext) -> Json:
    return OpenEvent(0, ctx.now.timestamp()).to_record()
