"""Clocks of the members of a problem: what stops or promises the time of its lead holds for each of them.

A member keeps the beginning of its own clocks, as it was registered at another moment; what happens to the lead enters
its history as well. So its deadline is right when it leaves the problem, and in every figure.
"""

from collections.abc import Iterator, Sequence

from bot.domain.audit import changed_facts
from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.inquiries import Inquiry, InquiryKind
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines

CHUNK_SIZE = 1000
"""Members of one statement: databases bound the number of its parameters."""


async def follow(ctx: UseCaseContext, lead: Ticket, event: ClockEvent, person_id: int | None = None) -> None:
    """Let *event* of the history of *lead* be one of each open member, too, and compute their deadlines once more."""
    members = await ctx.uow.problems.list_open_members(lead)
    for member in members:
        await ctx.uow.clock_events.add(member.id, event, person_id)
    await _recompute(ctx, members)


async def restart(ctx: UseCaseContext, lead: Ticket) -> None:
    """Begin the clocks of the members once more: they return to work with *lead*, which has begun its own."""
    at = deadlines.defer_start(ctx, lead.urgency, ctx.now)
    await follow(ctx, lead, ClockEvent(ClockEventKind.START, at))


async def resume(ctx: UseCaseContext, lead: Ticket, inquiry: Inquiry) -> None:
    """End the waiting of the members for the answer to *inquiry*, the question to the author of *lead*."""
    members = await ctx.uow.problems.list_open_members(lead)
    for chunk in _chunks(members):
        await ctx.uow.clock_events.end_waits([member.id for member in chunk], inquiry.due_at, ctx.now)
    await _recompute(ctx, members)


async def join(ctx: UseCaseContext, lead: Ticket, member: Ticket) -> None:
    """Let a new *member* wait for what *lead* waits for, until the same moments."""
    events = []
    inquiry = await ctx.uow.inquiries.find_open(lead.id, InquiryKind.CITIZEN)
    if inquiry is not None and inquiry.due_at > ctx.now:
        events.append(ClockEvent(ClockEventKind.WAIT, ctx.now, None, inquiry.due_at))
    if lead.state is State.POSTPONED:
        due = max(lead.answer_due, member.answer_due)
        events.append(ClockEvent(ClockEventKind.EXTEND, ctx.now, DeadlineKind.ANSWER, due))
    for event in events:
        await ctx.uow.clock_events.add(member.id, event)
    if events:
        await _recompute(ctx, [member])


async def leave(ctx: UseCaseContext, lead: Ticket, member: Ticket) -> None:
    """End the waiting of *member*, which has left the problem, for the author of *lead*: nobody has asked its own."""
    inquiry = await ctx.uow.inquiries.find_open(lead.id, InquiryKind.CITIZEN)
    if inquiry is not None:
        await ctx.uow.clock_events.end_waits([member.id], inquiry.due_at, ctx.now)


async def _recompute(ctx: UseCaseContext, members: Sequence[Ticket]) -> None:
    """Compute the deadlines of *members* once more, in a few statements: a problem may have thousands."""
    for chunk in _chunks(members):
        await _recompute_chunk(ctx, chunk)


def _chunks(members: Sequence[Ticket]) -> Iterator[Sequence[Ticket]]:
    return (members[start : start + CHUNK_SIZE] for start in range(0, len(members), CHUNK_SIZE))


async def _recompute_chunk(ctx: UseCaseContext, members: Sequence[Ticket]) -> None:
    events = await ctx.uow.clock_events.list_for([member.id for member in members])
    changes: dict[int, TicketChange] = {}
    facts: dict[int, dict[str, object]] = {}
    for member in members:
        plan = deadlines.plan_from(ctx, member, events.get(member.id, ()))
        if deadlines.moved_kinds(member, plan):
            changes[member.id] = deadlines.dues_of(plan)
            facts[member.id] = changed_facts(deadlines.dues_in_words(member), deadlines.planned_in_words(plan))
    await ctx.uow.tickets.move_dues(changes)
    await ctx.uow.audit_log.record_all("terms_moved", ctx.now, facts)
