"""Reminders: due moments become notices, and notices become messages outside quiet hours, several in one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.answers import PublicationState
from bot.domain.deadlines import DueKind
from bot.domain.escalation import StepCode
from bot.domain.notifications.deadlines import NoticeItem, NoticeList, OutageSummary, ticket_notice
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.recipients import Hearing
from bot.domain.reminders import NoticeRow
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import chain_conditions, draft_clocks, first_word_clock, not_ours_clock, outage_summary
from bot.services.deadlines.outage_summary import Outage
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated, report_skipped, succeeds

WATCHER_NOTICE_INTERVAL = timedelta(minutes=30)
"""The shortest time between two messages about overdue tickets to a watcher."""

_TASK = "reminders"

WATCHER_NOTICE = "watch_overdue"
"""Notice code of people who watch deadlines and do not work on the ticket."""

_PERSONAL_CODES = frozenset(
    (WATCHER_NOTICE, handout.POSTING_REMINDER, not_ours_clock.LATE_CODE, *draft_clocks.LATE_CODES)
)
"""Notices of one person, although others have the ticket meanwhile."""


def reminded_too(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people whose roles hear of reminders, besides those who have to work on the ticket."""
    return ctx.municipality.staff.listeners(Hearing.REMINDERS, ticket.sector, ticket.district)


@dataclass(slots=True)
class _NoticePlan:
    """The pending notices to send now, by person, and the obsolete ones; all others stay pending."""

    to_send: list[NoticeRow] = field(default_factory=list)
    obsolete: list[NoticeRow] = field(default_factory=list)
    broken: list[NoticeRow] = field(default_factory=list)  # an error says that nobody can be told them
    notices: dict[int, list[tuple[str, Ticket]]] = field(default_factory=lambda: defaultdict(list))  # by person
    notified_recently: dict[int, bool] = field(default_factory=dict)  # who watches deadlines, by person
    outage: Outage | None = None
    """The outage whose summary is sent now."""

    @property
    def is_empty(self) -> bool:
        return not (self.to_send or self.obsolete or self.broken or self.outage)


