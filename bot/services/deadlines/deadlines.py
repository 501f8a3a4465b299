"""Deadlines of a ticket: when it must be accepted and answered, and the moments of its reminders."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import DeadlineKind, DeadlinePlan, DeadlineTerms, DueKind, DueMoment, compute_plan, shift_due
from bot.domain.errors import TakenByOther
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import OPEN_TICKET_STATES, UNACCEPTED_STATES, Ticket
from bot.domain.urgency import Urgency
from bot.services.context import UseCaseContext


def compute(ctx: UseCaseContext, urgency: Urgency | None, since: datetime, **given: datetime | None) -> DeadlinePlan:
    """Compute the deadlines of a ticket; urgent ones start after quiet hours unless alerts at night are allowed."""
    if urgency is not None and not urgency.may_notify_at_night:
        since = ctx.municipality.quiet_hours.defer(since)
    terms, calendar = ctx.municipality.terms_for(urgency), ctx.municipality.calendar
    return compute_plan(since, terms, calendar, **given) if any(given.values()) else _usual_plan(since, terms, calendar)


@lru_cache(maxsize=4)
def _usual_plan(since: datetime, terms: DeadlineTerms, calendar: WorkingCalendar) -> DeadlinePlan:
    """Compute the plan once for all tickets that a batch registers at one moment."""
    return compute_plan(since, terms, calendar)


async def apply_urgent(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Apply the urgent deadlines from now on, where they are earlier."""
    urgent_plan = compute(ctx, ticket.urgency, ctx.now)
    return await tighten(ctx, ticket, urgent_plan.accept_due, urgent_plan.answer_due)


async def tighten(ctx: UseCaseContext, ticket: Ticket, accept_due: datetime, answer_due: datetime) -> Ticket:
    """Apply the given deadlines where they are earlier."""
    accept_due, answer_due = min(ticket.accept_due, accept_due), min(ticket.answer_due, answer_due)
    changed = await ctx.uow.tickets.update(ticket, TicketChange(accept_due=accept_due, answer_due=answer_due))
    if changed is None:
        raise TakenByOther(number=ticket.id)
    await reschedule(ctx, changed, ctx.now)
    return changed


async def stop_clocks(ctx: UseCaseContext, ticket: Ticket, until: datetime) -> Ticket:
    """Stop the clocks of *ticket* from now *until* then, when they go on by themselves: nothing has to wake them.

    The deadlines that are late already stay so.
    """
    return await _shift(ctx, ticket, ticket.accept_due, ticket.answer_due, ctx.now, until)


async def resume_clocks(
    ctx: UseCaseContext, ticket: Ticket, accept_due: datetime, answer_due: datetime, stopped_at: datetime
) -> Ticket:
    """Let the clocks go on now that were stopped at *stopped_at*, when the deadlines were *accept_due* and
    *answer_due*: they are computed once more, from the time that has really passed."""
    return await _shift(ctx, ticket, accept_due, answer_due, stopped_at, ctx.now)


async def _shift(
    ctx: UseCaseContext,
    ticket: Ticket,
    accept_due: datetime,
    answer_due: datetime,
    stopped_at: datetime,
    resumed_at: datetime,
) -> Ticket:
    change = TicketChange(answer_due=shift_answer_due(ctx, ticket, answer_due, stopped_at, resumed_at))
    if ticket.state in UNACCEPTED_STATES:
        term = ctx.municipality.terms_for(ticket.urgency).accept
        shifted = shift_due(accept_due, stopped_at, resumed_at, term, ctx.municipality.calendar)
        change = replace(change, accept_due=shifted)
    changed = await ctx.uow.tickets.update(ticket, change)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    moved = [DeadlineKind.ACCEPT] if changed.accept_due > stopped_at else []
    moved += [DeadlineKind.ANSWER] if changed.answer_due > stopped_at else []
    if changed.is_open and changed.lead_id is None:  # an ended ticket, or a problem's member, reminds of nothing
        await reschedule(ctx, changed, resumed_at, moved)
    return changed


def shift_answer_due(
    ctx: UseCaseContext, ticket: Ticket, due: datetime, stopped_at: datetime, resumed_at: datetime
) -> datetime:
    """Return the moment until which *ticket* must be answered after its clock has stopped."""
    term = ctx.municipality.terms_for(ticket.urgency).answer
    return shift_due(due, stopped_at, resumed_at, term, ctx.municipality.calendar)


async def reschedule(
    ctx: UseCaseContext, ticket: Ticket, since: datetime, kinds: Collection[DeadlineKind] = tuple(DeadlineKind)
) -> None:
    """Schedule the reminders of the ticket's deadlines; *since*: start of the time whose shares they are."""
    is_accepted = ticket.state not in UNACCEPTED_STATES
    running = [one for one in kinds if not (one is DeadlineKind.ACCEPT and is_accepted)]
    plan = compute(ctx, ticket.urgency, since, accept_due=ticket.accept_due, answer_due=ticket.answer_due)
    wanted = [due for due in plan.due_moments if due.deadline in running]
    await ctx.uow.deadlines.cancel(ticket.id, [deadline.value for deadline in running])
    past = [due for due in wanted if due.kind is DueKind.REMINDER and due.at < ctx.now]
    await schedule(ctx, ticket, [due for due in wanted if due not in past])


async def cancel_finished(ctx: UseCaseContext, before: Ticket, after: Ticket) -> None:
    """Cancel the reminders of deadlines that the change of the ticket has met or ended."""
    stopped = []
    if before.state in UNACCEPTED_STATES and after.state not in UNACCEPTED_STATES:
        stopped.append(DeadlineKind.ACCEPT.value)
    if before.state in OPEN_TICKET_STATES and after.state not in OPEN_TICKET_STATES:
        stopped = [DeadlineKind.ACCEPT.value, DeadlineKind.ANSWER.value]
    if stopped:
        await ctx.uow.deadlines.cancel(after.id, stopped)


async def schedule(ctx: UseCaseContext, ticket: Ticket, dues: Iterable[DueMoment]) -> None:
    """Schedule reminders at these moments."""
    moments = [(due.deadline.value, due.kind.value, due.share, due.at) for due in dues]
    await ctx.uow.deadlines.schedule(ticket.id, moments)
