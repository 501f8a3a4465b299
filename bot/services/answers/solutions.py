"""The citizen's word about the answer: «решено» ends the ticket, «не решено» returns the same ticket to its post.

The answer is the block's claim, «решено» is the citizen's confirmation: two facts, and only the second one is theirs.
"""

from collections.abc import Sequence

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.solutions import NotSolved, ProblemNotSolved
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.solutions import Solution
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import problem_members, rules, workflow

MIN_COMPLAINTS, SURE_COMPLAINTS, COMPLAINING_SHARE = 2, 3, 3
"""One member of a problem who is not satisfied returns alone. Two return all tickets if they are a third of those
answered, three in any case."""


def can_return(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether «не решено» still returns the ticket; a later complaint is a new ticket."""
    if ticket.answered_at is None or ticket.anonymized_at is not None:
        return False
    if ticket.state not in (State.ANSWERED, State.CLOSED):
        return False
    return ctx.now - ticket.answered_at <= ctx.municipality.reopen_within


async def confirm(ctx: UseCaseContext, ticket: Ticket, message: Message | None = None) -> Ticket:
    """Record that the author calls the problem solved, and end the ticket.

    The ticket that leads a problem stays: the others who wrote about it have said nothing yet.
    """
    if ticket.state is not State.ANSWERED:
        return ticket
    await ctx.uow.solutions.update(ticket.id, solved_at=ctx.now, ask_at=None, control_at=None)
    facts = {"message": message.id} if message is not None else {}
    await ctx.uow.audit_log.record("solved", ctx.now, ticket_id=ticket.id, facts=facts)
    if await ctx.uow.problems.list_member_ids(ticket):
        await cards.sync(ctx, ticket)
        return ticket
    return await workflow.transition(ctx, ticket, Step.CLOSE, None, TicketChange(ended_at=ctx.now))


async def return_to_work(
    ctx: UseCaseContext, ticket: Ticket, *, message: Message | None = None, person: Person | None = None
) -> Ticket:
    """Return the ticket to its post with the citizen's words; after too many returns, to those who sort tickets.

    In a town without blocks those who sort have answered it: there it returns to the management, and after too many
    returns the curator hears of it.

    *person*: the official who has read so in the words; otherwise the author pressed «Нет» or wrote it plainly.
    """
    problem_id = ticket.problem_id
    if ticket.lead_id is not None:
        ticket = await problem_members.split_off(ctx, ticket, person)
    solution = await ctx.uow.solutions.add_return(ticket.id, ctx.now, problem_id)
    if message is not None:
        await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.ADDITION)
    await ctx.uow.tickets.touch(ticket.id, ctx.now)  # what the author writes next is about it
    most = rules.outcome_for(ctx, ticket).reopen_at_most
    sectors, sector = ctx.municipality.sectors, ticket.sector
    known = sector in sectors
    manager = await _find_manager(ctx) if not sectors else None
    ticket = await workflow.restart_terms(ctx, ticket, Step.NOT_SOLVED, person, sector, manager)
    if sectors and (solution.returned > most or not known):
        likely = tuple(dict.fromkeys((*((sector,) if sector and known else ()), *ticket.likely)))
        ticket = await workflow.transition(ctx, ticket, Step.UNSURE, None, TicketChange(sector=None, likely=likely))
    watching = await _find_curators(ctx) if not sectors and solution.returned > most else ()
    await _notify_people(ctx, ticket, solution, message, watching)
    if message is not None and message.media:
        await cards.queue_media(ctx, ticket)
    if problem_id is not None:
        await _return_problem(ctx, problem_id)
    return ticket


async def _find_manager(ctx: UseCaseContext) -> Person | None:
    people = await cards.next_on_ladder(ctx, (), Audience.DECISION)
    return people[0] if people else None


async def _find_curators(ctx: UseCaseContext) -> tuple[Person, ...]:
    return await cards.next_on_ladder(ctx, (), Audience.OVERDUE)


async def _notify_people(
    ctx: UseCaseContext, ticket: Ticket, solution: Solution, message: Message | None, watching: Sequence[Person]
) -> None:
    note = NotSolved(ticket_id=ticket.id, message_id=message.id if message else None, times=solution.returned)
    for person in dict.fromkeys((*await cards.recipients(ctx, ticket), *watching)):
        await notify.notify(ctx, person, note, ticket=ticket)


async def _return_problem(ctx: UseCaseContext, problem_id: int) -> None:
    """Return all tickets of the problem if enough of those who were answered say that it is not solved."""
    complaints = await ctx.uow.solutions.count_returned_from(problem_id)
    answered = complaints + await ctx.uow.solutions.count_answered(problem_id)
    share = complaints * COMPLAINING_SHARE >= answered
    problem = await ctx.uow.problems.get(problem_id)
    if problem is None or complaints < (MIN_COMPLAINTS if share else SURE_COMPLAINTS):
        return
    await ctx.uow.solutions.forget_returns_from(problem_id)
    lead = await workflow.get(ctx, problem.lead_id)
    if can_return(ctx, lead):
        await ctx.uow.solutions.add_return(lead.id, ctx.now)
        lead = await workflow.restart_terms(ctx, lead, Step.NOT_SOLVED, None, lead.sector)
    await problem_members.return_members(ctx, lead)
    note = ProblemNotSolved(ticket_id=lead.id, complaints=complaints)
    for person in await cards.recipients(ctx, lead):
        await notify.notify(ctx, person, note, ticket=lead)
