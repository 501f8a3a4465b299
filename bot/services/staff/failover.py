"""When a messenger is silent, or does not let us write to somebody: what waits there goes where the person can be
reached, and on return one word tells what went elsewhere. Answers to citizens never change their place."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.channels import Address, Channel, Direction, Purpose, choose_route
from bot.domain.outbox import OutboxDraft, OutboxKind, OutboxRow, Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, account_of
from bot.services.notifications import cards
from bot.services.notifications.routing import addresses_for, notification_draft
from bot.services.staff import reachability
from bot.services.tickets.search import list_waiting_tickets

MAX_MISSED_TICKETS = 30


@dataclass(frozen=True, slots=True)
class MissedTickets:
    """What did not reach a person at one account, and where it went."""

    tickets: Sequence[Ticket]
    accounts: Sequence[str]  # accounts of ours


async def run(ctx: UseCaseContext) -> None:
    """Send on what is stuck; tell those who can be reached again."""
    for row in await _list_stuck_rows(ctx):
        await reroute(ctx, row)
    for person, address in await _list_returned(ctx):
        await ctx.uow.outbox.enqueue(
            OutboxDraft(
                OutboxKind.CHANNEL_RESTORED,
                address.account,
                address.chat_id,
                person_id=person.id,
                priority=Priority.BULK,
                silent=ctx.municipality.quiet_hours.is_quiet(ctx.now),
                dedupe=f"{OutboxKind.CHANNEL_RESTORED.value}:{person.id}:{address.account}",
            ),
            ctx.now,
        )


async def has_pending(ctx: UseCaseContext) -> bool:
    """A look that writes nothing: whether :func:`sweep` would do anything."""
    return bool(await _list_stuck_rows(ctx) or await _list_returned(ctx))


async def reroute(ctx: UseCaseContext, row: OutboxRow) -> None:
    """What *row* has for an official goes where the person can be reached; if that is nowhere else, it stays.

    Questions of a dialog stay in their chat, and so do edits of cards: those show the latest state when they arrive.
    """
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if person is None or await _must_stay(ctx, row) or not await _has_alternative(ctx, person, row):
        return
    if not await ctx.uow.outbox.withdraw(row.id, ctx.now):
        return
    ticket = await ctx.uow.tickets.get(row.ticket_id) if row.ticket_id is not None else None
    if row.kind is OutboxKind.CARD and ticket is not None:
        await ctx.uow.cards.withdraw(person.id, ticket.id, row.account)
    if ticket is not None:
        await cards.sync(ctx, ticket)
    if row.kind is OutboxKind.NOTE and "twin" not in row.facts:
        await _reroute_notification(ctx, person, row)


async def _reroute_notification(ctx: UseCaseContext, person: Person, row: OutboxRow) -> None:
    facts = {name: value for name, value in row.facts.items() if name != "code"}
    for address in await addresses_for(ctx, person, Purpose(row.facts.get("purpose", Purpose.CARDS))):
        draft = notification_draft(
            address,
            person,
            row.facts["code"],
            facts,
            ticket_id=row.ticket_id,
            priority=Priority(row.priority),
            silent=row.silent,
        )
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def _must_stay(ctx: UseCaseContext, row: OutboxRow) -> bool:
    if row.kind is OutboxKind.CARD:
        card = await ctx.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
        return card is None or card.external_id is not None
    return row.kind is not OutboxKind.NOTE or "user_id" in row.facts


async def _has_alternative(ctx: UseCaseContext, person: Person, row: OutboxRow) -> bool:
    """Whether there is anywhere else to go from a place that does not work."""
    channels = await ctx.channels(person)
    here = next((one for one in channels if one.address.account == row.account), None)
    return here is not None and not here.is_open and any(one.is_open for one in channels)


async def _list_stuck_rows(ctx: UseCaseContext) -> list[OutboxRow]:
    found = []
    for account in sorted(await ctx.failing_accounts()):
        for row in await ctx.uow.outbox.pending_for_staff(account):
            person = ctx.municipality.staff.find_by_id(row.person_id or 0)
            if person is not None and not await _must_stay(ctx, row) and await _has_alternative(ctx, person, row):
                found.append(row)
    return found


async def _list_returned(ctx: UseCaseContext) -> list[tuple[Person, Address]]:
    """Whom to tell, where. Of a messenger that cannot send nobody knows whether it is back: the word itself tries."""
    if not any(reach.diverted_since for reach in (await ctx.reachability()).values()):
        return []
    found = []
    for person in ctx.municipality.staff.people:
        for channel in await ctx.channels(person):
            if await _is_back(ctx, person, channel):
                found.append((person, channel.address))
    return found


async def _is_back(ctx: UseCaseContext, person: Person, channel: Channel) -> bool:
    if not channel.diverted or channel.blocked:
        return False
    account = channel.address.account
    deaf = await ctx.uow.outages.is_ongoing(account, Direction.IN)
    return not deaf and not await ctx.uow.outbox.has_pending_for_person(OutboxKind.CHANNEL_RESTORED, account, person.id)


async def get_missed_tickets(ctx: UseCaseContext, person: Person, account: str) -> MissedTickets:
    """What *person* should know who looks there again: open tickets whose cards stand elsewhere."""
    seen_at: set[str] = set()
    tickets = []
    for ticket in await list_waiting_tickets(ctx, person, MAX_MISSED_TICKETS):
        at = {card.account for card in await ctx.uow.cards.list_for_ticket(ticket.id) if card.person_id == person.id}
        if at and account not in at:
            tickets.append(ticket)
            seen_at |= at
    if not seen_at:
        others = [one for one in await ctx.channels(person) if one.address.account != account]
        seen_at = {address.account for address in choose_route(others, Purpose.CARDS).addresses}
    return MissedTickets(tickets, sorted(seen_at))


async def on_resumed(ctx: UseCaseContext, person: Person, account: str) -> None:
    """The word has arrived: all is as before, and what stands there is brought up to date."""
    for channel in await ctx.channels(person):
        if channel.address.account == account and await ctx.uow.staff.set_diverted_since(
            account_of(channel.address), None
        ):
            ctx.invalidate_reachability()
            await ctx.uow.audit_log.record("caught_up", ctx.now, person_id=person.id, facts={"account": account})
            await reachability.refresh_cards(ctx, person, channel.address)
