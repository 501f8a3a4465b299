"""The terms of a ticket: until when it must be accepted and answered, and who is reminded when."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.deadlines import DeadlineKind, DeadlinePlan, DueKind, DueMoment, compute_plan
from bot.domain.errors import TakenByOther
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import OPEN_TICKET_STATES, UNACCEPTED_STATES, Ticket
from bot.domain.urgency import Urgency
from bot.services.context import UseCaseContext


def compute(ctx: UseCaseContext, urgency: Urgency | None, since: datetime, **given: datetime | None) -> DeadlinePlan:
    """The terms of a ticket. Short ones do not run while nobody may be woken for it."""
    from_now = since == ctx.now and not any(given.values())
    if from_now and urgency in ctx.plan_cache:
        return ctx.plan_cache[urgency]
    if urgency is not None and not urgency.may_notify_at_night:
        since = ctx.municipality.quiet_hours.defer(since)
    found = compute_plan(since, ctx.municipality.terms_for(urgency), ctx.municipality.calendar, **given)
    if from_now:
        ctx.plan_cache[urgency] = found
    return found


async def apply_urgent(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """The ticket has turned out to be urgent: from now on the short terms run, where they are the shorter ones."""
    short = compute(ctx, ticket.urgency, ctx.now)
    return await tighten(ctx, ticket, short.accept_due, short.answer_due)


async def tighten(ctx: UseCaseContext, ticket: Ticket, accept_due: datetime, answer_due: datetime) -> Ticket:
    """From now on these terms run, where they are the earlier ones."""
    accept_due, answer_due = min(ticket.accept_due, accept_due), min(ticket.answer_due, answer_due)
    changed = await ctx.uow.tickets.update(ticket, TicketChange(accept_due=accept_due, answer_due=answer_due))
    if changed is None:
        raise TakenByOther(number=ticket.id)
    await reschedule(ctx, changed, ctx.now)
    return changed


async def reschedule(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> None:
    """People are reminded of the terms that *ticket* has; *since*: what the shares of the time are reckoned from."""
    running = [DeadlineKind.ACCEPT, DeadlineKind.ANSWER] if ticket.state in UNACCEPTED_STATES else [DeadlineKind.ANSWER]
    terms = compute(ctx, ticket.urgency, since, accept_due=ticket.accept_due, answer_due=ticket.answer_due)
    wanted = [due for due in terms.due_moments if due.deadline in running]
    await ctx.uow.deadlines.cancel(ticket.id, [limit.value for limit in running])
    past = [due for due in wanted if due.kind is DueKind.REMINDER and due.at < ctx.now]
    await schedule(ctx, ticket, [due for due in wanted if due not in past])


async def cancel_finished(ctx: UseCaseContext, before: Ticket, after: Ticket) -> None:
    """What the ticket's change has done with reminds nobody any more."""
    stopped = []
    if before.state in UNACCEPTED_STATES and after.state not in UNACCEPTED_STATES:
        stopped.append(DeadlineKind.ACCEPT.value)
    if before.state in OPEN_TICKET_STATES and after.state not in OPEN_TICKET_STATES:
        stopped = [DeadlineKind.ACCEPT.value, DeadlineKind.ANSWER.value]
    if stopped:
        await ctx.uow.deadlines.cancel(after.id, stopped)


async def schedule(ctx: UseCaseContext, ticket: Ticket, dues: Iterable[DueMoment]) -> None:
    """People are told at these moments, too."""
    moments = [(due.deadline.value, due.kind.value, due.share, due.at) for due in dues]
    await ctx.uow.deadlines.schedule(ticket.id, moments)
