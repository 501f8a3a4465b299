"""The cards of a ticket: queued for each official who should see it, and rendered at delivery."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.cards import Card
from bot.domain.channels import Address, Purpose
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience, Hearing
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications.routing import addresses_for

QUIET_ARRIVAL = "quiet_new"
"""Code of the notice, for the next list, about a card that came without a sound; stored."""

ALBUM_DELAY = timedelta(seconds=2)
"""Delay after a picture of an album: the pictures arrive one by one and are shown as one album."""

WAITING_DELAY_FACTOR = 5
"""Factor by which edits wait longer that must not hold up anything else.

A chat takes one message a second, and other cards must find room."""


async def answer_owners(ctx: UseCaseContext, ticket: Ticket, person_id: int | None) -> tuple[Person, ...]:
    """Return the author *person_id* of an answer; if they are not there, the people who act on the ticket."""
    author = ctx.municipality.staff.find_by_id(person_id) if person_id is not None else None
    if author is not None and await responsibility.is_available(ctx, author):
        return (author,)
    return await responsibility.acting_people(ctx, ticket)


async def recipients(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people who must have a card: those who act on the ticket now.

    A member of a problem has no card of its own: it is on the card of the ticket that leads the problem.
    """
    return await responsibility.acting_people(ctx, ticket) if ticket.is_open and ticket.lead_id is None else ()


