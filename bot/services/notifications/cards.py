"""Who sees which ticket: a card is queued for each of them and drawn when it is delivered."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.cards import Card
from bot.domain.channels import Address, Purpose
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import TRIAGE_LADDER, Person
from bot.domain.tickets import State, Ticket
from bot.services.context import Work
from bot.services.notifications.routing import places

ALBUM_WAIT = timedelta(seconds=2)
"""The pictures of an album come one by one; together they make one album for the head, too."""

CROWD = 5
"""So many times longer the changes of a problem's counters are gathered: a head may be sent one message a second, and
other cards must find room."""


def responsible(work: Work, ticket: Ticket) -> tuple[Person, ...]:
    """Whose turn it is."""
    if ticket.state is State.TRIAGE:
        return work.centre.staff.responsible(None)
    return work.centre.staff.responsible(ticket.sector, ticket.district)


def who_answers(work: Work, ticket: Ticket, person_id: int | None) -> tuple[Person, ...]:
    """Whom the fate of an answer concerns: its author *person_id*; where there is none any more, whose turn it is."""
    author = work.centre.staff.by_id(person_id) if person_id is not None else None
    return (author,) if author is not None else responsible(work, ticket)


async def audience(work: Work, ticket: Ticket) -> tuple[Person, ...]:
    """Who must have a card: the responsible ones; if none of them can be reached, the next on the ladder, too. A member
    of a problem is on the card of the ticket that leads it."""
    if not ticket.is_open or ticket.lead_id is not None:
        return ()
    first = responsible(work, ticket)
    if await _reached(work, first):
        return first
    return first + await next_of(work, first)


async def next_of(work: Work, absent: Sequence[Person]) -> tuple[Person, ...]:
    """Who steps in for people that cannot be reached: the first rung of the ladder where somebody can be."""
    for role in TRIAGE_LADDER:
        others = tuple(person for person in work.centre.staff.with_role(role) if person not in absent)
        if reached := await _reached(work, others):
            return reached
    return ()


async def _reached(work: Work, people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple([person for person in people if await work.can_reach(person)])


async def show(
    work: Work, ticket: Ticket, *, actor: Person | None = None, hold: bool = False, crowd: bool = False
) -> None:
    """Let everybody see the ticket as it is now, wherever they want cards: those whose turn it is, and those who have
    its card already.

    The cards of *actor*, who has just pressed a button, are drawn at once. Who cannot be reached gets the cards after
    coming back (:func:`bot.services.staff.reachability.came_back`). *hold*: a new card waits for the rest of an
    album (see :func:`withdraw_unshown`). *crowd*: merely a problem's counters have changed.
    """
    existing: dict[int, list[Card]] = defaultdict(list)
    for card in await work.uow.cards.of_ticket(ticket.id):
        existing[card.person_id].append(card)
    wanted = {person.id: person for person in await audience(work, ticket)}
    others = [work.centre.staff.by_id(person_id) for person_id in existing if person_id not in wanted]
    for person in await _reached(work, [*wanted.values(), *(other for other in others if other is not None)]):
        known = existing[person.id]
        await _redraw_all(work, ticket, person, known, at_once=person == actor, crowd=crowd)
        if person.id in wanted:
            await _begin_where_wanted(work, ticket, person, known, at_once=person == actor, hold=hold)


async def _redraw_all(
    work: Work, ticket: Ticket, person: Person, known: Sequence[Card], *, at_once: bool, crowd: bool
) -> None:
    """The person's cards are kept in step; what waits for a silent messenger is its latest state when that is back."""
    blocked = {one.address.account for one in await work.channels(person) if one.blocked}
    for card in known:
        if card.account not in blocked:
            await redraw(work, ticket, card, at_once=at_once, crowd=crowd)


async def _begin_where_wanted(
    work: Work, ticket: Ticket, person: Person, known: Sequence[Card], *, at_once: bool, hold: bool
) -> None:
    have = {card.account for card in known}
    for address in await places(work, person, Purpose.CARDS):
        if address.account not in have:
            await begin(work, ticket, person, address, at_once=at_once, hold=hold)


