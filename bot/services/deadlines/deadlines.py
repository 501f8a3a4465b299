"""Deadlines of a ticket: computed from its history, stored with it, and scheduled as notices."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import assert_never

from bot.domain.audit import changed_facts
from bot.domain.clocks import ClockEvent, ClockEventKind, ClockPlan, compute_clocks
from bot.domain.deadlines import DeadlineKind, DeadlineTerms, DueKind, DueMoment
from bot.domain.errors import TakenByOther
from bot.domain.escalation import After
from bot.domain.people import Person
from bot.domain.rule_facts import facts_of
from bot.domain.ticket_changes import NewTicket, TicketChange
from bot.domain.tickets import OPEN_TICKET_STATES, UNACCEPTED_STATES, State, Ticket
from bot.domain.urgency import Urgency
from bot.domain.working_hours import WorkingHours
from bot.services.context import UseCaseContext
from bot.services.deadlines import chains, first_word_clock, post_hours

STORED_KINDS = (DeadlineKind.ACCEPT, DeadlineKind.ANSWER, DeadlineKind.FIRST_WORD, DeadlineKind.SOLVE)
"""The deadlines that the ticket itself holds."""

_WORK_KINDS = (DeadlineKind.ACCEPT, DeadlineKind.ANSWER, DeadlineKind.FIRST_WORD)
"""The deadlines that end with the answer; that for solving goes on until the citizen or an end of the work stops it."""

_ENDED_STATES = (State.CLOSED, State.DISMISSED)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first deadlines of a ticket, and the events behind them that its history has to keep."""

    plan: ClockPlan
    events: tuple[ClockEvent, ...]


def begin(
    ctx: UseCaseContext,
    ticket: NewTicket,
    external_due: datetime | None = None,
    *,
    entered_at: datetime | None = None,
) -> Beginning:
    """Compute the deadlines of a new ticket.

    *external_due*: the deadline of the answer in the system that the ticket came from. Where a rule decides about the
    answer, the rule's term counts, but never ends later; otherwise the system's deadline is ours. *entered_at*: when a
    ticket that another system had registered before came to the centre; its time for accepting begins then.
    """
    terms, hours = ctx.municipality.terms_of(facts_of(ticket)), ctx.municipality.hours
    start = defer_start(ctx, ticket.urgency, ctx.now)
    posts = post_hours.first_event(ctx, ticket)
    events = list(posts)
    events += [ClockEvent(ClockEventKind.START, start)] if start != ctx.now else []
    if entered_at is not None:
        accepting_from = max(start, defer_start(ctx, ticket.urgency, entered_at))
        events.append(ClockEvent(ClockEventKind.START, accepting_from, DeadlineKind.ACCEPT))
    if external_due is not None:
        is_ruled = ctx.municipality.rules.find_deciding(facts_of(ticket), "answer") is not None
        kind = ClockEventKind.TIGHTEN if is_ruled else ClockEventKind.SET
        events.append(ClockEvent(kind, start, DeadlineKind.ANSWER, external_due))
    if external_due is not None or entered_at is not None:
        return Beginning(compute_clocks(ctx.now, terms, hours, events), tuple(events))
    return Beginning(_usual_plan(start, terms, hours, posts), tuple(events))


@lru_cache(maxsize=4)
def _usual_plan(since: datetime, terms: DeadlineTerms, hours: WorkingHours, posts: tuple[ClockEvent, ...]) -> ClockPlan:
    """Compute the plan once for all tickets that a batch registers at one moment."""
    return compute_clocks(since, terms, hours, [replace(one, at=since) for one in posts])


def defer_start(ctx: UseCaseContext, urgency: Urgency | None, since: datetime) -> datetime:
    """Return when a clock begins: of an urgent ticket after quiet hours, unless it may ring at night."""
    if urgency is not None and not urgency.may_notify_at_night:
        return ctx.municipality.quiet_hours.defer(since)
    return since


async def store_beginning(
    ctx: UseCaseContext, ticket: Ticket, beginning: Beginning, *, after: datetime | None = None
) -> None:
    """Store the events and schedule the notices of a ticket that has just been registered.

    *after*: only the notices that are due later, of a ticket that another system has registered before.
    """
    for event in beginning.events:
        await ctx.uow.clock_events.add(ticket.id, event)
    if ticket.lead_id is None:
        kinds = STORED_KINDS if chains.follows_solving(ctx, ticket) else _WORK_KINDS
        dues = [due for due in beginning.plan.due_moments if due.deadline in kinds]
        await schedule(ctx, ticket, [due for due in dues if after is None or due.at > after])


