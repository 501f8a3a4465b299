"""When a messenger is silent, or does not let us write to somebody: what waits there goes where the person can be
reached, and on return one word tells what went elsewhere. Answers to citizens never change their place."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.channels import Address, Channel, Purpose, Way, route
from bot.domain.outbox import OutboxDraft, OutboxKind, OutboxRow, Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import Work, account_of
from bot.services.notifications import cards
from bot.services.notifications.routing import note_to, places
from bot.services.staff import reachability
from bot.services.tickets.search import tickets_of

MISSED_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Missed:
    """What did not reach a person at one account, and where it went."""

    tickets: Sequence[Ticket]
    elsewhere: Sequence[str]  # accounts of ours


async def sweep(work: Work) -> None:
    """Send on what is stuck; tell those who can be reached again."""
    for row in await _stuck(work):
        await redirect(work, row)
    for person, address in await _returned(work):
        await work.uow.outbox.put(
            OutboxDraft(
                OutboxKind.RESUMED,
                address.account,
                address.chat_id,
                person_id=person.id,
                priority=Priority.BULK,
                silent=work.centre.quiet.is_quiet(work.now),
                dedupe=f"{OutboxKind.RESUMED.value}:{person.id}:{address.account}",
            ),
            work.now,
        )


async def anything_to_do(work: Work) -> bool:
    """A look that writes nothing: whether :func:`sweep` would do anything."""
    return bool(await _stuck(work) or await _returned(work))


async def redirect(work: Work, row: OutboxRow) -> None:
    """What *row* has for an official goes where the person can be reached; if that is nowhere else, it stays.

    Questions of a dialog stay in their chat, and so do edits of cards: those show the latest state when they arrive.
    """
    person = work.centre.staff.by_id(row.person_id or 0)
    if person is None or await _stays(work, row) or not await _spare(work, person, row):
        return
    if not await work.uow.outbox.withdraw(row.id, work.now):
        return
    ticket = await work.uow.tickets.get(row.ticket_id) if row.ticket_id is not None else None
    if row.kind is OutboxKind.CARD and ticket is not None:
        await work.uow.cards.withdraw(person.id, ticket.id, row.account)
    if ticket is not None:
        await cards.show(work, ticket)
    if row.kind is OutboxKind.NOTE and "twin" not in row.facts:
        await _say_elsewhere(work, person, row)


async def _say_elsewhere(work: Work, person: Person, row: OutboxRow) -> None:
    facts = {name: value for name, value in row.facts.items() if name != "code"}
    for address in await places(work, person, Purpose(row.facts.get("purpose", Purpose.CARDS))):
        draft = note_to(
            address,
            person,
            row.facts["code"],
            facts,
            ticket_id=row.ticket_id,
            priority=Priority(row.priority),
            silent=row.silent,
        )
        await work.uow.outbox.put(draft, work.now)


async def _stays(work: Work, row: OutboxRow) -> bool:
    if row.kind is OutboxKind.CARD:
        card = await work.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
        return card is None or card.external_id is not None
    return row.kind is not OutboxKind.NOTE or "user_id" in row.facts


async def _spare(work: Work, person: Person, row: OutboxRow) -> bool:
    """Whether there is anywhere else to go from a place that does not work."""
    channels = await work.channels(person)
    here = next((one for one in channels if one.address.account == row.account), None)
    return here is not None and not here.is_open and any(one.is_open for one in channels)


async def _stuck(work: Work) -> list[OutboxRow]:
    found = []
    for account in sorted(await work.silent()):
        for row in await work.uow.outbox.to_officials(account):
            person = work.centre.staff.by_id(row.person_id or 0)
            if person is not None and not await _stays(work, row) and await _spare(work, person, row):
                found.append(row)
    return found


async def _returned(work: Work) -> list[tuple[Person, Address]]:
    """Whom to tell, where. Of a messenger that cannot send nobody knows whether it is back: the word itself tries."""
    if not any(reach.diverted_since for reach in (await work.reaches()).values()):
        return []
    found = []
    for person in work.centre.staff.people:
        for channel in await work.channels(person):
            if await _is_back(work, person, channel):
                found.append((person, channel.address))
    return found


async def _is_back(work: Work, person: Person, channel: Channel) -> bool:
    if not channel.diverted or channel.blocked:
        return False
    account = channel.address.account
    deaf = await work.uow.outages.lasting(account, Way.IN)
    return not deaf and not await work.uow.outbox.is_waiting(OutboxKind.RESUMED, account, person.id)


async def missed(work: Work, person: Person, account: str) -> Missed:
    """What *person* should know who looks there again: open tickets whose cards stand elsewhere."""
    seen_at: set[str] = set()
    tickets = []
    for ticket in await tickets_of(work, person, MISSED_SHOWN):
        at = {card.account for card in await work.uow.cards.of_ticket(ticket.id) if card.person_id == person.id}
        if at and account not in at:
            tickets.append(ticket)
            seen_at |= at
    if not seen_at:
        others = [one for one in await work.channels(person) if one.address.account != account]
        seen_at = {address.account for address in route(others, Purpose.CARDS).to}
    return Missed(tickets, sorted(seen_at))


async def resumed(work: Work, person: Person, account: str) -> None:
    """The word has arrived: all is as before, and what stands there is brought up to date."""
    for channel in await work.channels(person):
        if channel.address.account == account and await work.uow.people.divert(account_of(channel.address), None):
            work.forget()
            await work.uow.chronicle.record("caught_up", work.now, person_id=person.id, facts={"account": account})
            await reachability.redraw_known(work, person, channel.address)
