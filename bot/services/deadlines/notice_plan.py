"""The plan of what is told now: which pending notices are still true, to whom they go, and which of them wait.

A watcher's notices wait for the hours of the lists (``[staff_notices] lists_at``), and so do those of somebody who
wants nothing but summaries; in a person's quiet hours all wait. Danger never does.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.answers import PublicationState
from bot.domain.deadlines import POSTING_REMINDER, DueKind
from bot.domain.dialogs import DialogStep
from bot.domain.escalation import StepCode
from bot.domain.list_hours import find_last_hour
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.person import Person
from bot.domain.recipients import Hearing
from bot.domain.reminders import NoticeRow
from bot.domain.roles import READS_LISTS
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext, system_curators
from bot.services.deadlines import chain_conditions, draft_clocks, first_word_clock, not_ours_clock, outage_summary
from bot.services.deadlines.outage_summary import Outage
from bot.services.notifications import cards
from bot.services.notifications.isolation import succeeds

TASK = "reminders"
"""The name under which rows that fail are reported."""

WATCHER_NOTICE = "watch_overdue"
"""Notice code of people who watch deadlines and do not work on the ticket."""

QUIET_ARRIVAL = cards.QUIET_ARRIVAL
"""Notice code of a card that came without a sound."""

MAX_GATHERING = timedelta(minutes=1)
"""The longest time for which a notice waits for others of its minute; a sweep turns 200 moments into notices."""

WRITING_STEPS = (DialogStep.ANSWER, DialogStep.ANSWER_PREVIEW, DialogStep.INTERIM, DialogStep.INTERIM_PREVIEW)

_PERSONAL_CODES = frozenset((WATCHER_NOTICE, POSTING_REMINDER, not_ours_clock.LATE_CODE, *draft_clocks.LATE_CODES))
"""Notices of one person, although others have the ticket meanwhile."""


@dataclass(slots=True)
class NoticePlan:
    """The pending notices to send now, by person, and the obsolete ones; all others stay pending."""

    to_send: list[NoticeRow] = field(default_factory=list)
    obsolete: list[NoticeRow] = field(default_factory=list)
    broken: list[NoticeRow] = field(default_factory=list)  # an error says that nobody can be told them
    notices: dict[int, list[tuple[str, Ticket]]] = field(default_factory=lambda: defaultdict(list))  # by person
    outage: Outage | None = None
    """The outage whose summary is sent now."""
    list_hour: datetime | None = None
    """The hour whose lists are sent now: they hold what became due by then."""
    told_this_minute: frozenset[int] = frozenset()
    """People who were told something in the present minute: more of it waits for the next one."""
    gathers_since: datetime | None = None
    """The moment from which notices wait for others, as more deadlines of this minute are still to become notices."""

    @property
    def is_empty(self) -> bool:
        return not (self.to_send or self.obsolete or self.broken or self.outage)


async def plan_notices(ctx: UseCaseContext, *, messengers_caught_up: bool) -> NoticePlan:
    waiting = await ctx.uow.deadlines.list_pending_notices()
    tickets = await ctx.uow.tickets.get_many({row.ticket_id for row in waiting})
    quiet = ctx.municipality.quiet_hours.is_quiet(ctx.now)
    plan = NoticePlan(told_this_minute=await _list_told(ctx) if waiting else frozenset())
    outage = await outage_summary.find_open_outage(ctx)
    if (
        outage is not None
        and not quiet
        and await outage_summary.is_summary_ready(ctx, outage, messengers_caught_up=messengers_caught_up)
    ):
        plan.outage = outage
    is_deferred = outage != plan.outage
    plan.list_hour = await _find_list_hour(ctx) if waiting else None
    if waiting and await ctx.uow.deadlines.has_due(ctx.now, steps=not is_deferred):
        plan.gathers_since = ctx.now - MAX_GATHERING
    for row in waiting:
        if row.due_at > ctx.now:
            continue  # the clock was put back: the notice is not true yet, but will be
        if _is_too_soon(plan, row, row.person_id, tickets.get(row.ticket_id)):
            continue
        planning = _plan_notice(ctx, plan, row, tickets.get(row.ticket_id), is_deferred=is_deferred)
        if not await succeeds(planning, TASK, row.ticket_id):
            plan.broken.append(row)
    return plan


async def _find_list_hour(ctx: UseCaseContext) -> datetime | None:
    """Return the last hour of the lists once everything that was due by then has become a notice: one list has all."""
    hour = find_last_hour(ctx.now, ctx.municipality.lists_at, ctx.municipality.zone)
    return None if hour is None or await ctx.uow.deadlines.has_due(hour) else hour


async def _list_told(ctx: UseCaseContext) -> frozenset[int]:
    return await ctx.uow.deadlines.list_told_between(ctx.now.replace(second=0, microsecond=0), ctx.now)


def _is_too_soon(plan: NoticePlan, row: NoticeRow, person_id: int, ticket: Ticket | None) -> bool:
    """Return whether the person has had a message in this minute, or will soon have more to hear: one list has all."""
    if ticket is None or ticket.may_notify_at_night or plan.outage is not None:
        return False
    gathers = plan.gathers_since is not None and row.due_at > plan.gathers_since
    return gathers or person_id in plan.told_this_minute


async def _plan_notice(
    ctx: UseCaseContext, plan: NoticePlan, row: NoticeRow, ticket: Ticket | None, *, is_deferred: bool
) -> None:
    if ticket is None or not await _is_still_true(ctx, row, ticket):
        plan.obsolete.append(row)
        return
    if (is_deferred and not ticket.may_notify_at_night) or await _is_being_published(ctx, ticket):
        return
    recipient_ids = await _list_recipients(ctx, row, ticket)
    ready = [one for one in recipient_ids if await _is_told_now(ctx, plan, row, ticket, one)]
    if recipient_ids and not ready:
        return
    plan.to_send.append(row)
    for person_id in ready:
        plan.notices[person_id].append((row.code, ticket))


async def _is_told_now(ctx: UseCaseContext, plan: NoticePlan, row: NoticeRow, ticket: Ticket, person_id: int) -> bool:
    if ticket.may_notify_at_night:
        return True
    if await ctx.is_quiet_for(person_id) or _is_too_soon(plan, row, person_id, ticket):
        return False
    if plan.outage is not None or not await _waits_for_list(ctx, row, ticket, person_id):
        return True
    return plan.list_hour is not None and row.due_at <= plan.list_hour


async def _waits_for_list(ctx: UseCaseContext, row: NoticeRow, ticket: Ticket, person_id: int) -> bool:
    """Return whether the notice is for a person's next list: they watch, and nobody waits for them to act."""
    if row.code == WATCHER_NOTICE or await ctx.uow.staff.find_budget(person_id) is NoticeBudget.SUMMARIES:
        return True
    person = ctx.municipality.staff.find_by_id(person_id)
    return person is not None and _reads_lists(person) and person not in await cards.recipients(ctx, ticket)