async def compute_plan(ctx: UseCaseContext, ticket: Ticket) -> ClockPlan:
    """Compute the clocks of *ticket* from its history."""
    events = (await ctx.uow.clock_events.list_for([ticket.id])).get(ticket.id, ())
    return plan_from(ctx, ticket, events)


def plan_from(ctx: UseCaseContext, ticket: Ticket, events: Sequence[ClockEvent]) -> ClockPlan:
    """Compute the clocks of *ticket* from these events, and from the post that has it now."""
    terms = ctx.municipality.terms_of(facts_of(ticket))
    events = (*events, *post_hours.missing_events(ctx, ticket, events))
    return compute_clocks(ticket.registered_at, terms, ctx.municipality.hours, events)


async def record(
    ctx: UseCaseContext,
    ticket: Ticket,
    kind: ClockEventKind,
    deadline: DeadlineKind | None = None,
    due: datetime | None = None,
    by: Person | None = None,
) -> None:
    """Add an event to the history of *ticket*; :func:`recompute` applies it."""
    person_id = by.id if by is not None else None
    at = ctx.now
    if kind in (ClockEventKind.START, ClockEventKind.URGENT):
        at = defer_start(ctx, ticket.urgency, ctx.now)
    await ctx.uow.clock_events.add(ticket.id, ClockEvent(kind, at, deadline, due), person_id)