async def holders(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people who must have a card, and those whose roles hear of cards: theirs has no actions.

    While the district is looked for, only those who sort see it: another district has nothing to do with it.
    """
    if not ticket.is_open or ticket.lead_id is not None:
        return ()
    acting, staff = await recipients(ctx, ticket), ctx.municipality.staff
    sector = None if ticket.state is State.TRIAGE else ticket.sector
    if staff.responsibility_for(sector, ticket.district).needs_district:
        return acting
    return tuple(dict.fromkeys((*acting, *staff.listeners(Hearing.CARDS, sector, ticket.district))))


async def next_on_ladder(
    ctx: UseCaseContext, absent: Sequence[Person], audience: Audience = Audience.SUBSTITUTES
) -> tuple[Person, ...]:
    """Return those of the first rung of *audience* on which somebody else than the *absent* people can be reached."""
    for rung in ctx.municipality.staff.rungs(audience):
        others = tuple(person for person in rung if person not in absent)
        if reached := await _reachable(ctx, others):
            return reached
    return ()


async def _reachable(ctx: UseCaseContext, people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple([person for person in people if await ctx.can_reach(person)])


async def sync(
    ctx: UseCaseContext,
    ticket: Ticket,
    *,
    actor: Person | None = None,
    wait_for_album: bool = False,
    can_wait: bool = False,
) -> None:
    """Bring the ticket's cards up to date, and create those that the responsible people do not have yet.

    *actor* has just pressed a button, so their cards are updated at once. People who cannot be reached get the cards
    when they are back (:func:`bot.services.staff.reachability.on_reachable`). With *wait_for_album* a new card waits
    for the rest of an album (see :func:`withdraw_undelivered`). With *can_wait* the change must not
    hold up anything that somebody waits for: a problem's counters, a deadline of many tickets.
    """
    existing: dict[int, list[Card]] = defaultdict(list)
    for card in await ctx.uow.cards.list_for_ticket(ticket.id):
        existing[card.person_id].append(card)
    wanted = {person.id: person for person in await holders(ctx, ticket)}
    others = [ctx.municipality.staff.find_by_id(person_id) for person_id in existing if person_id not in wanted]
    for person in await _reachable(ctx, [*wanted.values(), *(other for other in others if other is not None)]):
        known = existing[person.id]
        if known:
            await _refresh_all(ctx, ticket, person, known, at_once=person == actor, can_wait=can_wait)
        if person.id in wanted:
            await _create_missing(ctx, ticket, person, known, at_once=person == actor, wait_for_album=wait_for_album)


async def _refresh_all(
    ctx: UseCaseContext,
    ticket: Ticket,
    person: Person,
    existing: Sequence[Card],
    *,
    at_once: bool,
    can_wait: bool,
) -> None:
    """Refresh the person's cards where they can be reached; a card that waits for a messenger is rendered later."""
    blocked = {one.address.account for one in await ctx.channels(person) if one.blocked}
    for card in existing:
        if card.account not in blocked:
            await refresh(ctx, ticket, card, at_once=at_once, can_wait=can_wait)


async def _create_missing(
    ctx: UseCaseContext,
    ticket: Ticket,
    person: Person,
    existing: Sequence[Card],
    *,
    at_once: bool,
    wait_for_album: bool,
) -> None:
    have, is_silent = {card.account for card in existing}, False
    for address in await addresses_for(ctx, person, Purpose.CARDS):
        if address.account not in have:
            is_silent = await create(ctx, ticket, person, address, at_once=at_once, wait_for_album=wait_for_album)
    if is_silent and not existing and not at_once:
        await ctx.uow.deadlines.add_notice(person.id, ticket.id, QUIET_ARRIVAL, ctx.now)


async def withdraw_undelivered(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Withdraw queued cards of people who are no longer responsible and have not seen them."""
    wanted = {person.id for person in await holders(ctx, ticket)}
    for card in await ctx.uow.cards.list_for_ticket(ticket.id):
        if card.external_id is None and card.person_id not in wanted:
            await ctx.uow.cards.withdraw(card.person_id, ticket.id, card.account)


async def refresh(
    ctx: UseCaseContext, ticket: Ticket, card: Card, *, at_once: bool = False, can_wait: bool = False
) -> None:
    """Queue an update of a card, unless one is queued already. *can_wait*: see :func:`sync`; it has the lowest
    priority."""
    delay = timedelta() if at_once else ctx.municipality.card_edit_interval * (WAITING_DELAY_FACTOR if can_wait else 1)
    address = Address(card.account, card.chat_id)
    await _queue_card(ctx, ticket, card.person_id, address, at_once, delay, can_wait=can_wait)


async def create(
    ctx: UseCaseContext,
    ticket: Ticket,
    person: Person,
    address: Address,
    *,
    at_once: bool = False,
    wait_for_album: bool = False,
) -> bool:
    """Send *person* the card of *ticket* at *address*, where there was none; return whether it makes no sound."""
    is_silent = await _queue_card(
        ctx, ticket, person.id, address, at_once, ALBUM_DELAY if wait_for_album and not at_once else timedelta()
    )
    await ctx.uow.cards.upsert(person.id, ticket.id, address.account, address.chat_id, ctx.now)
    if any(message.media for message in await ctx.uow.messages.list_for_ticket(ticket.id)):
        await queue_media_at(ctx, ticket, person, address)
    return is_silent


async def _queue_card(
    ctx: UseCaseContext,
    ticket: Ticket,
    person_id: int,
    address: Address,
    at_once: bool,
    delay: timedelta,
    *,
    can_wait: bool = False,
) -> bool:
    """Queue the card; return whether it makes no sound."""
    is_silent = not ticket.may_notify_at_night and await _comes_silently(ctx, person_id)
    priority = Priority.BULK if can_wait else Priority.URGENT if ticket.urgent else Priority.CARD
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CARD,
            address.account,
            address.chat_id,
            person_id=person_id,
            ticket_id=ticket.id,
            priority=Priority.INTERACTIVE if at_once else priority,
            silent=is_silent,
            due_at=ctx.now + delay,
            dedupe=f"card:{person_id}:{ticket.id}:{address.account}",
        ),
        ctx.now,
    )
    return is_silent


async def _comes_silently(ctx: UseCaseContext, person_id: int) -> bool:
    budget = await ctx.uow.staff.find_budget(person_id)
    return budget.silences(is_minor=False, is_summary=False) or await ctx.is_quiet_for(person_id)


async def queue_media(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Queue the new pictures for those of the ticket's recipients who have its card."""
    wanted = {person.id for person in await holders(ctx, ticket)}
    for card in await ctx.uow.cards.list_for_ticket(ticket.id):
        if card.person_id in wanted:
            await _queue_media(ctx, ticket, card)


async def queue_media_at(ctx: UseCaseContext, ticket: Ticket, person: Person, address: Address) -> None:
    """Queue the pictures that were not sent with the card at *address* yet."""
    card = await ctx.uow.cards.get(person.id, ticket.id, address.account)
    if card is not None:
        await _queue_media(ctx, ticket, card)


async def _queue_media(ctx: UseCaseContext, ticket: Ticket, card: Card) -> None:
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CARD_MEDIA,
            card.account,
            card.chat_id,
            person_id=card.person_id,
            ticket_id=ticket.id,
            priority=Priority.CARD,
            silent=True,
            due_at=ctx.now + ALBUM_DELAY,
            dedupe=f"media:{card.person_id}:{ticket.id}:{card.account}",
        ),
        ctx.now,
    )


async def open_menu(ctx: UseCaseContext, ticket: Ticket, person: Person, menu: str) -> None:
    """Show another menu under the card in the chat in which *person* is working."""
    address = ctx.reply_address(person)
    if address is None:
        return
    if await ctx.uow.cards.get(person.id, ticket.id, address.account) is None:
        await create(ctx, ticket, person, address, at_once=True)
    await ctx.uow.cards.upsert(person.id, ticket.id, address.account, address.chat_id, ctx.now, menu=menu)
    await _queue_card(ctx, ticket, person.id, address, at_once=True, delay=timedelta())
