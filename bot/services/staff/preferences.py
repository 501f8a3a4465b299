"""What an official chooses for the own accounts: where cards come, where reports come, one more messenger."""

import secrets
from dataclasses import dataclass

from bot.domain.channels import Channel, Purpose, preferred_channels
from bot.domain.errors import BotNotOpened, LastChannel, NotAllowed
from bot.domain.people import Person
from bot.services.context import BotAccount, UseCaseContext, account_of, messenger_of
from bot.services.staff import reachability
from bot.services.staff.invitations import CODE_BYTES


@dataclass(frozen=True, slots=True)
class AccountPreferences:
    """One own account as its owner sees it. ``name`` stands in buttons, ``cards`` and ``reports``: whether they come
    here as things are chosen."""

    name: str
    account: str
    receives_cards: bool
    receives_reports: bool
    channel: Channel


async def list_accounts(ctx: UseCaseContext, person: Person) -> list[AccountPreferences]:
    """Every own account of *person*, in their order."""
    channels = await ctx.channels(person)
    cards, reports = preferred_channels(channels, Purpose.CARDS), preferred_channels(channels, Purpose.REPORTS)
    return [
        AccountPreferences(_name(one), one.address.account, one in cards, one in reports[:1], one) for one in channels
    ]


def _name(channel: Channel) -> str:
    return f"{messenger_of(channel.address.account)}.{channel.address.user_id}"


async def toggle_cards(ctx: UseCaseContext, person: Person, name: str) -> bool:
    """Cards come to that account, or do not any more; which of both. :class:`LastPlace` for the only one left."""
    places = await list_accounts(ctx, person)
    chosen = _get_account(places, name)
    on = not chosen.receives_cards
    if not on and sum(place.receives_cards for place in places) == 1:
        raise LastChannel()
    if on and chosen.channel.blocked:
        raise BotNotOpened(messenger=messenger_of(chosen.account))
    for place in places:
        wanted = on if place is chosen else place.receives_cards
        await ctx.uow.staff.set_preferences(
            account_of(place.channel.address), cards=wanted, reports=place.receives_reports
        )
    await _record_change(ctx, person, "cards", chosen.account, on)
    if on:
        await reachability.send_open_tickets(ctx, person, chosen.channel.address)
    return on


async def set_reports_account(ctx: UseCaseContext, person: Person, name: str) -> None:
    """Digests and reports come to that account alone."""
    places = await list_accounts(ctx, person)
    chosen = _get_account(places, name)
    if chosen.channel.blocked:
        raise BotNotOpened(messenger=messenger_of(chosen.account))
    for place in places:
        own = account_of(place.channel.address)
        await ctx.uow.staff.set_preferences(own, cards=place.receives_cards, reports=place is chosen)
    await _record_change(ctx, person, "reports", chosen.account, True)


async def create_connect_code(ctx: UseCaseContext, person: Person) -> str:
    """A one-time code by which *person* joins from one more messenger."""
    return await ctx.uow.staff.get_or_create_invitation(person.id, secrets.token_urlsafe(CODE_BYTES), ctx.now)


def list_unconnected_messengers(ctx: UseCaseContext, person: Person) -> list[BotAccount]:
    """Our accounts in messengers where *person* has none."""
    have = {own.messenger.value for own in person.accounts}
    return [
        one
        for one in ctx.municipality.bot_accounts.values()
        if one.supports_private_messages and one.messenger not in have
    ]


def _get_account(accounts: list[AccountPreferences], name: str) -> AccountPreferences:
    found = next((place for place in accounts if place.name == name), None)
    if found is None:
        raise NotAllowed()
    return found


async def _record_change(ctx: UseCaseContext, person: Person, setting: str, account: str, on: bool) -> None:
    ctx.invalidate_reachability()
    facts = {"what": setting, "account": account, "on": on}
    await ctx.uow.audit_log.record("settings", ctx.now, person_id=person.id, facts=facts)
