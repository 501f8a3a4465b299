"""Due moments become notices; notices become messages at a decent hour, gathered where they would be many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.answers import PublicationState
from bot.domain.deadlines import DueKind, Limit
from bot.domain.outbox import Priority
from bot.domain.people import Person, Role
from bot.domain.reminders import DueRow, NoticeRow
from bot.domain.tickets import UNACCEPTED, State, Ticket
from bot.services.context import Work
from bot.services.deadlines import outage_summary
from bot.services.deadlines.outage_summary import Outage
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify

GATHER_FOR_CURATOR = timedelta(minutes=30)
"""After the first one, a curator's overdue notices come together, at most one message in this time."""

BATCH = 200

WATCHED = "watch_overdue"
"""Notice code of those who watch terms and do not work the ticket."""


async def sweep(work: Work) -> None:
    """Turn the moments that have come into notices for the people concerned."""
    for due in await work.uow.times.fire(work.now, BATCH):
        ticket = await work.uow.tickets.get(due.ticket_id)
        if ticket is not None and due.limit == handout.POSTING:
            await _remind_of_posting(work, ticket)
            continue
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


async def _remind_of_posting(work: Work, ticket: Ticket) -> None:
    """An approved answer still waits to be posted by hand: whoever gave it is told; with nobody, whose turn it is."""
    answer = await work.uow.answers.latest(ticket.id)
    if answer is None or not await handout.waiting(work, ticket.id):
        return
    giver = work.centre.staff.by_id(answer.person_id)
    there = giver is not None and await work.can_reach(giver)
    for person in (giver,) if there and giver else cards.responsible(work, ticket):
        await work.uow.times.add_notice(person.id, ticket.id, handout.REMINDER, work.now)


def _still_matters(ticket: Ticket, due: DueRow) -> bool:
    return ticket.state in UNACCEPTED if due.limit == Limit.ACCEPT else ticket.is_open


def _watchers(work: Work, ticket: Ticket, but: Iterable[Person]) -> list[Person]:
    """The curator; with none, the manager. The curators of the ticket's block, too."""
    staff = work.centre.staff
    people = [*(staff.with_role(Role.CURATOR) or staff.with_role(Role.MANAGER))]
    people += [p for p in staff.with_role(Role.BLOCK_CURATOR) if p.stands_for(ticket.sector, ticket.district)]
    skip = {person.id for person in but}
    return list({person.id: person for person in people if person.id not in skip}.values())


@dataclass(slots=True)
class _Outlook:
    """What is to be done about the notices that wait: to whom each is said now, and which say nothing true any more.

    The others go on waiting.
    """

    said: list[NoticeRow] = field(default_factory=list)
    void: list[NoticeRow] = field(default_factory=list)
    words: dict[int, list[tuple[str, Ticket]]] = field(default_factory=lambda: defaultdict(list))  # by person
    outage: Outage | None = None
    """What is said now is the summary of this outage."""

    @property
    def is_empty(self) -> bool:
        return not (self.said or self.void or self.outage)


async def anything_to_say(work: Work, *, heard: bool = True) -> bool:
    """A look that writes nothing: whether :func:`flush` would do anything."""
    return not (await _look(work, heard=heard)).is_empty


async def flush(work: Work, *, heard: bool = True) -> None:
    """Tell people what waits for them; in quiet hours only what is urgent, and after an outage (*heard*: the messengers
    have told what they kept for us) all in one summary."""
    outlook = await _look(work, heard=heard)
    await work.uow.times.drop_notices([row.id for row in outlook.void])
    await work.uow.times.sent_notices([row.id for row in outlook.said], work.now)
    if outlook.outage is not None:
        await _sum_up(work, outlook.outage, outlook.words)
        return
    for person_id, words in outlook.words.items():
        person = work.centre.staff.by_id(person_id)
        if person is not None:
            await _say(work, person, words)


async def _sum_up(work: Work, outage: Outage, words: Mapping[int, list[tuple[str, Ticket]]]) -> None:
    """One message to everybody whom the outage concerns."""
    await outage_summary.close(work)
    new = await outage_summary.newcomers(work, outage)
    for person_id in sorted({*words, *new}):
        person = work.centre.staff.by_id(person_id)
        if person is None:
            continue
        weightiest = _weightiest(words.get(person_id, ()))
        urgent = any(ticket.urgent for _, ticket in weightiest)
        await notify.tell(
            work,
            person,
            "catch_up",
            ticket=weightiest[0][1] if len(weightiest) == 1 else None,
            priority=Priority.URGENT if urgent else Priority.NOTE,
            since=outage.since.isoformat(),
            until=outage.until.isoformat(),
            new=new[person_id],
            items=_items(work, weightiest),
        )


