"""Failover: if a messenger fails or a person blocks the bot, pending messages go to the person's other accounts.

Once the account works again, one message there lists the tickets that went elsewhere. Answers to citizens are never
rerouted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.channels import Address, Channel, Direction, Purpose, choose_route
from bot.domain.notifications.codec import decode
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import OutboxDraft, OutboxKind, OutboxRow, Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.context.municipality import account_of
from bot.services.notifications import cards
from bot.services.notifications.isolation import isolated
from bot.services.notifications.routing import addresses_for, notification_draft
from bot.services.staff import reachability
from bot.services.tickets.search import list_waiting_tickets

MAX_MISSED_TICKETS = 30


@dataclass(frozen=True, slots=True)
class MissedTickets:
    """Tickets that did not reach a person at one account, and the bot's accounts that they went through."""

    tickets: Sequence[Ticket]
    accounts: Sequence[str]


async def run(ctx: UseCaseContext) -> None:
    """Reroute stuck rows; queue a message to people whose account works again."""
    for row in await _list_stuck_rows(ctx):
        async with isolated(ctx, "failover", row.ticket_id):
            await reroute(ctx, row)
    for person, address in await _list_returned(ctx):
        async with isolated(ctx, "failover"):
            await _queue_restored(ctx, person, address)


async def _queue_restored(ctx: UseCaseContext, person: Person, address: Address) -> None:
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CHANNEL_RESTORED,
            address.account,
            address.chat_id,
            person_id=person.id,
            priority=Priority.BULK,
            silent=await ctx.is_quiet_for(person.id),
            dedupe=f"{OutboxKind.CHANNEL_RESTORED.value}:{person.id}:{address.account}",
        ),
        ctx.now,
    )


async def has_pending(ctx: UseCaseContext) -> bool:
    """Return whether :func:`run` would change anything; writes nothing."""
    return bool(await _list_stuck_rows(ctx) or await _list_returned(ctx))


async def reroute(ctx: UseCaseContext, row: OutboxRow) -> bool:
    """Send the content of *row* to the official's accounts that work; without one, leave the row and return false.

    Prompts of a dialog stay in their chat, and so do edits of cards: those show the latest state when they arrive.
    """
    person = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if person is None or await _must_stay(ctx, row) or not await _has_alternative(ctx, person, row):
        return False
    if not await ctx.uow.outbox.withdraw(row.id, ctx.now):
        return False
    ticket = await ctx.uow.tickets.get(row.ticket_id) if row.ticket_id is not None else None
    if row.kind is OutboxKind.CARD and ticket is not None:
        await ctx.uow.cards.withdraw(person.id, ticket.id, row.account)
    if ticket is not None:
        await cards.sync(ctx, ticket)
    if row.kind is OutboxKind.NOTE and decode(NoteEnvelope, row.facts).copy_group is None:
        await _reroute_notification(ctx, person, row)
    return True


async def _reroute_notification(ctx: UseCaseContext, person: Person, row: OutboxRow) -> None:
    for address in await addresses_for(ctx, person, decode(NoteEnvelope, row.facts).purpose):
        draft = notification_draft(
            address,
            person,
            row.facts,
            ticket_id=row.ticket_id,
            priority=Priority(row.priority),
            silent=row.silent,
        )
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def _must_stay(ctx: UseCaseContext, row: OutboxRow) -> bool:
    if row.kind is OutboxKind.CARD:
        card = await ctx.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
        return card is None or card.external_id is not None
    return row.kind is not OutboxKind.NOTE or decode(NoteEnvelope, row.facts).is_prompt


async def _has_alternative(ctx: UseCaseContext, person: Person, row: OutboxRow) -> bool:
    """Return whether the row's account does not work and another account of the person does."""
    channels = await ctx.channels(person)
    channel = next((one for one in channels if one.address.account == row.account), None)
    return channel is not None and not channel.is_open and any(one.is_open for one in channels)


async def _list_stuck_rows(ctx: UseCaseContext) -> list[OutboxRow]:
    found = []
    for account in sorted(await ctx.failing_accounts()):
        for row in await ctx.uow.outbox.pending_for_staff(account):
            person = ctx.municipality.staff.find_by_id(row.person_id or 0)
            if person is not None and not await _must_stay(ctx, row) and await _has_alternative(ctx, person, row):
                found.append(row)
    return found


async def _list_returned(ctx: UseCaseContext) -> list[tuple[Person, Address]]:
    """List people and their accounts that work again.

    An outage of sending does not count: only a message shows whether it is over, so the message itself tries.
    """
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
    is_receiving_failing = await ctx.uow.outages.is_ongoing(account, Direction.IN)
    return not is_receiving_failing and not await ctx.uow.outbox.has_pending_for_person(
        OutboxKind.CHANNEL_RESTORED, account, person.id
    )


async def get_missed_tickets(ctx: UseCaseContext, person: Person, account: str) -> MissedTickets:
    """List the open tickets whose cards went to other accounts of *person*."""
    card_accounts: set[str] = set()
    tickets = []
    for ticket in await list_waiting_tickets(ctx, person, MAX_MISSED_TICKETS):
        accounts = {
            card.account for card in await ctx.uow.cards.list_for_ticket(ticket.id) if card.person_id == person.id
        }
        if accounts and account not in accounts:
            tickets.append(ticket)
            card_accounts |= accounts
    if not card_accounts:
        others = [one for one in await ctx.channels(person) if one.address.account != account]
        card_accounts = {address.account for address in choose_route(others, Purpose.CARDS).addresses}
    return MissedTickets(tickets, sorted(card_accounts))


async def on_resumed(ctx: UseCaseContext, person: Person, account: str) -> None:
    """Handle the arrival of the message: end the failover and refresh the cards in that account."""
    for channel in await ctx.channels(person):
        if channel.address.account == account and await ctx.uow.staff.set_diverted_since(
            account_of(channel.address), None
        ):
            await ctx.uow.audit_log.record("caught_up", ctx.now, person_id=person.id, facts={"account": account})
            await reachability.refresh_cards(ctx, person, channel.address)
