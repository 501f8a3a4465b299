"""Several tickets about one event as people see and change them: counted, listed, taken apart, put together."""

from bot.domain.answers import Answer
from bot.domain.deadlines import DeadlineKind
from bot.domain.errors import OutdatedButton, PartOfProblem, TakenByOther
from bot.domain.json_types import Json
from bot.domain.messages import MessageRole
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket
from bot.domain.view_data import ProblemFacts
from bot.services.answers import broadcast
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import problem_matching, problem_members, workflow
from bot.understanding.events.matcher import OpenEvent

PAGE_SIZE = 8
"""Tickets on a page of the list."""

MAX_SIMILAR = 6
"""Tickets to choose among."""

MAX_PAGE_DIGITS = 6
"""Digits."""


async def problem_facts(ctx: UseCaseContext, ticket: Ticket, answer: Answer | None) -> ProblemFacts | None:
    """What the card of *ticket* says of its problem. *answer*: the latest."""
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
    """The ticket that leads a problem, if *person* may see it."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.SEE_TICKET, ticket)
    if not ticket.is_problem_lead:
        raise OutdatedButton(number=ticket.id)
    return ticket


async def list_members(ctx: UseCaseContext, lead: Ticket, page_number: int) -> list[Ticket]:
    """A page of its tickets, the first ones first; numbers start at nought."""
    return await ctx.uow.problems.list_tickets(lead.problem_id or 0, page_number * PAGE_SIZE, PAGE_SIZE)


async def split_ticket(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """«Отделить»: the message is about something else. It has a card and terms of its own from now on, and if it was
    answered or closed with the others, it is in work again. Nothing joins it by itself any more."""
    ticket = await workflow.get(ctx, ticket_id)
    if ticket.lead_id is None or ticket.problem_id is None or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    lead = await workflow.get(ctx, ticket.lead_id)
    workflow.check_right(ctx, person, Right.GROUP, lead)
    alone = await ctx.uow.tickets.update(ticket, TicketChange(problem_id=None, lead_id=None))
    if alone is None:
        raise TakenByOther(number=ticket.id)
    await ctx.uow.audit_log.record("split", ctx.now, person_id=person.id, ticket_id=ticket.id, facts={"from": lead.id})
    await ctx.uow.problems.recount(ticket.problem_id)
    if alone.is_open:
        await deadlines.reschedule(ctx, alone, alone.registered_at)
        await cards.sync(ctx, alone, actor=person)
    else:
        await workflow.restart(ctx, alone, Step.NOT_SOLVED if alone.state is State.ANSWERED else Step.REOPEN, person)
    await cards.sync(ctx, lead, actor=person)
    return alone


async def check_can_merge(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """The ticket, if *person* may put it to others: it stands alone, or leads some itself."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.GROUP, ticket)
    if ticket.lead_id is not None:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)
    if not ticket.is_open or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def list_similar(ctx: UseCaseContext, ticket: Ticket, person: Person) -> list[Ticket]:
    """What *ticket* may belong to, the likeliest first."""
    reading = ctx.municipality.understanding.read(ticket.text)
    roots = [m for m in await ctx.uow.messages.list_for_ticket(ticket.id) if m.part is MessageRole.ROOT]
    found = await problem_matching.suggest_problems(ctx, ticket.text, reading, roots[0] if roots else None)
    known = await ctx.uow.tickets.get_many({one.lead_id for one in found if one.lead_id != ticket.id})
    seen = [known[one.lead_id] for one in found if one.lead_id in known]
    return [one for one in seen if ctx.municipality.staff.has_right(person, Right.GROUP, one.sector, one.district)][
        :MAX_SIMILAR
    ]


async def merge_tickets(ctx: UseCaseContext, ticket_id: int, other_id: int, person: Person) -> Ticket:
    """«Объединить»: the ticket, and all that it leads, are about what *other_id* is about; the one that leads them.

    Of both terms the earlier runs. Where that problem has been answered already, the ticket gets the answer.
    """
    await ctx.uow.lock(problem_matching.LOCK_KEY)
    ticket = await check_can_merge(ctx, ticket_id, person)
    lead = await workflow.get(ctx, other_id)
    lead = lead if lead.lead_id is None else await workflow.get(ctx, lead.lead_id)
    workflow.check_right(ctx, person, Right.GROUP, lead)
    answered = lead.state in problem_members.ANSWERED_STATES
    if (
        lead.id == ticket.id
        or not (lead.is_open or answered)
        or (answered and (ticket.is_problem_lead or not lead.is_problem_lead))
    ):
        raise OutdatedButton(number=lead.id, state=lead.state.value)
    lead = await _ensure_problem(ctx, lead)
    await _merge_fingerprints(ctx, lead, ticket)
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
    await ctx.uow.audit_log.record("merge", ctx.now, person_id=person.id, ticket_id=ticket.id, facts={"with": lead.id})
    await workflow.cancel_dialogs(ctx, joined, workflow.TICKET_DIALOG_STEPS, person, "draft_void_merged")
    if lead.is_open and (ticket.accept_due < lead.accept_due or ticket.answer_due < lead.answer_due):
        lead = await deadlines.tighten(ctx, lead, ticket.accept_due, ticket.answer_due)
    await cards.sync(ctx, joined, actor=person)
    await cards.sync(ctx, lead, actor=person)
    for message in await ctx.uow.messages.list_for_ticket(joined.id):
        if message.part in (MessageRole.ROOT, MessageRole.COPY):
            await broadcast.answer_latecomer(ctx, joined, message)
    return lead


async def _ensure_problem(ctx: UseCaseContext, lead: Ticket) -> Ticket:
    """*lead* with a problem to lead."""
    if lead.problem_id is not None:
        return lead
    sketch = await ctx.uow.problems.get_fingerprint(lead) or _empty_fingerprint(ctx)
    judge = ctx.municipality.understanding.event_matcher
    matter = min((judge.subject_family(subject) for subject in sketch["subjects"]), default="")
    problem_id = await ctx.uow.problems.create(lead, matter, sketch, ctx.now)
    await ctx.uow.audit_log.record("problem", ctx.now, ticket_id=lead.id, facts={"problem": problem_id})
    return await workflow.get(ctx, lead.id)


async def _merge_fingerprints(ctx: UseCaseContext, lead: Ticket, ticket: Ticket) -> None:
    """What is known of *ticket* and of those that it leads is known of *lead*'s problem from now on."""
    theirs = await ctx.uow.problems.get_fingerprint(ticket)
    if theirs is not None:
        event = OpenEvent.from_record(0, await ctx.uow.problems.get_fingerprint(lead) or _empty_fingerprint(ctx))
        event.merge(OpenEvent.from_record(0, theirs))
        await ctx.uow.problems.recount(lead.problem_id or 0, event.to_record())
    await ctx.uow.upvotes.move_all(ticket.id, lead.id)
    if ticket.problem_id is not None:
        await ctx.uow.problems.merge(ticket.problem_id, lead)


def _empty_fingerprint(ctx: UseCaseContext) -> Json:
    return OpenEvent(0, ctx.now.timestamp()).to_record()