async def _look(work: Work, *, heard: bool) -> _Outlook:
    waiting = await work.uow.times.waiting_notices()
    tickets = await work.uow.tickets.some({row.ticket_id for row in waiting})
    quiet = work.centre.quiet.is_quiet(work.now)
    outlook = _Outlook()
    outage = await outage_summary.open_outage(work)
    if outage is not None and not quiet and await outage_summary.is_over(work, outage, heard=heard):
        outlook.outage = outage
    held = quiet or outage != outlook.outage
    lately: dict[int, bool] = {}
    for row in waiting:
        if row.created_at > work.now:
            continue  # the clock has been put back: what the notice says is not so yet, and will be
        ticket = tickets.get(row.ticket_id)
        if ticket is None or not await _is_true(work, row, ticket):
            outlook.void.append(row)
            continue
        if (held and not ticket.rings_at_night) or await _is_on_its_way(work, ticket):
            continue
        if row.code == handout.REMINDER:
            hearers: Sequence[int] = (row.person_id,)
        elif row.code == WATCHED:
            if row.person_id not in lately:
                lately[row.person_id] = await _told_lately(work, row.person_id)
            if lately[row.person_id]:
                continue
            hearers = (row.person_id,)
        else:  # whose turn it is may have changed while the notice waited for the morning
            hearers = [person.id for person in await cards.audience(work, ticket)]
        outlook.said.append(row)
        for person_id in hearers:
            outlook.words[person_id].append((row.code, ticket))
    return outlook


async def _is_true(work: Work, row: NoticeRow, ticket: Ticket) -> bool:
    """Whether the notice still says what is so: terms stop, run anew, and run out."""
    if row.code == handout.REMINDER:
        return bool(await handout.waiting(work, ticket.id))
    if not ticket.is_open:
        return False
    unaccepted = ticket.state in UNACCEPTED
    accept_late = unaccepted and ticket.accept_due <= work.now
    answer_late = ticket.answer_due <= work.now
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


async def _is_on_its_way(work: Work, ticket: Ticket) -> bool:
    """The answer was given and the messenger has not confirmed it yet: nobody can do more than wait for it."""
    if ticket.state is not State.PUBLISHING:
        return False
    answer = await work.uow.answers.latest(ticket.id)
    places = await work.uow.answers.tally(answer.id) if answer else {}
    return PublicationState.QUEUED in places


async def _told_lately(work: Work, person_id: int) -> bool:
    last = await work.uow.times.last_notice(person_id, WATCHED)
    return last is not None and timedelta(0) <= work.now - last < GATHER_FOR_CURATOR


_WEIGHTS = {
    "accept_reminder": 0,
    "answer_reminder": 1,
    handout.REMINDER: 2,
    WATCHED: 3,
    "accept_overdue": 4,
    "answer_overdue": 5,
}
"""Of several notices about one ticket the weightiest is said."""


def _weightiest(words: Iterable[tuple[str, Ticket]]) -> list[tuple[str, Ticket]]:
    found: dict[int, tuple[str, Ticket]] = {}
    for code, ticket in words:
        known = found.get(ticket.id)
        if known is None or _WEIGHTS[code] >= _WEIGHTS[known[0]]:
            found[ticket.id] = (code, ticket)
    return list(found.values())


def _items(work: Work, words: Iterable[tuple[str, Ticket]]) -> list[list[str | int]]:
    return [[code, ticket.id, work.centre.sector_title(ticket.sector)] for code, ticket in words]


async def _say(work: Work, person: Person, words: list[tuple[str, Ticket]]) -> None:
    weightiest = _weightiest(words)
    urgent = any(ticket.urgent for _, ticket in weightiest)
    priority = Priority.URGENT if urgent else Priority.NOTE
    if len(weightiest) == 1:
        [(code, ticket)] = weightiest
        sector = work.centre.sector_title(ticket.sector)
        await notify.tell(work, person, code, ticket=ticket, priority=priority, number=ticket.id, sector=sector)
        return
    await notify.tell(work, person, "notices", priority=priority, items=_items(work, weightiest))