async def withdraw_unshown(work: Work, ticket: Ticket) -> None:
    """The ticket has found others whose turn it is, before those who were first had seen it: they need not."""
    wanted = {person.id for person in await audience(work, ticket)}
    for card in await work.uow.cards.of_ticket(ticket.id):
        if card.external_id is None and card.person_id not in wanted:
            await work.uow.cards.withdraw(card.person_id, ticket.id, card.account)


async def redraw(work: Work, ticket: Ticket, card: Card, *, at_once: bool = False, crowd: bool = False) -> None:
    """Queue a card that its person has (or is about to get), unless it is waiting already. *crowd*: see :func:`show`;
    that leaves when nothing else wants to."""
    patience = timedelta() if at_once else work.centre.gather * (CROWD if crowd else 1)
    address = Address(card.account, card.chat_id)
    await _queue(work, ticket, card.person_id, address, at_once, patience, crowd=crowd)


async def begin(
    work: Work, ticket: Ticket, person: Person, address: Address, *, at_once: bool = False, hold: bool = False
) -> None:
    """*person* gets the card of *ticket* at *address*, where there was none."""
    await _queue(work, ticket, person.id, address, at_once, ALBUM_WAIT if hold and not at_once else timedelta())
    await work.uow.cards.save(person.id, ticket.id, address.account, address.chat_id, work.now)
    if any(message.media for message in await work.uow.messages.of_ticket(ticket.id)):
        await queue_media_at(work, ticket, person, address)


async def _queue(
    work: Work,
    ticket: Ticket,
    person_id: int,
    address: Address,
    at_once: bool,
    patience: timedelta,
    *,
    crowd: bool = False,
) -> None:
    priority = Priority.BULK if crowd else Priority.URGENT if ticket.urgent else Priority.CARD
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.CARD,
            address.account,
            address.chat_id,
            person_id=person_id,
            ticket_id=ticket.id,
            priority=Priority.PRESS if at_once else priority,
            silent=work.centre.quiet.is_quiet(work.now) and not ticket.rings_at_night,
            due_at=work.now + patience,
            dedupe=f"card:{person_id}:{ticket.id}:{address.account}",
        ),
        work.now,
    )


async def queue_media(work: Work, ticket: Ticket) -> None:
    """Let those whose turn it is get the new pictures, in one go; who has handed the ticket over needs them no more."""
    wanted = {person.id for person in await audience(work, ticket)}
    for card in await work.uow.cards.of_ticket(ticket.id):
        if card.person_id in wanted:
            await _queue_media(work, ticket, card)


async def queue_media_at(work: Work, ticket: Ticket, person: Person, address: Address) -> None:
    """Let *person* get the pictures that the card at *address* has not shown yet."""
    card = await work.uow.cards.get(person.id, ticket.id, address.account)
    if card is not None:
        await _queue_media(work, ticket, card)


async def _queue_media(work: Work, ticket: Ticket, card: Card) -> None:
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.CARD_MEDIA,
            card.account,
            card.chat_id,
            person_id=card.person_id,
            ticket_id=ticket.id,
            priority=Priority.CARD,
            silent=True,
            due_at=work.now + ALBUM_WAIT,
            dedupe=f"media:{card.person_id}:{ticket.id}:{card.account}",
        ),
        work.now,
    )


async def turn_page(work: Work, ticket: Ticket, person: Person, menu: str) -> None:
    """*person* opens another page of buttons under the card that is being looked at."""
    address = work.desk(person)
    if address is None:
        return
    if await work.uow.cards.get(person.id, ticket.id, address.account) is None:
        await begin(work, ticket, person, address, at_once=True)
    await work.uow.cards.save(person.id, ticket.id, address.account, address.chat_id, work.now, menu=menu)
    await _queue(work, ticket, person.id, address, at_once=True, patience=timedelta())
