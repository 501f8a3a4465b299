"""Due moments become notices; notices become messages at a decent hour, gathered where they would be many."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from bot.domain.deadlines import DueKind, Limit
from bot.domain.people import Person, Role
from bot.domain.records import DueRow, NoticeRow, Priority
from bot.domain.tickets import UNACCEPTED, Ticket
from bot.services import cards, notes
from bot.services.centre import Work

GATHER_FOR_CURATOR = timedelta(minutes=30)
"""After the first one, a curator's overdue notices come together, at most one message in this time."""

BATCH = 200

WATCHED = "watch_overdue"
"""Notice code of those who watch terms and do not work the ticket."""


async def sweep(work: Work) -> None:
    """Turn the moments that have come into notices for the people concerned."""
    for due in await work.uow.times.fire(work.now, BATCH):
        ticket = await work.uow.tickets.get(due.ticket_id)
        if ticket is None or not _still_matters(ticket, due):
            continue
        code = f"{due.limit}_{due.kind}"
        concerned = await cards.audience(work, ticket)
        for person in concerned:
            await work.uow.times.add_notice(person.id, ticket.id, code, work.now)
        if due.kind == DueKind.OVERDUE:
            await work.uow.chronicle.record("overdue", work.now, ticket_id=ticket.id, facts={"limit": due.limit})
            for person in _watchers(work, ticket, concerned):
                await work.uow.times.add_notice(person.id, ticket.id, WATCHED, work.now)
            await cards.show(work, ticket)


def _still_matters(ticket: Ticket, due: DueRow) -> bool:
    return ticket.state in UNACCEPTED if due.limit == Limit.ACCEPT else ticket.is_open


def _watchers(work: Work, ticket: Ticket, but: Iterable[Person]) -> list[Person]:
    """The curator; with none, the manager. The curators of the ticket's block, too."""
    staff = work.centre.staff
    people = [*(staff.with_role(Role.CURATOR) or staff.with_role(Role.MANAGER))]
    people += [p for p in staff.with_role(Role.BLOCK_CURATOR) if p.stands_for(ticket.sector, ticket.district)]
    skip = {person.id for person in but}
    return list({person.id: person for person in people if person.id not in skip}.values())


async def flush(work: Work) -> None:
    """Tell people what waits for them; in quiet hours only what is urgent."""
    quiet = work.centre.quiet.is_quiet(work.now)
    waiting: dict[int, list[NoticeRow]] = defaultdict(list)
    for notice in await work.uow.times.waiting_notices():
        waiting[notice.person_id].append(notice)
    for person_id, rows in waiting.items():
        person = work.centre.staff.by_id(person_id)
        if person is None:  # does not work here any more
            await work.uow.times.sent_notices([row.id for row in rows], work.now)
            continue
        current = await _current(work, rows, urgent_only=quiet)
        watched = [pair for pair in current if pair[0].code == WATCHED]
        own = [pair for pair in current if pair[0].code != WATCHED]
        if watched and await _told_lately(work, person):
            watched = []
        for pairs in (own, watched):
            await _say(work, person, pairs)


async def _current(work: Work, rows: Iterable[NoticeRow], *, urgent_only: bool) -> list[tuple[NoticeRow, Ticket]]:
    """Notices that still say something true; the others are put away."""
    current, stale = [], []
    for row in rows:
        ticket = await work.uow.tickets.get(row.ticket_id)
        if ticket is None or not ticket.is_open or _is_stale(row, ticket):
            stale.append(row.id)
        elif ticket.urgent or not urgent_only:
            current.append((row, ticket))
    if stale:
        await work.uow.times.sent_notices(stale, work.now)
    return current


def _is_stale(row: NoticeRow, ticket: Ticket) -> bool:
    return row.code.startswith(Limit.ACCEPT) and ticket.state not in UNACCEPTED


async def _told_lately(work: Work, person: Person) -> bool:
    last = await work.uow.times.last_notice(person.id, WATCHED)
    return last is not None and work.now - last < GATHER_FOR_CURATOR


async def _say(work: Work, person: Person, pairs: list[tuple[NoticeRow, Ticket]]) -> None:
    if not pairs:
        return
    await work.uow.times.sent_notices([row.id for row, _ in pairs], work.now)
    newest = {row.ticket_id: (row, ticket) for row, ticket in pairs}  # the last word on each ticket
    if len(newest) == 1:
        row, ticket = next(iter(newest.values()))
        due = ticket.accept_due if row.code.startswith(Limit.ACCEPT) else ticket.answer_due
        await notes.tell(
            work,
            person,
            row.code,
            ticket=ticket,
            priority=Priority.URGENT if ticket.urgent else Priority.NOTE,
            number=ticket.id,
            due=due.isoformat(),
        )
        return
    await notes.tell(work, person, "notices", items=[[row.code, ticket.id] for row, ticket in newest.values()])
