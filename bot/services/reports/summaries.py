"""Everybody's daily summary at their own hour: heads and block curators of their block, the centre of the whole town.

Readers of the digest get the digest (:mod:`bot.services.reports.digest`); those with an own hour get it here.
"""

from datetime import datetime, timedelta

from bot.domain.board import WAITING_PAGES, BoardPage, BoardScope
from bot.domain.channels import Purpose
from bot.domain.durations import Duration
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.base import Notification
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.reports import DailySummary, Digest, FieldFigures, OldestTicket
from bot.domain.once_keys import FIRST_START
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.roles import SUMMARY_ROLES
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated
from bot.services.reports import board, digest

FIRST_PERIOD = timedelta(days=1)
"""Time that the first summary of a person covers."""

MAX_FIRST_DELAY = timedelta(hours=1)
"""The longest delay of a first summary: somebody whose hour has passed longer ago when they come, or when the bot is
upgraded, gets it on the next day."""

NEXT_DAY = Duration.parse("1wd")


async def list_due(ctx: UseCaseContext) -> list[tuple[Person, datetime]]:
    """List the people whose summary of today is due, each with the beginning of its time."""
    started = await ctx.uow.once_keys.get(FIRST_START)
    known = await ctx.uow.boards.list_summaries()
    due = []
    for person in readers(ctx):
        at = local_to_utc(ctx.today, person.digest_at or ctx.municipality.digest_at, ctx.municipality.zone)
        day, until = known.get(person.id, (None, None))
        is_first_too_late = until is None and ctx.now - at > MAX_FIRST_DELAY
        is_open = started is not None and started <= at <= ctx.now and not is_first_too_late
        if is_open and (day is None or day < ctx.today):
            due.append((person, max(until or ctx.now - FIRST_PERIOD, started or ctx.now)))
    return due


def readers(ctx: UseCaseContext) -> list[Person]:
    """List the people who get a summary here."""
    in_common = digest.common_readers(ctx)
    of_digest = ctx.municipality.staff.recipients(Audience.DIGEST)
    return [
        person
        for person in ctx.municipality.staff.people
        if person not in in_common and (person in of_digest or SUMMARY_ROLES & person.bases)
    ]


def has_summary(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* gets a daily summary or the digest."""
    return person in digest.common_readers(ctx) or person in readers(ctx)


async def is_due(ctx: UseCaseContext) -> bool:
    return bool(await list_due(ctx))


async def send_due(ctx: UseCaseContext) -> None:
    """Send the due summaries; each is claimed in the transaction that queues it."""
    of_digest = ctx.municipality.staff.recipients(Audience.DIGEST)
    for person, since in await list_due(ctx):
        async with isolated(ctx, "summary"):
            if not await ctx.uow.boards.claim_summary(person.id, ctx.today, ctx.now):
                continue
            note: Notification | None
            if person in of_digest:
                note = Digest(daily=True, figures=await digest.collect_figures(ctx, since, ctx.now))
            else:
                note = await build(ctx, person, since)
            if note is not None:
                envelope = NoteEnvelope(purpose=Purpose.REPORTS)
                silent = await digest.comes_silently(ctx, person)
                await notify.notify(ctx, person, note, priority=Priority.BULK, envelope=envelope, silent=silent)


async def build(ctx: UseCaseContext, person: Person, since: datetime) -> DailySummary | None:
    """Return the summary of the field of *person*; ``None`` for an empty day."""
    scope = board.scope_of(ctx, person)
    if scope is None:
        return None
    tomorrow = ctx.municipality.calendar.add(ctx.now, NEXT_DAY)
    totals = (await ctx.uow.boards.count(scope, ctx.now, tomorrow))[0].counts
    day = await ctx.uow.boards.count_day(scope, since, ctx.now)
    if not (day.new or day.answered or day.returned or totals.late or totals.soon):
        return None
    oldest = await ctx.uow.boards.find_oldest(scope)
    waiting = await ctx.uow.boards.count_waiting(scope, WAITING_PAGES)
    figures = FieldFigures(
        since=since,
        until=ctx.now,
        new=day.new,
        repeated=day.repeated,
        answered=day.answered,
        returned=day.returned,
        work=totals.work,
        late=totals.late,
        soon=totals.soon,
        unaccepted=totals.unaccepted,
        in_approval=waiting[BoardPage.APPROVER],
        without_call=waiting[BoardPage.CALL],
        oldest=OldestTicket(*oldest) if oldest is not None else None,
        late_blocks=await _late_blocks(ctx, scope, tomorrow) if scope.whole else (),
    )
    return DailySummary(figures=figures)


async def _late_blocks(ctx: UseCaseContext, scope: BoardScope, tomorrow: datetime) -> tuple[str, ...]:
    """Name the blocks with late tickets: «Дороги: 3»."""
    groups = await ctx.uow.boards.count(scope, ctx.now, tomorrow, BoardPage.SECTORS)
    late = sorted((one for one in groups if one.counts.late), key=lambda one: (-one.counts.late, one.sector or ""))
    return tuple(f"{ctx.municipality.sector_title(one.sector)}: {one.counts.late}" for one in late)
