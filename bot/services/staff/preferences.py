"""Preferences of officials: the accounts that receive cards and reports, own quiet hours and days off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from bot.domain.audit import changed_facts
from bot.domain.channels import Channel, Purpose, preferred_channels
from bot.domain.errors import BotNotOpened, LastChannel, NotAllowed, OutdatedButton
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.own_times import WEEK, OwnTimes
from bot.domain.people import Person
from bot.domain.sources import messenger_of
from bot.services.context import BotAccount, UseCaseContext
from bot.services.context.municipality import account_of
from bot.services.staff import reachability


@dataclass(frozen=True, slots=True)
class AccountPreferences:
    """An official's account and its chosen preferences. ``name`` is used in button codes."""

    name: str
    account: str
    receives_cards: bool
    receives_reports: bool
    channel: Channel


async def list_accounts(ctx: UseCaseContext, person: Person) -> list[AccountPreferences]:
    """List the accounts of *person* in their order."""
    channels = await ctx.channels(person)
    cards, reports = preferred_channels(channels, Purpose.CARDS), preferred_channels(channels, Purpose.REPORTS)
    return [
        AccountPreferences(_name(one), one.address.account, one in cards, one in reports[:1], one) for one in channels
    ]


def _name(channel: Channel) -> str:
    return f"{messenger_of(channel.address.account)}.{channel.address.user_id}"


async def toggle_cards(ctx: UseCaseContext, person: Person, name: str) -> bool:
    """Switch cards at that account on or off; return the new value.

    Raise :class:`~bot.domain.errors.LastChannel` if no account would be left.
    """
    accounts = await list_accounts(ctx, person)
    chosen = _get_account(accounts, name)
    on = not chosen.receives_cards
    if not on and sum(one.receives_cards for one in accounts) == 1:
        raise LastChannel()
    if on and chosen.channel.blocked:
        raise BotNotOpened(messenger=messenger_of(chosen.account))
    for one in accounts:
        receives_cards = on if one is chosen else one.receives_cards
        await ctx.uow.staff.set_preferences(
            account_of(one.channel.address), cards=receives_cards, reports=one.receives_reports
        )
    await _record_change(ctx, person, "cards", chosen.account, on, changed_facts({"cards": not on}, {"cards": on}))
    if on:
        await reachability.send_open_tickets(ctx, person, chosen.channel.address)
    return on


async def set_reports_account(ctx: UseCaseContext, person: Person, name: str) -> None:
    """Send digests and reports to that account only."""
    accounts = await list_accounts(ctx, person)
    chosen = _get_account(accounts, name)
    if chosen.channel.blocked:
        raise BotNotOpened(messenger=messenger_of(chosen.account))
    for one in accounts:
        own = account_of(one.channel.address)
        await ctx.uow.staff.set_preferences(own, cards=one.receives_cards, reports=one is chosen)
    former = next((one.account for one in accounts if one.receives_reports), None)
    differing = changed_facts({"reports": former}, {"reports": chosen.account})
    await _record_change(ctx, person, "reports", chosen.account, True, differing)


async def find_own_times(ctx: UseCaseContext, person: Person) -> OwnTimes:
    """Return the own quiet hours and days off of *person*, without days that are over."""
    own = await ctx.uow.staff.find_own_times(person.id)
    return replace(own, dates=frozenset(one for one in own.dates if one >= ctx.today))


async def set_quiet_hours(ctx: UseCaseContext, person: Person, hours: tuple[time, time] | None) -> None:
    """Set the own quiet hours of *person*; ``None``: those of the town."""
    own = await find_own_times(ctx, person)
    await _set_own_times(ctx, person, "quiet_hours", replace(own, hours=hours))


async def set_summary_hour(ctx: UseCaseContext, person: Person, at: time | None) -> None:
    """Set the own hour of the daily summary; ``None``: that of the town."""
    await ctx.uow.staff.set_summary_hour(person.id, at)
    await ctx.uow.audit_log.record("settings", ctx.now, person_id=person.id, facts={"what": "summary"})


async def toggle_day_off(ctx: UseCaseContext, person: Person, weekday: int) -> None:
    """Make a day of the week a day off, or a working day again."""
    if weekday not in WEEK:
        raise OutdatedButton()
    own = await find_own_times(ctx, person)
    await _set_own_times(ctx, person, "days_off", own.with_weekday_toggled(weekday))


async def add_days_off(ctx: UseCaseContext, person: Person, dates: frozenset[date]) -> None:
    own = await find_own_times(ctx, person)
    await _set_own_times(ctx, person, "days_off", own.with_dates(dates, ctx.today))


async def clear_days_off(ctx: UseCaseContext, person: Person) -> None:
    """Make all single days off working days again."""
    own = await find_own_times(ctx, person)
    await _set_own_times(ctx, person, "days_off", replace(own, dates=frozenset()))


async def set_budget(ctx: UseCaseContext, person: Person, budget: NoticeBudget) -> None:
    """Set what may ring at *person*."""
    before = await ctx.uow.staff.find_budget(person.id)
    await ctx.uow.staff.set_budget(person.id, budget)
    differing = changed_facts({"budget": before.value}, {"budget": budget.value})
    await ctx.uow.audit_log.record("settings", ctx.now, person_id=person.id, facts={"what": "budget", **differing})


async def _set_own_times(ctx: UseCaseContext, person: Person, setting: str, own: OwnTimes) -> None:
    await ctx.uow.staff.set_own_times(person.id, own)
    await ctx.uow.audit_log.record("settings", ctx.now, person_id=person.id, facts={"what": setting})


def list_unconnected_messengers(ctx: UseCaseContext, person: Person) -> list[BotAccount]:
    """List the bot's accounts in messengers where *person* has none."""
    connected = {own.messenger.value for own in person.accounts}
    return [
        one
        for one in ctx.municipality.bot_accounts.values()
        if one.supports_private_messages and one.messenger not in connected
    ]


def _get_account(accounts: list[AccountPreferences], name: str) -> AccountPreferences:
    found = next((one for one in accounts if one.name == name), None)
    if found is None:
        raise NotAllowed()
    return found


async def _record_change(
    ctx: UseCaseContext, person: Person, setting: str, account: str, on: bool, differing: Mapping[str, object]
) -> None:
    facts = {"what": setting, "account": account, "on": on, **differing}
    await ctx.uow.audit_log.record("settings", ctx.now, person_id=person.id, facts=facts)
