"""What an official chooses for the own accounts: where cards come, where reports come, one more messenger."""

import secrets
from dataclasses import dataclass

from bot.domain.channels import Channel, Purpose, asked_for
from bot.domain.errors import LastPlace, NotAllowed, NotOpened
from bot.domain.people import Person
from bot.services.context import Office, Work, account_of, messenger_of
from bot.services.staff import reachability
from bot.services.staff.invitations import CODE_BYTES


@dataclass(frozen=True, slots=True)
class Place:
    """One own account as its owner sees it. ``name`` stands in buttons, ``cards`` and ``reports``: whether they come
    here as things are chosen."""

    name: str
    account: str
    cards: bool
    reports: bool
    channel: Channel


async def places_of(work: Work, person: Person) -> list[Place]:
    """Every own account of *person*, in their order."""
    channels = await work.channels(person)
    cards, reports = asked_for(channels, Purpose.CARDS), asked_for(channels, Purpose.REPORTS)
    return [Place(_name(one), one.address.account, one in cards, one in reports[:1], one) for one in channels]


def _name(channel: Channel) -> str:
    return f"{messenger_of(channel.address.account)}.{channel.address.user_id}"


async def switch_cards(work: Work, person: Person, name: str) -> bool:
    """Cards come to that account, or do not any more; which of both. :class:`LastPlace` for the only one left."""
    places = await places_of(work, person)
    chosen = _own(places, name)
    on = not chosen.cards
    if not on and sum(place.cards for place in places) == 1:
        raise LastPlace()
    if on and chosen.channel.blocked:
        raise NotOpened(messenger=messenger_of(chosen.account))
    for place in places:
        wanted = on if place is chosen else place.cards
        await work.uow.people.choose(account_of(place.channel.address), cards=wanted, reports=place.reports)
    await _chosen(work, person, "cards", chosen.account, on)
    if on:
        await reachability.show_open_tickets(work, person, chosen.channel.address)
    return on


async def send_reports_to(work: Work, person: Person, name: str) -> None:
    """Digests and reports come to that account alone."""
    places = await places_of(work, person)
    chosen = _own(places, name)
    if chosen.channel.blocked:
        raise NotOpened(messenger=messenger_of(chosen.account))
    for place in places:
        own = account_of(place.channel.address)
        await work.uow.people.choose(own, cards=place.cards, reports=place is chosen)
    await _chosen(work, person, "reports", chosen.account, True)


async def connect(work: Work, person: Person) -> str:
    """A one-time code by which *person* joins from one more messenger."""
    return await work.uow.people.invite(person.id, secrets.token_urlsafe(CODE_BYTES), work.now)


def other_messengers(work: Work, person: Person) -> list[Office]:
    """Our accounts in messengers where *person* has none."""
    have = {own.messenger.value for own in person.accounts}
    return [one for one in work.centre.offices.values() if one.talks and one.messenger not in have]


def _own(places: list[Place], name: str) -> Place:
    found = next((place for place in places if place.name == name), None)
    if found is None:
        raise NotAllowed()
    return found


async def _chosen(work: Work, person: Person, what: str, account: str, on: bool) -> None:
    work.forget()
    facts = {"what": what, "account": account, "on": on}
    await work.uow.chronicle.record("settings", work.now, person_id=person.id, facts=facts)
