"""Who sees which ticket: a card is queued for each of them and drawn when it is delivered."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.people import TRIAGE_LADDER, Person
from bot.domain.records import Card, OutboxDraft, OutboxKind, Priority
from bot.domain.tickets import State, Ticket
from bot.services.centre import Work

ALBUM_WAIT = timedelta(seconds=2)
"""The pictures of an album come one by one; together they make one album for the head, too."""


def responsible(work: Work, ticket: Ticket) -> tuple[Person, ...]:
    """Whose turn it is."""
    if ticket.state is State.TRIAGE:
        return work.centre.staff.responsible(None)
    return work.centre.staff.responsible(ticket.sector, ticket.district)


async def audience(work: Work, ticket: Ticket) -> tuple[Person, ...]:
    """Who must have a card: the responsible ones; if none of them can be reached, the next on the ladder, too."""
    if not ticket.is_open:
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


async def show(work: Work, ticket: Ticket, *, actor: Person | None = None, hold: bool = False) -> None:
    """Let everybody see the ticket as it is now: those whose turn it is, and those who have its card already.

    The card of *actor*, who has just pressed a button, is drawn at once. Who cannot be reached gets the cards after
    coming back (:func:`bot.services.people.came_back`). *hold*: a new card waits for the rest of an
    album (see :func:`withdraw_unshown`).
    """
    existing = {card.person_id: card for card in await work.uow.cards.of_ticket(ticket.id)}
    people = {person.id: person for person in await audience(work, ticket)}
    for person_id in existing:
        known = work.centre.staff.by_id(person_id)
        if known is not None:
            people.setdefault(person_id, known)
    for person in await _reached(work, tuple(people.values())):
        await queue(work, ticket, person, existing.get(person.id), at_once=person == actor, hold=hold)


async def withdraw_unshown(work: Work, ticket: Ticket) -> None:
    """The ticket has found others whose turn it is, before those who were first had seen it: they need not."""
    wanted = {person.id for person in await audience(work, ticket)}
    for card in await work.uow.cards.of_ticket(ticket.id):
        if card.external_id is None and card.person_id not in wanted:
            await work.uow.cards.withdraw(card.person_id, ticket.id, card.account)


async def queue(
    work: Work, ticket: Ticket, person: Person, card: Card | None, *, at_once: bool = False, hold: bool = False
) -> None:
    """Queue the card of *ticket* for *person*, unless it is waiting already."""
    address = work.centre.address(person)
    if address is None:
        return
    is_new = card is None
    priority = Priority.URGENT if ticket.urgent else Priority.CARD
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.CARD,
            address.account,
            address.chat_id,
            person_id=person.id,
            ticket_id=ticket.id,
            priority=Priority.PRESS if at_once else priority,
            silent=work.centre.quiet.is_quiet(work.now) and not ticket.urgent,
            due_at=work.now + _patience(work, is_new=is_new, at_once=at_once, hold=hold),
            dedupe=f"card:{person.id}:{ticket.id}",
        ),
        work.now,
    )
    if is_new:
        await work.uow.cards.save(person.id, ticket.id, address.account, address.chat_id, work.now)
        if any(message.media for message in await work.uow.messages.of_ticket(ticket.id)):
            await queue_media_for(work, ticket, person)


def _patience(work: Work, *, is_new: bool, at_once: bool, hold: bool) -> timedelta:
    if at_once or (is_new and not hold):
        return timedelta()
    return ALBUM_WAIT if is_new else work.centre.gather


async def queue_media(work: Work, ticket: Ticket) -> None:
    """Let those whose turn it is get the new pictures, in one go; who has handed the ticket over needs them no more."""
    wanted = {person.id for person in await audience(work, ticket)}
    for card in await work.uow.cards.of_ticket(ticket.id):
        if card.person_id in wanted:
            await _queue_media(work, ticket, card)


async def queue_media_for(work: Work, ticket: Ticket, person: Person) -> None:
    """Let *person* get the pictures that the own card has not shown yet."""
    for card in await work.uow.cards.of_ticket(ticket.id):
        if card.person_id == person.id:
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
            dedupe=f"media:{card.person_id}:{ticket.id}",
        ),
        work.now,
    )


async def turn_page(work: Work, ticket: Ticket, person: Person, menu: str) -> None:
    """*person* opens another page of buttons under the own card."""
    address = work.centre.address(person)
    if address is None:
        return
    card = await work.uow.cards.get(person.id, ticket.id, address.account)
    await work.uow.cards.save(person.id, ticket.id, address.account, address.chat_id, work.now, menu=menu)
    await queue(work, ticket, person, card, at_once=True)
