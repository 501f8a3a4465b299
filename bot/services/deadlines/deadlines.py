"""Deadlines of a ticket: when it must be accepted and answered, and the moments of its reminders."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import DeadlineKind, DeadlinePlan, DeadlineTerms, DueKind, DueMoment, compute_plan
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


async def reschedule(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> None:
    """Schedule the reminders of the ticket's deadlines; *since*: start of the time whose shares they are."""
    running = [DeadlineKind.ACCEPT, DeadlineKind.ANSWER] if ticket.state in UNACCEPTED_STATES else [DeadlineKind.ANSWER]
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
