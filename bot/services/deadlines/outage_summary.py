"""After an outage of ours people get one summary, not every notice that was due meanwhile.

The watch over the clock writes down that it lives; whoever takes it up finds out how long nobody did. What came due in
that time waits until the messages of that time have been handled, and is told at once: what has come, what is overdue.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards

MIN_OUTAGE = timedelta(minutes=30)
"""A shorter pause is an update or a restart: what was due then is still news. No shorter than the time for which a
curator's notices are gathered, so that the summary comes to nobody right after a notice."""

MAX_BACKLOG_WAIT = timedelta(minutes=2)
"""So long the summary waits for the messages of the outage, should a messenger not bring them."""

_HEARTBEAT_KEY = "alive"
_OUTAGE_KEY_PREFIX = "outage:"


@dataclass(frozen=True, slots=True)
class Outage:
    """Nobody worked from ``since`` until ``until``, and people have not been told yet."""

    since: datetime
    until: datetime


async def record_heartbeat(ctx: UseCaseContext) -> None:
    """We live now."""
    await ctx.uow.once_keys.set(_HEARTBEAT_KEY, ctx.now)


async def detect_outage(ctx: UseCaseContext) -> None:
    """The watch over the clock is taken up (again). An outage that follows another before anybody was told of it is one
    with it."""
    last = await ctx.uow.once_keys.get(_HEARTBEAT_KEY)
    if last is not None and ctx.now - last >= MIN_OUTAGE:
        before = await find_open_outage(ctx)
        since = before.since if before is not None else last
        await ctx.uow.once_keys.set(f"{_OUTAGE_KEY_PREFIX}{since.isoformat()}", ctx.now)
    await record_heartbeat(ctx)


async def find_open_outage(ctx: UseCaseContext) -> Outage | None:
    """The outage that people have not been told of."""
    for key, until in (await ctx.uow.once_keys.list_by_prefix(_OUTAGE_KEY_PREFIX)).items():
        return Outage(datetime.fromisoformat(key.removeprefix(_OUTAGE_KEY_PREFIX)), until)
    return None


async def is_summary_ready(ctx: UseCaseContext, outage: Outage, *, messengers_caught_up: bool) -> bool:
    """Whether what came meanwhile is known. *heard*: every messenger has told what it kept for us."""
    is_early = timedelta(0) <= ctx.now - outage.until < MAX_BACKLOG_WAIT
    if is_early and not (messengers_caught_up and await ctx.uow.inbox.get_oldest_pending() is None):
        return False
    return not await ctx.uow.deadlines.has_due(ctx.now)


async def close_outage(ctx: UseCaseContext) -> None:
    """People have been told."""
    for key in await ctx.uow.once_keys.list_keys(_OUTAGE_KEY_PREFIX):
        await ctx.uow.once_keys.delete(key)


async def count_new_tickets(ctx: UseCaseContext, outage: Outage) -> Counter[int]:
    """How many messages of that time each person has to do with: the responsible ones theirs, who watches all."""
    numbers = await ctx.uow.reports.list_written_between(outage.since, outage.until)
    found: Counter[int] = Counter()
    tickets = [one for one in (await ctx.uow.tickets.get_many(numbers)).values() if one.is_open]
    for ticket in tickets:
        found.update(person.id for person in await _recipients(ctx, ticket))
    return found


async def _recipients(ctx: UseCaseContext, ticket: Ticket) -> set[Person]:
    return {*await cards.recipients(ctx, ticket), *ctx.municipality.staff.recipients(Audience.OUTAGE)}