async def has_pending(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> bool:
    """Return whether :func:`send_notices` would change anything; writes nothing."""
    return not (await _plan_notices(ctx, messengers_caught_up=messengers_caught_up)).is_empty


async def send_notices(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> None:
    """Send the pending notices; in a person's quiet hours only urgent ones, after an outage all in one summary.

    *messengers_caught_up*: every messenger has delivered its backlog.
    """
    plan = await _plan_notices(ctx, messengers_caught_up=messengers_caught_up)
    await ctx.uow.deadlines.delete_notices([row.id for row in (*plan.obsolete, *plan.broken)])
    for row in plan.broken:
        await report_skipped(ctx, _TASK, row.ticket_id)
    await ctx.uow.deadlines.mark_notices_sent([row.id for row in plan.to_send], ctx.now)
    if plan.outage is not None:
        await _send_outage_summary(ctx, plan.outage, plan.notices)
        return
    for person_id, notices in plan.notices.items():
        person = ctx.municipality.staff.find_by_id(person_id)
        if person is not None:
            async with isolated(ctx, _TASK):
                await _send_person_notices(ctx, person, notices)


async def _send_outage_summary(
    ctx: UseCaseContext, outage: Outage, notices: Mapping[int, list[tuple[str, Ticket]]]
) -> None:
    """Send one message to everybody whom the outage concerns."""
    await outage_summary.close_outage(ctx)
    new = await outage_summary.count_new_tickets(ctx, outage)
    for person_id in sorted({*notices, *new}):
        person = ctx.municipality.staff.find_by_id(person_id)
        if person is None:
            continue
        async with isolated(ctx, _TASK):
            severest = _most_severe(notices.get(person_id, ()))
            items = _notice_items(ctx, severest)
            await notify.notify(
                ctx,
                person,
                OutageSummary(since=outage.since, until=outage.until, new=new[person_id], items=items),
                ticket=severest[0][1] if len(severest) == 1 else None,
                priority=Priority.URGENT if any(ticket.urgent for _, ticket in severest) else Priority.NOTE,
            )


async def _plan_notices(ctx: UseCaseContext, *, messengers_caught_up: bool) -> _NoticePlan:
    waiting = await ctx.uow.deadlines.list_pending_notices()
    tickets = await ctx.uow.tickets.get_many({row.ticket_id for row in waiting})
    quiet = ctx.municipality.quiet_hours.is_quiet(ctx.now)
    plan = _NoticePlan()
    outage = await outage_summary.find_open_outage(ctx)
    if (
        outage is not None
        and not quiet
        and await outage_summary.is_summary_ready(ctx, outage, messengers_caught_up=messengers_caught_up)
    ):
        plan.outage = outage
    is_deferred = outage != plan.outage
    for row in waiting:
        if row.created_at > ctx.now:
            continue  # the clock was put back: the notice is not true yet, but will be
        planning = _plan_notice(ctx, plan, row, tickets.get(row.ticket_id), is_deferred=is_deferred)
        if not await succeeds(planning, _TASK, row.ticket_id):
            plan.broken.append(row)
    return plan


async def _plan_notice(
    ctx: UseCaseContext, plan: _NoticePlan, row: NoticeRow, ticket: Ticket | None, *, is_deferred: bool
) -> None:
    if ticket is None or not await _is_still_true(ctx, row, ticket):
        plan.obsolete.append(row)
        return
    if (is_deferred and not ticket.may_notify_at_night) or await _is_being_published(ctx, ticket):
        return
    if row.code == WATCHER_NOTICE:
        if row.person_id not in plan.notified_recently:
            plan.notified_recently[row.person_id] = await _was_notified_recently(ctx, row.person_id)
        if plan.notified_recently[row.person_id]:
            return
    recipient_ids = await _list_recipients(ctx, row, ticket)
    awake = [one for one in recipient_ids if ticket.may_notify_at_night or not await ctx.is_quiet_for(one)]
    if recipient_ids and not awake:
        return
    plan.to_send.append(row)
    for person_id in awake:
        plan.notices[person_id].append((row.code, ticket))


async def _list_recipients(ctx: UseCaseContext, row: NoticeRow, ticket: Ticket) -> Sequence[int]:
    """Return who is told: the person of the notice or, if the ticket has left them meanwhile, who has it now."""
    if row.code in _PERSONAL_CODES or StepCode.parse(row.code):
        return (row.person_id,)
    if row.code.endswith(DueKind.REMINDER) and row.person_id in {one.id for one in reminded_too(ctx, ticket)}:
        return (row.person_id,)
    current = [person.id for person in await cards.recipients(ctx, ticket)]
    return (row.person_id,) if row.person_id in current else current


async def _is_still_true(ctx: UseCaseContext, row: NoticeRow, ticket: Ticket) -> bool:
    """Return whether the notice is still true: deadlines end, restart and pass."""
    if row.code == handout.POSTING_REMINDER:
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
    accept_late = unaccepted and ticket.accept_due <= ctx.now
    answer_late = ticket.answer_due <= ctx.now
    match row.code:
        case "accept_overdue":
            return accept_late
        case "answer_overdue":
            return answer_late
        case "accept_reminder":
            return unaccepted and not accept_late
        case "answer_reminder":
            return not answer_late
    return accept_late or answer_late


async def _is_being_published(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the answer waits only for a messenger's confirmation: nobody can do more."""
    if ticket.state is not State.PUBLISHING:
        return False
    answer = await ctx.uow.answers.find_latest(ticket.id)
    states = await ctx.uow.answers.count_by_state(answer.id) if answer else {}
    return PublicationState.QUEUED in states


async def _was_notified_recently(ctx: UseCaseContext, person_id: int) -> bool:
    last = await ctx.uow.deadlines.find_last_notice_time(person_id, WATCHER_NOTICE)
    return last is not None and timedelta(0) <= ctx.now - last < WATCHER_NOTICE_INTERVAL


_SEVERITY = {
    "accept_reminder": 0,
    "answer_reminder": 1,
    handout.POSTING_REMINDER: 2,
    **dict.fromkeys((*draft_clocks.LATE_CODES, not_ours_clock.LATE_CODE, first_word_clock.LATE_CODE), 3),
    WATCHER_NOTICE: 3,
    "accept_overdue": 4,
    "answer_overdue": 5,
}
"""Only the most severe of several notices about one ticket is sent."""


def _severity(code: str) -> float:
    """Return the rank of a notice; a step of a chain says why somebody is told who need not be."""
    step = StepCode.parse(code)
    return _SEVERITY[code] if step is None else 0.5 if step.is_warning else 3.5


def _most_severe(notices: Iterable[tuple[str, Ticket]]) -> list[tuple[str, Ticket]]:
    found: dict[int, tuple[str, Ticket]] = {}
    for code, ticket in notices:
        known = found.get(ticket.id)
        if known is None or _severity(code) >= _severity(known[0]):
            found[ticket.id] = (code, ticket)
    return list(found.values())


def _notice_items(ctx: UseCaseContext, notices: Iterable[tuple[str, Ticket]]) -> tuple[NoticeItem, ...]:
    return tuple(NoticeItem(code, ticket.id, ctx.municipality.title_of(ticket)) for code, ticket in notices)


async def _send_person_notices(ctx: UseCaseContext, person: Person, notices: list[tuple[str, Ticket]]) -> None:
    severest = _most_severe(notices)
    urgent = any(ticket.urgent for _, ticket in severest)
    priority = Priority.URGENT if urgent else Priority.NOTE
    if len(severest) == 1:
        [(code, ticket)] = severest
        sector = ctx.municipality.title_of(ticket)
        note = ticket_notice(code, ticket.id, sector)
        await notify.notify(ctx, person, note, ticket=ticket, priority=priority)
        return
    await notify.notify(ctx, person, NoticeList(items=_notice_items(ctx, severest)), priority=priority)
