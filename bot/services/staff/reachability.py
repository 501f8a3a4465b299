"""Reachability of officials: they join, block the bot and come back."""

from bot.domain.channels import Address
from bot.domain.notifications.staff import Reachable, Unreachable
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.answers import approval_requests, delegations
from bot.services.context import UseCaseContext
from bot.services.context.municipality import account_of
from bot.services.notifications import cards, notify
from bot.services.tickets import open_corrections
from bot.services.tickets.search import list_waiting_tickets

MAX_CARDS_ON_RETURN = 30
"""Cards sent to a person who was unreachable."""


_COMMANDS_ABOUT_ALL = frozenset({"report"})


async def find_current_official(ctx: UseCaseContext, account: str, user_id: str) -> Person | None:
    """Return the official behind an account; ``None`` also if another process has closed the account a moment ago."""
    person = ctx.municipality.find_official(account, user_id)
    known = (await ctx.reachability()).get(account_of(Address(account, user_id))) if person is not None else None
    return person if person is not None and known is not None and known.person_id == person.id else None


async def on_activity(ctx: UseCaseContext, person: Person, account: str, user_id: str) -> None:
    """Record that *person* has acted at an account: it works, whatever was stored about it."""
    ctx.actor, ctx.origin = person, Address(account, user_id)
    reach = (await ctx.reachability()).get(account_of(ctx.origin))
    if reach is not None and reach.last_bot_account != account:
        await ctx.uow.staff.set_contact_account(account_of(ctx.origin), account)
    # Asking the database again would cost the person, who waits, two statements.
    if reach is None or reach.unreachable_since is not None:
        await on_reachable(ctx, account, user_id)


async def on_unreachable(ctx: UseCaseContext, account: str, user_id: str) -> None:
    """Record that a message was refused: the person never started the bot, or has blocked it.

    If the person has no other account, notify colleagues once.
    """
    person = ctx.municipality.find_official(account, user_id)
    if person is None:
        return
    if not await ctx.uow.staff.set_unreachable_since(account_of(Address(account, user_id)), ctx.now):
        return
    await ctx.uow.audit_log.record("unreachable", ctx.now, person_id=person.id, facts={"account": account})
    if not await ctx.can_reach(person):
        for colleague in await cards.next_on_ladder(ctx, (person,)):
            await notify.notify(ctx, colleague, Unreachable(name=person.name))
        await approval_requests.reassign(ctx, person.id)
        await delegations.follow_absence(ctx, person)
    for ticket in await _list_affected(ctx, person, Address(account, user_id)):
        await cards.sync(ctx, ticket)  # open tickets go to people who see them


async def _list_affected(ctx: UseCaseContext, person: Person, address: Address) -> list[Ticket]:
    """Return open tickets that wait for *person* or are on a card of theirs."""
    waiting = {ticket.id: ticket for ticket in await list_waiting_tickets(ctx, person, MAX_CARDS_ON_RETURN)}
    shown = await ctx.uow.cards.list_for_person(person.id, address.account, MAX_CARDS_ON_RETURN)
    found = waiting | await ctx.uow.tickets.get_many({card.ticket_id for card in shown} - set(waiting))
    return [ticket for ticket in found.values() if ticket.is_open]


async def on_reachable(ctx: UseCaseContext, account: str, user_id: str) -> None:
    """Record that the account works again; send the open tickets there unless another account received them."""
    person = ctx.municipality.find_official(account, user_id)
    address = Address(account, user_id)
    if person is None:
        return
    was_reachable = await ctx.can_reach(person)
    if not await ctx.uow.staff.set_unreachable_since(account_of(address), None):
        return
    await ctx.uow.audit_log.record("reachable", ctx.now, person_id=person.id, facts={"account": account})
    await update_menu(ctx, person, address)
    if was_reachable:  # `failover` tells what went to other accounts
        await refresh_cards(ctx, person, address)
        return
    for colleague in await cards.next_on_ladder(ctx, (person,)):
        await notify.notify(ctx, colleague, Reachable(name=person.name))
    await send_open_tickets(ctx, person, address)
    await approval_requests.reassign(ctx, person.id)


async def refresh_cards(ctx: UseCaseContext, person: Person, address: Address) -> None:
    """Refresh the person's cards at *address*."""
    for known in await ctx.uow.cards.list_for_person(person.id, address.account, MAX_CARDS_ON_RETURN):
        ticket = await ctx.uow.tickets.get(known.ticket_id)
        if ticket is not None:
            await cards.refresh(ctx, ticket, known)


async def send_open_tickets(ctx: UseCaseContext, person: Person, address: Address) -> None:
    """Send cards of all open tickets that wait for *person*, who was unreachable when they came."""
    await refresh_cards(ctx, person, address)
    for ticket in await list_waiting_tickets(ctx, person, MAX_CARDS_ON_RETURN):
        if person in await cards.recipients(ctx, ticket):
            card = await ctx.uow.cards.get(person.id, ticket.id, address.account)
            if card is None:
                await cards.create(ctx, ticket, person, address, at_once=True)
            else:
                await cards.refresh(ctx, ticket, card, at_once=True)
                await cards.queue_media_at(ctx, ticket, person, address)
            await cards.sync(ctx, ticket)  # those who stood in lose the buttons
    await open_corrections.notify_all(ctx, person)


async def update_menus(ctx: UseCaseContext, person: Person) -> None:
    """Update the bot's command menu in every messenger of *person*."""
    for channel in await ctx.channels(person):
        await update_menu(ctx, person, channel.address)


async def update_menu(ctx: UseCaseContext, person: Person, address: Address) -> None:
    """Update the bot's command menu that the person sees at *address*."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.MENU,
            address.account,
            address.chat_id,
            person_id=person.id,
            facts={"commands": commands_of(ctx, person)},
            priority=Priority.BULK,
            dedupe=f"menu:{person.id}:{address.account}",
        ),
        ctx.now,
    )


def commands_of(ctx: UseCaseContext, person: Person) -> list[str]:
    """List the commands that the person's roles allow."""
    wanted = [
        ("my", Right.LIST_OWN),
        ("find", Right.FIND),
        ("control", Right.CONTROL),
        ("new", Right.TYPE_IN),
        ("entries", Right.TYPE_IN),
        ("digest", Right.DIGEST),
        ("stats", Right.DIGEST),
        ("report", Right.STATISTICS),
        ("questions", Right.REQUEST),
        ("people", Right.MANAGE_PEOPLE),
        ("templates", Right.TEMPLATES),
        ("invite", Right.INVITE),
        ("accounts", Right.INVITE),
    ]
    return [
        *(name for name, right in wanted if _may_use(ctx, person, name, right)),
        *(["topics"] if ctx.municipality.edits_topics(person) else []),
        "away",
        "settings",
        "help",
    ]


def _may_use(ctx: UseCaseContext, person: Person, name: str, right: Right) -> bool:
    """Return whether the command is for *person*; those about the whole town need the right everywhere."""
    if name in _COMMANDS_ABOUT_ALL:
        return ctx.municipality.has_right_everywhere(person, right)
    return ctx.municipality.has_right_anywhere(person, right)