def _reads_lists(person: Person) -> bool:
    return bool(READS_LISTS & person.bases)


async def _list_recipients(ctx: UseCaseContext, row: NoticeRow, ticket: Ticket) -> Sequence[int]:
    """Return who is told: the person of the notice or, if the ticket has left them meanwhile, who has it now."""
    if row.code in _PERSONAL_CODES or StepCode.parse(row.code):
        return (row.person_id,)
    if row.code.endswith(DueKind.REMINDER) and row.person_id in {one.id for one in reminded_too(ctx, ticket)}:
        return (row.person_id,)
    awaited = await system_curators.list_awaited(ctx, ticket)  # who has the ticket can do no more
    current = [person.id for person in awaited or await cards.recipients(ctx, ticket)]
    return (row.person_id,) if row.person_id in current else current


async def _is_still_true(ctx: UseCaseContext, row: NoticeRow, ticket: Ticket) -> bool:
    """Return whether the notice is still true: deadlines end, restart and pass."""
    if row.code == POSTING_REMINDER:
        return bool(await ctx.uow.answers.list_manual_pending_of(ticket.id))
    if step := StepCode.parse(row.code):
        return await chain_conditions.holds(ctx, ticket, step.after, is_warning=step.is_warning)
    if row.code in draft_clocks.LATE_CODES:
        return await draft_clocks.is_late(ctx, ticket, draft_clocks.LATE_CODES[row.code])
    if row.code == not_ours_clock.LATE_CODE:
        return await not_ours_clock.is_late(ctx, ticket)
    if row.code == first_word_clock.LATE_CODE:
        return await first_word_clock.is_late(ctx, ticket)
    if not ticket.is_open:
        return False
    unaccepted = ticket.state in UNACCEPTED_STATES
    if row.code == QUIET_ARRIVAL:
        return unaccepted
    accept_late = unaccepted and ticket.accept_due <= ctx.now
    answer_late = ticket.answer_due <= ctx.now
    match row.code:
        case "accept_overdue":
            return accept_late
        case "answer_overdue":
            return answer_late
        case "accept_reminder":
            return unaccepted and not accept_late and not await _is_being_written(ctx, ticket)
        case "answer_reminder":
            return not answer_late
    return accept_late or answer_late


async def _is_being_written(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether somebody is writing the answer: nobody need remind them to accept the ticket."""
    if await ctx.uow.drafts.find_open(ticket.id) is not None:
        return True
    return bool(await ctx.uow.dialogs.list_writers(ticket.id, WRITING_STEPS, ctx.now))


async def _is_being_published(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the answer waits only for a messenger's confirmation: nobody can do more."""
    if ticket.state is not State.PUBLISHING:
        return False
    answer = await ctx.uow.answers.find_latest(ticket.id)
    states = await ctx.uow.answers.count_by_state(answer.id) if answer else {}
    return PublicationState.QUEUED in states


def reminded_too(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people whose roles hear of reminders, besides those who have to work on the ticket."""
    return ctx.municipality.staff.listeners(Hearing.REMINDERS, ticket.sector, ticket.district)
