"""The curator's two minutes in the morning."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from bot.domain.channels import Purpose
from bot.domain.local_time import at_local
from bot.domain.outbox import Priority
from bot.domain.people import Person, Role
from bot.domain.privacy import covered
from bot.services.context import Work
from bot.services.notifications import notify

OVERDUE_SHOWN = 20

STATS_OVER = timedelta(days=30)


async def due_since(work: Work) -> datetime | None:
    """Since when today's digest should have gone out; ``None``: it is not due. It is when its hour has come, it was not
    sent, and the bot had been started before that hour (nothing is sent for a time when nobody was listening)."""
    today = work.now.astimezone(work.centre.zone).date()
    at = at_local(today, work.centre.digest_at, work.centre.zone)
    if work.now < at:
        return None
    started = await work.uow.chronicle.when("first_start")
    if started is None or started > at:
        return None
    return None if await work.uow.times.has_digest(today) else at


async def is_due(work: Work) -> bool:
    """Whether today's digest shall go out now."""
    return await due_since(work) is not None


async def send_daily(work: Work) -> None:
    """Send the digest of today, once: the day is taken in the same transaction, so a restart changes nothing.

    It tells what came since the previous daily one.
    """
    if not await is_due(work):
        return
    since = await _since(work)
    if not await work.uow.times.add_digest(work.now.astimezone(work.centre.zone).date(), since, work.now):
        return
    facts = await collect(work, since, work.now)
    for person in readers(work):
        await notify.tell(work, person, "digest", priority=Priority.BULK, purpose=Purpose.REPORTS, daily=True, **facts)


def readers(work: Work) -> list[Person]:
    """Who gets the daily digest: curators and managers; in a town with neither, the coordinators."""
    staff = work.centre.staff
    people = [*staff.with_role(Role.CURATOR), *staff.with_role(Role.MANAGER)] or staff.with_role(Role.COORDINATOR)
    return list({person.id: person for person in people}.values())


async def send_now(work: Work, person: Person) -> None:
    """``/digest``: what came since the last daily one until now."""
    facts = await collect(work, await _since(work), work.now)
    await notify.tell(work, person, "digest", priority=Priority.ANSWER, daily=False, **facts)


async def send_stats(work: Work, person: Person) -> None:
    """``/stats``: the same figures of the last :data:`STATS_OVER`."""
    facts = await collect(work, work.now - STATS_OVER, work.now)
    days = STATS_OVER // timedelta(days=1)
    await notify.tell(work, person, "stats", priority=Priority.ANSWER, daily=False, days=days, **facts)


async def _since(work: Work) -> datetime:
    """Where the last daily digest left off; at first, the first start."""
    last = await work.uow.times.last_digest(work.now) or await work.uow.chronicle.when("first_start")
    return min(last or work.now, work.now)


async def collect(work: Work, since: datetime, until: datetime) -> dict[str, Any]:
    """The figures of [since, until) and the state at *until*, as facts of a note."""
    reports = work.uow.reports
    sectors = await reports.by_sector(since, until)
    overdue = await reports.overdue(until, OVERDUE_SHOWN + 1)
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "new": sum(line.new for line in sectors),
        "answered": sum(line.answered for line in sectors),
        "in_work": sum(line.in_work for line in sectors),
        "unaccepted": sum(line.unaccepted for line in sectors),
        "dismissed": sum(line.dismissed for line in sectors),
        "overdue": sum(line.overdue for line in sectors),
        "triage": await reports.waits_for_triage(),
        "reaction": _median(await reports.reaction_seconds(since, until)),
        "answer": _median(await reports.answer_seconds(since, until)),
        "sectors": [
            [work.centre.sector_title(line.sector), line.new, line.answered, line.in_work, line.overdue]
            for line in sorted(sectors, key=lambda line: (line.sector is None, -line.new, line.sector or ""))
            if line.sector is not None
        ],
        "late": [
            [late.id, work.centre.sector_title(late.sector), late.link, covered(late.text), late.members]
            for late in overdue[:OVERDUE_SHOWN]
        ],
        "late_more": max(
            0, sum(line.overdue for line in sectors) - sum(late.members for late in overdue[:OVERDUE_SHOWN])
        ),
    }


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if seconds else None
