"""Promises: the post is reminded on the morning of the day that the citizen was told."""

from datetime import datetime, timedelta

from bot.domain.answers import Answer
from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.clarifications import PromiseDue
from bot.domain.notifications.promises import PromiseReminder
from bot.domain.people import Person
from bot.domain.promises import Promise
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import member_clocks, workflow

BATCH_SIZE = 100


async def postpone(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, answer: Answer, due_at: datetime
) -> Ticket:
    """Postpone *ticket* until the day that *answer* of *owner* has named, which ends at *due_at*.

    The final answer is not late before that day, as the citizen was told.
    """
    await ctx.uow.promises.add(ticket.id, owner.id, answer.id, ctx.now, due_at, morning_of(ctx, due_at))
    due = max(due_at, ticket.answer_due)
    change = TicketChange(assignee_id=owner.id, accepted_at=ticket.accepted_at or ctx.now, answer_due=due)
    postponed = await workflow.transition(ctx, ticket, Step.POSTPONE, publisher, change)
    event = ClockEvent(ClockEventKind.INTERIM, ctx.now, DeadlineKind.ANSWER, due)
    await ctx.uow.clock_events.add(ticket.id, event, owner.id)
    await member_clocks.follow(ctx, postponed, event, owner.id)
    changed = await deadlines.recompute(ctx, postponed)
    await deadlines.reschedule(ctx, changed, await deadlines.compute_plan(ctx, changed), [DeadlineKind.ANSWER])
    return changed


def morning_of(ctx: UseCaseContext, moment: datetime) -> datetime:
    """Return the hour of the digest on the day of *moment*; *moment* itself, if that hour is over."""
    day = moment.astimezone(ctx.municipality.zone).date()
    morning = local_to_utc(day, ctx.municipality.digest_at, ctx.municipality.zone)
    return morning if ctx.now < morning < moment else moment


async def has_due(ctx: UseCaseContext) -> bool:
    """Return whether a promised day has come; in quiet hours it waits for the morning."""
    return not ctx.municipality.quiet_hours.is_quiet(ctx.now) and await ctx.uow.promises.has_due(ctx.now)


async def remind(ctx: UseCaseContext) -> None:
    """Remind of the days that have come."""
    for promise in await ctx.uow.promises.list_due(ctx.now, BATCH_SIZE):
        if promise.origin is None:
            await ctx.uow.promises.end(promise.ticket_id, ctx.now)
        else:
            again_at = _morning_after(ctx, promise.due_at) if ctx.now <= promise.due_at else None
            await ctx.uow.promises.remind_again(promise.id, again_at)
        async with isolated(ctx, "promises", promise.ticket_id):
            await (_remind if promise.origin is None else _ask)(ctx, promise)


async def _ask(ctx: UseCaseContext, promise: Promise) -> None:
    """Ask what became of a promise in an answer's words: on its morning, and once more after its day."""
    ticket = await workflow.get(ctx, promise.ticket_id)
    facts = {"promise": promise.id}
    await ctx.uow.audit_log.record("promise_asked", ctx.now, ticket_id=ticket.id, facts=facts)
    note = PromiseReminder(
        ticket_id=ticket.id, promise_id=promise.id, answer_id=promise.answer_id, due_at=promise.due_at
    )
    for person in await cards.answer_owners(ctx, ticket, promise.person_id):
        await notify.notify(ctx, person, note, ticket=ticket)


def _morning_after(ctx: UseCaseContext, due_at: datetime) -> datetime:
    """Return the hour of the digest on the day after *due_at*."""
    day = due_at.astimezone(ctx.municipality.zone).date() + timedelta(days=1)
    return local_to_utc(day, ctx.municipality.digest_at, ctx.municipality.zone)


async def _remind(ctx: UseCaseContext, promise: Promise) -> None:
    ticket = await workflow.get(ctx, promise.ticket_id)
    if not ticket.is_open:
        return
    ticket = await back_to_work(ctx, ticket)
    note = PromiseDue(ticket_id=ticket.id, answer_id=promise.answer_id, due_at=promise.due_at)
    await notify.notify_all(ctx, await cards.recipients(ctx, ticket), note, ticket=ticket)


async def back_to_work(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Return a postponed ticket to those who work on it: its day has come, or the citizen was not told of it."""
    await ctx.uow.promises.end(ticket.id, ctx.now)
    if ticket.state is not State.POSTPONED:
        await ctx.uow.audit_log.record("promise_due", ctx.now, ticket_id=ticket.id)
        return ticket
    return await workflow.transition(ctx, ticket, Step.PROMISE_PASSED, None)
