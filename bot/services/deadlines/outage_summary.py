"""After an outage of ours people get one summary, not every notice that was due meanwhile.

The watch over the clock writes down that it lives; whoever takes it up finds out how long nobody did. What came due in
that time waits until the messages of that time have been handled, and is told at once: what has come, what is overdue.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.people import Person, Role
from bot.domain.tickets import Ticket
from bot.services.context import Work
from bot.services.notifications import cards

LONG = timedelta(minutes=30)
"""A shorter pause is an update or a restart: what was due then is still news. No shorter than the time for which a
curator's notices are gathered, so that the summary comes to nobody right after a notice."""

PATIENCE = timedelta(minutes=2)
"""So long the summary waits for the messages of the outage, should a messenger not bring them."""

_ALIVE = "alive"
_OUTAGE = "outage:"


@dataclass(frozen=True, slots=True)
class Outage:
    """Nobody worked from ``since`` until ``until``, and people have not been told yet."""

    since: datetime
    until: datetime


async def beat(work: Work) -> None:
    """We live now."""
    await work.uow.chronicle.mark(_ALIVE, work.now)


async def begin(work: Work) -> None:
    """The watch over the clock is taken up (again). An outage that follows another before anybody was told of it is one
    with it."""
    last = await work.uow.chronicle.when(_ALIVE)
    if last is not None and work.now - last >= LONG:
        before = await open_outage(work)
        since = before.since if before is not None else last
        await work.uow.chronicle.mark(f"{_OUTAGE}{since.isoformat()}", work.now)
    await beat(work)


async def open_outage(work: Work) -> Outage | None:
    """The outage that people have not been told of."""
    for key, until in (await work.uow.chronicle.moments(_OUTAGE)).items():
        return Outage(datetime.fromisoformat(key.removeprefix(_OUTAGE)), until)
    return None


async def is_over(work: Work, outage: Outage, *, heard: bool) -> bool:
    """Whether what came meanwhile is known. *heard*: every messenger has told what it kept for us."""
    is_early = timedelta(0) <= work.now - outage.until < PATIENCE
    if is_early and not (heard and await work.uow.inbox.oldest_waiting() is None):
        return False
    return not await work.uow.times.anything_due(work.now)


async def close(work: Work) -> None:
    """People have been told."""
    for key in await work.uow.chronicle.keys(_OUTAGE):
        await work.uow.chronicle.forget(key)


async def newcomers(work: Work, outage: Outage) -> Counter[int]:
    """How many messages of that time each person has to do with: the responsible ones theirs, who watches all."""
    numbers = await work.uow.reports.written_between(outage.since, outage.until)
    found: Counter[int] = Counter()
    tickets = [one for one in (await work.uow.tickets.some(numbers)).values() if one.is_open]
    for ticket in tickets:
        found.update(person.id for person in await _concerned(work, ticket))
    return found


async def _concerned(work: Work, ticket: Ticket) -> set[Person]:
    staff = work.centre.staff
    watching = (*staff.with_role(Role.CURATOR), *staff.with_role(Role.MANAGER), *staff.with_role(Role.ADMINISTRATOR))
    return {*await cards.audience(work, ticket), *watching}
