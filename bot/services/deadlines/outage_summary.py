"""The outage summary: after downtime of the bot, people get one summary instead of every reminder due meanwhile.

The leader stores a heartbeat; the next leader compares it with the clock. Reminders that came due meanwhile wait until
the messages of that time have been handled; then one summary lists new and overdue tickets.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.once_keys import OUTAGE_PREFIX
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards

MIN_OUTAGE = timedelta(minutes=30)
"""A shorter pause is an update or a restart, after which reminders are sent as usual. Not shorter than the interval of
watchers' reminders, so that nobody gets the summary right after a reminder."""

MAX_BACKLOG_WAIT = timedelta(minutes=2)
"""The longest wait of the summary for messages of the outage that a messenger does not deliver."""

_HEARTBEAT_KEY = "alive"


@dataclass(frozen=True, slots=True)
class Outage:
    """Downtime from ``since`` until ``until`` that has not been reported yet."""

    since: datetime
    until: datetime


def due_moment(ctx: UseCaseContext, at: datetime) -> datetime:
    """Return when a notice of the moment *at* counts as true: then, or now if new terms put the moment far back.

    A list that went out long ago cannot hold it any more; and after a long pause of the bot there is a summary.
    """
    return at if ctx.now - at < MIN_OUTAGE else ctx.now


async def record_heartbeat(ctx: UseCaseContext) -> None:
    """Store that a leader is running now."""
    await ctx.uow.once_keys.set(_HEARTBEAT_KEY, ctx.now)


async def detect_outage(ctx: UseCaseContext) -> None:
    """Record an outage if the last heartbeat is old; called when a process becomes leader.

    Consecutive unreported outages are merged.
    """
    last = await ctx.uow.once_keys.get(_HEARTBEAT_KEY)
    if last is not None and ctx.now - last >= MIN_OUTAGE:
        before = await find_open_outage(ctx)
        since = before.since if before is not None else last
        await ctx.uow.once_keys.set(f"{OUTAGE_PREFIX}{since.isoformat()}", ctx.now)
    await record_heartbeat(ctx)


async def find_open_outage(ctx: UseCaseContext) -> Outage | None:
    """Return the outage that has not been reported yet."""
    for key, until in (await ctx.uow.once_keys.list_by_prefix(OUTAGE_PREFIX)).items():
        return Outage(datetime.fromisoformat(key.removeprefix(OUTAGE_PREFIX)), until)
    return None


async def is_summary_ready(ctx: UseCaseContext, outage: Outage, *, messengers_caught_up: bool) -> bool:
    """Return whether the messages of the outage have been handled.

    *messengers_caught_up*: every messenger has delivered its backlog.
    """
    is_handled = await is_backlog_handled(ctx, outage, messengers_caught_up=messengers_caught_up)
    return is_handled and not await ctx.uow.deadlines.has_due(ctx.now)


async def is_backlog_handled(ctx: UseCaseContext, outage: Outage, *, messengers_caught_up: bool) -> bool:
    """Return whether what people did during the outage is known; after a while nobody waits for it any longer."""
    is_early = timedelta(0) <= ctx.now - outage.until < MAX_BACKLOG_WAIT
    return not is_early or (messengers_caught_up and await ctx.uow.inbox.get_oldest_pending() is None)


async def close_outage(ctx: UseCaseContext) -> None:
    """Mark the outage as reported."""
    for key in await ctx.uow.once_keys.list_keys(OUTAGE_PREFIX):
        await ctx.uow.once_keys.delete(key)


async def count_new_tickets(ctx: UseCaseContext, outage: Outage) -> Counter[int]:
    """Count the new tickets of the outage by person: responsible people theirs, watchers all."""
    numbers = await ctx.uow.reports.list_written_between(outage.since, outage.until)
    found: Counter[int] = Counter()
    tickets = [one for one in (await ctx.uow.tickets.get_many(numbers)).values() if one.is_open]
    for ticket in tickets:
        found.update(person.id for person in await _recipients(ctx, ticket))
    return found


async def _recipients(ctx: UseCaseContext, ticket: Ticket) -> set[Person]:
    return {*await cards.recipients(ctx, ticket), *ctx.municipality.staff.recipients(Audience.OUTAGE)}