async def recompute(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Compute the deadlines of *ticket* once more, and schedule the notices of those that have moved."""
    await post_hours.follow(ctx, ticket)
    return await apply_plan(ctx, ticket, await compute_plan(ctx, ticket))


async def apply_plan(ctx: UseCaseContext, ticket: Ticket, plan: ClockPlan) -> Ticket:
    """Store the deadlines of *plan*, and schedule the notices of those that have moved.

    Of an answered ticket only the problem is still to be solved.
    """
    moved = moved_kinds(ticket, plan)
    if not moved:
        return ticket
    change = dues_of(plan) if ticket.is_open else TicketChange(solve_due=planned_due(plan, DeadlineKind.SOLVE))
    changed = await ctx.uow.tickets.update(ticket, change)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    await ctx.uow.audit_log.record(
        "terms_moved", ctx.now, ticket_id=ticket.id, facts=changed_facts(dues_in_words(ticket), dues_in_words(changed))
    )
    # A deadline that no rule has asked for until now is not told to be late: a changed rule rings for no old ticket.
    was_late = {kind for kind in moved if (due := stored_due(ticket, kind)) is None or due <= ctx.now}
    await reschedule(ctx, changed, plan, moved, was_late)
    return changed


def dues_of(plan: ClockPlan) -> TicketChange:
    """Return the change that stores the deadlines of *plan*."""
    return TicketChange(
        accept_due=plan.accept_due,
        answer_due=plan.answer_due,
        first_word_due=planned_due(plan, DeadlineKind.FIRST_WORD),
        solve_due=planned_due(plan, DeadlineKind.SOLVE),
    )


def planned_due(plan: ClockPlan, kind: DeadlineKind) -> datetime | None:
    """Return the deadline of *kind*; ``None`` if no rule has a term for it."""
    return plan.clocks[kind].due if kind in plan.clocks else None


def dues_in_words(ticket: Ticket) -> dict[str, object]:
    """Return the deadlines of *ticket* as the audit records them."""
    dues = {kind: stored_due(ticket, kind) for kind in STORED_KINDS}
    return {f"{kind.value}_due": due.isoformat() for kind, due in dues.items() if due is not None}


def planned_in_words(plan: ClockPlan) -> dict[str, object]:
    """Return the deadlines of *plan* as the audit records them."""
    dues = {kind: planned_due(plan, kind) for kind in STORED_KINDS}
    return {f"{kind.value}_due": due.isoformat() for kind, due in dues.items() if due is not None}


def moved_kinds(ticket: Ticket, plan: ClockPlan) -> tuple[DeadlineKind, ...]:
    """Return the deadlines of *ticket* that differ from those of *plan*."""
    kinds = STORED_KINDS if ticket.is_open else (DeadlineKind.SOLVE,) if ticket.state is State.ANSWERED else ()
    return tuple(kind for kind in kinds if stored_due(ticket, kind) != planned_due(plan, kind))


def stored_due(ticket: Ticket, kind: DeadlineKind) -> datetime | None:
    """Return the deadline that *ticket* holds."""
    match kind:
        case DeadlineKind.ACCEPT:
            return ticket.accept_due
        case DeadlineKind.ANSWER:
            return ticket.answer_due
        case DeadlineKind.FIRST_WORD:
            return ticket.first_word_due
        case DeadlineKind.SOLVE:
            return ticket.solve_due
    assert_never(kind)


async def reschedule(
    ctx: UseCaseContext,
    ticket: Ticket,
    plan: ClockPlan,
    kinds: Collection[DeadlineKind] = STORED_KINDS,
    was_late: Collection[DeadlineKind] = (),
) -> None:
    """Replace the notices of these deadlines; what was told to be late, and still is, is not told twice.

    A member of a problem has no notices of its own, and an ended ticket has none.
    """
    if ticket.lead_id is not None or ticket.state in _ENDED_STATES:
        return
    running = [kind for kind in kinds if _runs(ctx, ticket, kind)]
    wanted = [due for due in plan.due_moments if due.deadline in running]
    past = [due for due in wanted if due.at < ctx.now and (due.kind is DueKind.REMINDER or due.deadline in was_late)]
    late = [kind for kind in running if kind in was_late and plan.clocks[kind].due <= ctx.now]
    await ctx.uow.deadlines.cancel(ticket.id, [kind.value for kind in running if kind not in late])
    await ctx.uow.deadlines.cancel(ticket.id, [kind.value for kind in late], keeps_steps=True)
    await schedule(ctx, ticket, [due for due in wanted if due not in past])


def _runs(ctx: UseCaseContext, ticket: Ticket, kind: DeadlineKind) -> bool:
    match kind:
        case DeadlineKind.FIRST_WORD:
            return first_word_clock.runs(ticket)
        case DeadlineKind.SOLVE:
            return ticket.solve_due is not None and chains.follows_solving(ctx, ticket)
        case DeadlineKind.ACCEPT:
            return ticket.state in UNACCEPTED_STATES
        case DeadlineKind.ANSWER:
            return ticket.is_open
    assert_never(kind)


async def apply_urgent(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Apply the urgent terms from now on, where they end earlier."""
    await record(ctx, ticket, ClockEventKind.URGENT)
    return await recompute(ctx, ticket)


async def tighten(ctx: UseCaseContext, ticket: Ticket, accept_due: datetime, answer_due: datetime) -> Ticket:
    """Apply the given deadlines where they are earlier."""
    await record(ctx, ticket, ClockEventKind.TIGHTEN, DeadlineKind.ACCEPT, accept_due)
    await record(ctx, ticket, ClockEventKind.TIGHTEN, DeadlineKind.ANSWER, answer_due)
    return await recompute(ctx, ticket)


async def cancel_finished(ctx: UseCaseContext, before: Ticket, after: Ticket) -> None:
    """Cancel the reminders of deadlines that the change of the ticket has met or ended."""
    stopped = []
    if before.state in UNACCEPTED_STATES and after.state not in UNACCEPTED_STATES:
        stopped.append(DeadlineKind.ACCEPT.value)
    if before.state in OPEN_TICKET_STATES and after.state not in OPEN_TICKET_STATES:
        stopped = [kind.value for kind in _WORK_KINDS]
    if after.state in _ENDED_STATES and after.solve_due is not None:
        stopped.append(DeadlineKind.SOLVE.value)
    if stopped:
        await ctx.uow.deadlines.cancel(after.id, stopped)


async def schedule(ctx: UseCaseContext, ticket: Ticket, dues: Iterable[DueMoment]) -> None:
    """Schedule reminders at these moments, and the warnings of the ticket's chain before them."""
    dues = list(dues)
    moments = [(due.deadline.value, due.kind.value, due.share, due.at) for due in dues]
    await ctx.uow.deadlines.schedule(ticket.id, moments)
    for due in dues if ctx.municipality.chains else ():
        if due.kind is DueKind.OVERDUE:
            await chains.schedule_warnings(ctx, ticket, After.of_deadline(due.deadline.value), due.at)
