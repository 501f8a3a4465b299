"""The daily digest, and the figures of ``/digest`` and ``/stats``."""

from datetime import datetime, timedelta
from statistics import median

from bot.domain.board import BoardPage, BoardScope
from bot.domain.channels import Purpose
from bot.domain.local_time import local_to_utc
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.reports import (
    Digest,
    FalseAlarmCount,
    FalseAlarms,
    OverdueEntry,
    ReportFigures,
    SectorFigures,
    Statistics,
    ThemeFigures,
)
from bot.domain.once_keys import FIRST_START
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated

MAX_OVERDUE_LISTED = 20

STATS_PERIOD = timedelta(days=30)


async def due_since(ctx: UseCaseContext) -> datetime | None:
    """Return since when today's digest is due; ``None`` if it is not.

    It is due from its hour until it is sent, if the bot had its first start before that hour.
    """
    today = ctx.now.astimezone(ctx.municipality.zone).date()
    at = local_to_utc(today, ctx.municipality.digest_at, ctx.municipality.zone)
    if ctx.now < at:
        return None
    started = await ctx.uow.once_keys.get(FIRST_START)
    if started is None or started > at:
        return None
    return None if await ctx.uow.deadlines.has_digest(today) else at


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether today's digest is due."""
    return await due_since(ctx) is not None


async def send_daily(ctx: UseCaseContext) -> None:
    """Send today's digest once: the day is claimed in the same transaction, so a restart changes nothing.

    It covers the time since the previous daily digest.
    """
    if not await is_due(ctx):
        return
    since = await _previous_digest_end(ctx)
    if not await ctx.uow.deadlines.claim_digest(ctx.now.astimezone(ctx.municipality.zone).date(), since, ctx.now):
        return
    note = Digest(daily=True, figures=await collect_figures(ctx, since, ctx.now))
    for person in common_readers(ctx):
        async with isolated(ctx, "digest"):
            envelope = NoteEnvelope(purpose=Purpose.REPORTS)
            silent = await comes_silently(ctx, person)
            await notify.notify(ctx, person, note, priority=Priority.BULK, envelope=envelope, silent=silent)
    async with isolated(ctx, "digest"):
        dangers = await ctx.uow.reports.count_dangers(since)
        kinds = tuple(FalseAlarmCount(one.danger, one.new, one.false) for one in dangers if one.false)
        if kinds:
            await notify.notify_administrator(ctx, FalseAlarms(kinds=kinds))


async def comes_silently(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether the daily summary of *person* makes no sound.

    Nobody has to act on it at once: it is read when there is time. It rings by day if *person* wants to hear of
    nothing else.
    """
    budget = await ctx.uow.staff.find_budget(person.id)
    return budget is not NoticeBudget.SUMMARIES or await ctx.is_quiet_for(person.id)


def common_readers(ctx: UseCaseContext) -> tuple[Person, ...]:
    """Return the readers of the digest at the common hour; the others have an hour of their own."""
    people, hour = ctx.municipality.staff.recipients(Audience.DIGEST), ctx.municipality.digest_at
    return tuple(person for person in people if person.digest_at is None or person.digest_at == hour)


async def send_now(ctx: UseCaseContext, person: Person) -> None:
    """Handle ``/digest``: the time since the last daily digest."""
    figures = await collect_figures(ctx, await _previous_digest_end(ctx), ctx.now)
    await notify.notify(ctx, person, Digest(daily=False, figures=figures), priority=Priority.ANSWER)


async def send_stats(ctx: UseCaseContext, person: Person) -> None:
    """Handle ``/stats``: the same figures for the last :data:`STATS_PERIOD`."""
    figures = await collect_figures(ctx, ctx.now - STATS_PERIOD, ctx.now)
    days = STATS_PERIOD // timedelta(days=1)
    await notify.notify(ctx, person, Statistics(days=days, figures=figures), priority=Priority.ANSWER)


async def _previous_digest_end(ctx: UseCaseContext) -> datetime:
    """Return the end of the last daily digest, or the first start."""
    last = await ctx.uow.deadlines.find_last_digest_end(ctx.now) or await ctx.uow.once_keys.get(FIRST_START)
    return min(last or ctx.now, ctx.now)


async def collect_figures(ctx: UseCaseContext, since: datetime, until: datetime) -> ReportFigures:
    """Collect the figures of [since, until) and the state at *until*, as facts of a notification."""
    reports = ctx.uow.reports
    sectors = await reports.count_by_sector(since, until)
    fate = await reports.count_new_by_state(since, until)
    overdue = await reports.list_overdue(until, MAX_OVERDUE_LISTED + 1)
    corrections = await ctx.uow.inquiries.count_corrections(since, until)
    in_time = await ctx.uow.breakdowns.count_in_time(since, until)
    returned_by = await ctx.uow.breakdowns.count_returned(since, until)
    waiting = await ctx.uow.boards.count_waiting(BoardScope(whole=True), (BoardPage.APPROVER,))
    returned, solved = await reports.count_outcomes(since, until)
    return ReportFigures(
        since=since,
        until=until,
        new=fate.answered + fate.dismissed + fate.in_work,
        new_answered=fate.answered,
        new_dismissed=fate.dismissed,
        new_in_work=fate.in_work,
        answered=sum(line.answered for line in sectors),
        returned=returned,
        solved=solved,
        corrections=sum(line.asked for line in corrections),
        corrections_late=sum(line.late for line in corrections),
        in_work=sum(line.in_work for line in sectors),
        unaccepted=sum(line.unaccepted for line in sectors),
        in_approval=waiting[BoardPage.APPROVER],
        dismissed=sum(line.dismissed for line in sectors),
        overdue=sum(line.overdue for line in sectors),
        awaiting_triage=await reports.count_waiting_for_triage(),
        reaction_median=_median(await reports.list_reaction_seconds(since, until)),
        answer_median=_median(await reports.list_answer_seconds(since, until)),
        sectors=tuple(
            SectorFigures(
                ctx.municipality.sector_title(line.sector),
                line.new,
                line.answered,
                line.in_work,
                line.overdue,
                returned_by[line.sector],
                in_time[line.sector],
            )
            for line in sorted(sectors, key=lambda line: (line.sector is None, -line.new, line.sector or ""))
            if line.sector is not None or line.new or line.answered or line.in_work
        ),
        themes=await _count_themes(ctx, since, until),
        overdue_tickets=tuple(
            OverdueEntry(
                late.id,
                ctx.municipality.sector_title(late.sector),
                late.link,
                ctx.municipality.understanding.redact(late.text) if late.text is not None else None,
                late.members,
            )
            for late in overdue[:MAX_OVERDUE_LISTED]
        ),
        overdue_unlisted=max(
            0, sum(line.overdue for line in sectors) - sum(late.members for late in overdue[:MAX_OVERDUE_LISTED])
        ),
    )


async def _count_themes(ctx: UseCaseContext, since: datetime, until: datetime) -> tuple[ThemeFigures, ...]:
    """Return the figures of the town's themes, each with its post; a town without themes has none."""
    town = ctx.municipality
    found = await ctx.uow.breakdowns.count_by_theme(since, until) if town.themes else ()
    lines = ((line, town.themes.get(line.theme)) for line in sorted(found, key=lambda line: (-line.new, line.theme)))
    return tuple(
        ThemeFigures(
            theme.title,
            town.staff.post_for(theme.sector).title,
            line.new,
            line.answered,
            line.in_work,
            line.overdue,
        )
        for line, theme in lines
        if theme is not None
    )


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if seconds else None
