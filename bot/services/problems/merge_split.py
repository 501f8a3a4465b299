"""Several tickets about one event as people see and change them: counted, listed, taken apart, put together."""

from bot.domain.answers import Answer
from bot.domain.deadlines import Limit
from bot.domain.errors import OutdatedButton, PartOfProblem, TakenByOther
from bot.domain.json_types import Json
from bot.domain.messages import Part
from bot.domain.people import Person, Right
from bot.domain.tickets import State, Step, Ticket
from bot.domain.view_data import ProblemFacts
from bot.services.answers import broadcast
from bot.services.context import Work
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import problem_matching, problem_members, workflow
from bot.understanding.events.matcher import Event

PAGE = 8
"""Tickets on a page of the list."""

SIMILAR = 6
"""Tickets to choose among."""

LONGEST_PAGE = 6
"""Digits."""


async def facts(work: Work, ticket: Ticket, answer: Answer | None) -> ProblemFacts | None:
    """What the card of *ticket* says of its problem. *answer*: the latest."""
    if ticket.problem_id is None:
        return None
    if ticket.lead_id is not None:
        return ProblemFacts(ticket.lead_id)
    problem = await work.uow.problems.get(ticket.problem_id)
    if problem is None or problem.members < 2:
        return None
    return ProblemFacts(
        ticket.id,
        problem.members,
        problem.people,
        len(problem.sketch["chats"]),
        problem.heard_at,
        await work.uow.answers.tally(answer.id) if answer is not None and answer.problem_id is not None else {},
    )


async def check_can_list(work: Work, ticket_id: int, person: Person) -> Ticket:
    """The ticket that leads a problem, if *person* may see it."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.SEE_TICKET, ticket)
    if not ticket.leads:
        raise OutdatedButton(number=ticket.id)
    return ticket


async def page(work: Work, lead: Ticket, number: int) -> list[Ticket]:
    """A page of its tickets, the first ones first; numbers start at nought."""
    return await work.uow.problems.listed(lead.problem_id or 0, number * PAGE, PAGE)


async def split(work: Work, ticket_id: int, person: Person) -> Ticket:
    """«Отделить»: the message is about something else. It has a card and terms of its own from now on, and if it was
    answered or closed with the others, it is in work again. Nothing joins it by itself any more."""
    ticket = await workflow.get(work, ticket_id)
    if ticket.lead_id is None or ticket.problem_id is None or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    lead = await workflow.get(work, ticket.lead_id)
    workflow.permit(work, person, Right.GROUP, lead)
    alone = await work.uow.tickets.change(ticket, problem_id=None, lead_id=None)
    if alone is None:
        raise TakenByOther(number=ticket.id)
    await work.uow.chronicle.record(
        "split", work.now, person_id=person.id, ticket_id=ticket.id, facts={"from": lead.id}
    )
    await work.uow.problems.recount(ticket.problem_id)
    if alone.is_open:
        await deadlines.run(work, alone, alone.registered_at)
        await cards.show(work, alone, actor=person)
    else:
        await workflow.again(work, alone, Step.NOT_SOLVED if alone.state is State.ANSWERED else Step.REOPEN, person)
    await cards.show(work, lead, actor=person)
    return alone


async def check_can_merge(work: Work, ticket_id: int, person: Person) -> Ticket:
    """The ticket, if *person* may put it to others: it stands alone, or leads some itself."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.GROUP, ticket)
    if ticket.lead_id is not None:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)
    if not ticket.is_open or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def similar(work: Work, ticket: Ticket, person: Person) -> list[Ticket]:
    """What *ticket* may belong to, the likeliest first."""
    reading = work.centre.understanding.read(ticket.text)
    roots = [m for m in await work.uow.messages.of_ticket(ticket.id) if m.part is Part.ROOT]
    found = await problem_matching.resembling(work, ticket.text, reading, roots[0] if roots else None)
    known = await work.uow.tickets.some({one.lead_id for one in found if one.lead_id != ticket.id})
    seen = [known[one.lead_id] for one in found if one.lead_id in known]
    return [one for one in seen if work.centre.staff.may(person, Right.GROUP, one.sector, one.district)][:SIMILAR]


async def merge(work: Work, ticket_id: int, other_id: int, person: Person) -> Ticket:
    """«Объединить»: the ticket, and all that it leads, are about what *other_id* is about; the one that leads them.

    Of both terms the earlier runs. Where that problem has been answered already, the ticket gets the answer.
    """
    await work.uow.alone(problem_matching.LOCK)
    ticket = await check_can_merge(work, ticket_id, person)
    lead = await workflow.get(work, other_id)
    lead = lead if lead.lead_id is None else await workflow.get(work, lead.lead_id)
    workflow.permit(work, person, Right.GROUP, lead)
    answered = lead.state in problem_members.ANSWERED_ALREADY
    if lead.id == ticket.id or not (lead.is_open or answered) or (answered and (ticket.leads or not lead.leads)):
        raise OutdatedButton(number=lead.id, state=lead.state.value)
    lead = await _led(work, lead)
    await _take_in(work, lead, ticket)
    joined = await work.uow.tickets.change(ticket, **problem_members.state_beside(lead), matter=None, sketch=None)
    if joined is None:
        raise TakenByOther(number=ticket.id)
    await work.uow.problems.recount(lead.problem_id or 0)
    await work.uow.times.void(ticket.id, [limit.value for limit in Limit])
    await work.uow.chronicle.record(
        "merge", work.now, person_id=person.id, ticket_id=ticket.id, facts={"with": lead.id}
    )
    await workflow.void_dialogs(work, joined, workflow.TICKET_STEPS, person, "draft_void_merged")
    if lead.is_open and (ticket.accept_due < lead.accept_due or ticket.answer_due < lead.answer_due):
        lead = await deadlines.hasten(work, lead, ticket.accept_due, ticket.answer_due)
    await cards.show(work, joined, actor=person)
    await cards.show(work, lead, actor=person)
    for message in await work.uow.messages.of_ticket(joined.id):
        if message.part in (Part.ROOT, Part.COPY):
            await broadcast.welcome(work, joined, message)
    return lead


async def _led(work: Work, lead: Ticket) -> Ticket:
    """*lead* with a problem to lead."""
    if lead.problem_id is not None:
        return lead
    sketch = await work.uow.problems.sketch_of(lead) or _nothing_known(work)
    judge = work.centre.understanding.judge
    matter = min((judge.matter(subject) for subject in sketch["subjects"]), default="")
    problem_id = await work.uow.problems.begin(lead, matter, sketch, work.now)
    await work.uow.chronicle.record("problem", work.now, ticket_id=lead.id, facts={"problem": problem_id})
    return await workflow.get(work, lead.id)


async def _take_in(work: Work, lead: Ticket, ticket: Ticket) -> None:
    """What is known of *ticket* and of those that it leads is known of *lead*'s problem from now on."""
    theirs = await work.uow.problems.sketch_of(ticket)
    if theirs is not None:
        event = Event.of_record(0, await work.uow.problems.sketch_of(lead) or _nothing_known(work))
        event.absorb(Event.of_record(0, theirs))
        await work.uow.problems.recount(lead.problem_id or 0, event.as_record())
    await work.uow.voices.move(ticket.id, lead.id)
    if ticket.problem_id is not None:
        await work.uow.problems.merge(ticket.problem_id, lead)


def _nothing_known(work: Work) -> Json:
    return Event(0, work.now.timestamp()).as_record()
