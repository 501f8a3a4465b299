"""Reminders: pending notices become messages outside quiet hours, several in one."""

from collections.abc import Iterable, Mapping

from bot.domain.deadlines import POSTING_REMINDER
from bot.domain.escalation import StepCode
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.notifications.deadlines import NoticeItem, NoticeList, OutageSummary, ticket_notice
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import draft_clocks, first_word_clock, not_ours_clock, notice_plan, outage_summary
from bot.services.deadlines.outage_summary import Outage
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated, report_skipped

_TASK = notice_plan.TASK

MAX_LISTED = 150
"""Most tickets that one message names: with thirty of them in full, it fits into one message of every messenger."""


async def has_pending(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> bool:
    """Return whether :func:`send_notices` would change anything; writes nothing."""
    return not (await notice_plan.plan_notices(ctx, messengers_caught_up=messengers_caught_up)).is_empty


async def send_notices(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> None:
    """Send the pending notices; in a person's quiet hours only urgent ones, after an outage all in one summary.

    *messengers_caught_up*: every messenger has delivered its backlog.
    """
    plan = await notice_plan.plan_notices(ctx, messengers_caught_up=messengers_caught_up)
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
            items = _notice_items(ctx, person, severest)
            await notify.notify(
                ctx,
                person,
                OutageSummary(since=outage.since, until=outage.until, new=new[person_id], items=items),
                ticket=severest[0][1] if len(severest) == 1 else None,
                priority=Priority.URGENT if any(ticket.urgent for _, ticket in severest) else Priority.NOTE,
            )


_SEVERITY = {
    notice_plan.QUIET_ARRIVAL: -1,
    "accept_reminder": 0,
    "answer_reminder": 1,
    POSTING_REMINDER: 2,
    **dict.fromkeys((*draft_clocks.LATE_CODES, not_ours_clock.LATE_CODE, first_word_clock.LATE_CODE), 3),
    notice_plan.WATCHER_NOTICE: 3,
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


def _notice_items(ctx: UseCaseContext, person: Person, notices: Iterable[tuple[str, Ticket]]) -> tuple[NoticeItem, ...]:
    return tuple(
        NoticeItem(code, ticket.id, ctx.municipality.title_of(ticket), _post_for(ctx, person, ticket))
        for code, ticket in notices
    )


def _post_for(ctx: UseCaseContext, person: Person, ticket: Ticket) -> str | None:
    """Return the title of the post that has *ticket*, for *person* who does not hold it."""
    post = responsibility.responsibility_for(ctx, ticket).post
    return post.title if person not in post.members else None


async def _send_person_notices(ctx: UseCaseContext, person: Person, notices: list[tuple[str, Ticket]]) -> None:
    severest = _most_severe(notices)
    urgent = any(ticket.urgent for _, ticket in severest)
    priority = Priority.URGENT if urgent else Priority.NOTE
    if len(severest) == 1 and not await _wants_lists(ctx, person, severest[0][1]):
        [(code, ticket)] = severest
        sector = ctx.municipality.title_of(ticket)
        note = ticket_notice(code, ticket.id, sector, _post_for(ctx, person, ticket))
        await notify.notify(ctx, person, note, ticket=ticket, priority=priority)
        return
    listed = NoticeList(items=_notice_items(ctx, person, _worst(severest)), more=max(0, len(severest) - MAX_LISTED))
    await notify.notify(ctx, person, listed, priority=priority)


def _worst(notices: list[tuple[str, Ticket]]) -> list[tuple[str, Ticket]]:
    """Return the notices that one message names: all, or the worst."""
    if len(notices) <= MAX_LISTED:
        return notices
    return sorted(notices, key=lambda one: (one[1].urgent, _severity(one[0])), reverse=True)[:MAX_LISTED]


async def _wants_lists(ctx: UseCaseContext, person: Person, ticket: Ticket) -> bool:
    """Return whether even one notice is a list, which rings where nothing else does."""
    return not ticket.may_notify_at_night and await ctx.uow.staff.find_budget(person.id) is NoticeBudget.SUMMARIES
