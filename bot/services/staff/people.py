"""People in the chat: what those who manage people see of them, and what they may do with them.

Every change takes the lock of people and reads them again first: two presses in two processes are one after the other,
and the second sees what the first has done.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.authority import Authority, Place
from bot.domain.errors import (
    BroaderThanOwn,
    NotAllowed,
    NotYourPeople,
    OwnPlace,
    PeopleChanged,
    PersonGone,
    PlaceIncomplete,
)
from bot.domain.notifications.people_pages import PersonState
from bot.domain.people import Person
from bot.domain.people_plan import PersonChange
from bot.domain.posts import post_key
from bot.domain.roles import Right
from bot.services.context import UseCaseContext
from bot.services.staff import changes, directory, invitations

TAG_LENGTH = 8


def authority(ctx: UseCaseContext) -> Authority:
    return Authority(ctx.municipality.staff.roles)


def check_manages(ctx: UseCaseContext, by: Person) -> None:
    if not authority(ctx).manages_people(by):
        raise NotAllowed(right=Right.MANAGE_PEOPLE.value)


def tag_of(ctx: UseCaseContext) -> str:
    """Return a word for the people and the blocks as they are: a button of an earlier page has another."""
    state = [ctx.municipality.staff.version, *ctx.municipality.sectors, *ctx.municipality.staff.districts]
    return hashlib.sha256("\n".join(state).encode()).hexdigest()[:TAG_LENGTH]


def check_tag(ctx: UseCaseContext, tag: str) -> None:
    """Refuse a button of a page that shows people as they were."""
    if tag != tag_of(ctx):
        raise PeopleChanged()


def list_visible(ctx: UseCaseContext, by: Person) -> list[Person]:
    """List the officials whom *by* may see: all, or those who work for one of the own blocks and districts."""
    check_manages(ctx, by)
    return [
        one
        for one in ctx.municipality.staff.people
        if authority(ctx).manages_everybody(by) or _shares_block(ctx, by, one)
    ]


def _shares_block(ctx: UseCaseContext, by: Person, other: Person) -> bool:
    if not any(map(ctx.municipality.staff.roles.is_in_block, other.roles)):
        return False
    pairs = ((by.sectors, other.sectors), (by.districts, other.districts))
    return all(not own or not their or own & their for own, their in pairs)


def get_visible(ctx: UseCaseContext, by: Person, person_id: int) -> Person:
    person = next((one for one in list_visible(ctx, by) if one.id == person_id), None)
    if person is None:
        raise PersonGone() if ctx.municipality.staff.find_by_id(person_id) is None else NotYourPeople()
    return person


def list_givable_roles(ctx: UseCaseContext, by: Person, place: Place) -> list[str]:
    """List the codes of the roles that *by* may give for the blocks and districts of *place*."""
    may_give = authority(ctx).may_give
    codes = ctx.municipality.staff.roles.definitions
    return [code for code in codes if may_give(by, replace(place, roles=frozenset({code})))]


def own_scope(ctx: UseCaseContext, by: Person) -> Place:
    """Return the blocks and districts within which *by* gives places; none: all of them."""
    everywhere = authority(ctx).manages_everybody(by)
    return Place(frozenset()) if everywhere else Place(frozenset(), by.sectors, by.districts)


async def state_of(ctx: UseCaseContext, person: Person) -> PersonState:
    """Return whether *person* is there, has never pressed start, or has blocked the bot."""
    reach = await ctx.reachability()
    if not any((known := reach.get(own)) is not None and known.last_bot_account for own in person.accounts):
        return PersonState.NOT_JOINED
    return PersonState.WORKS if await ctx.can_reach(person) else PersonState.UNREACHABLE


def list_sectors(ctx: UseCaseContext, by: Person) -> list[str]:
    """List the blocks over which *by* manages people."""
    return [
        one
        for one in ctx.municipality.sectors
        if authority(ctx).manages_everybody(by) or not by.sectors or one in by.sectors
    ]


def list_districts(ctx: UseCaseContext, by: Person) -> list[str]:
    known = ctx.municipality.staff.districts
    return [one for one in known if authority(ctx).manages_everybody(by) or not by.districts or one in by.districts]


async def list_vacated(ctx: UseCaseContext, by: Person) -> list[Person]:
    """List former officials whose post nobody holds now, and whose place *by* may give."""
    held = {post_key(one) for one in ctx.municipality.staff.people}
    found = {post_key(one): one for one in await ctx.uow.staff.list_former() if post_key(one) not in held}
    return [one for one in found.values() if authority(ctx).may_give(by, Place.of(one))]


def list_posts(ctx: UseCaseContext, by: Person) -> list[Person]:
    """List one holder of each post whose place *by* may give."""
    found = {
        post_key(one): one
        for one in reversed(ctx.municipality.staff.people)
        if authority(ctx).may_give(by, Place.of(one))
    }
    return [*reversed(found.values())]


def list_unheaded_sectors(ctx: UseCaseContext, by: Person) -> list[str]:
    """List the blocks for which no post answers."""
    staff = ctx.municipality.staff
    return [one for one in list_sectors(ctx, by) if not staff.post_for(one).in_block]


async def _begin(ctx: UseCaseContext, by: Person) -> Person:
    """Wait for other changes of people, and return *by* as they are now."""
    await directory.lock(ctx)
    manager = ctx.municipality.staff.find_by_id(by.id)
    if manager is None:
        raise NotAllowed(right=Right.MANAGE_PEOPLE.value)
    check_manages(ctx, manager)
    return manager


def check_manages_person(ctx: UseCaseContext, manager: Person, person: Person) -> None:
    if manager.id == person.id:
        raise OwnPlace()
    if not authority(ctx).may_manage(manager, person):
        raise NotYourPeople()


async def change_place(
    ctx: UseCaseContext, by: Person, person_id: int, tag: str | None, change: Callable[[Place], Place]
) -> None:
    """Give a person another place: *change* makes it of the present one. *tag*: of the page with the button."""
    manager = await _begin(ctx, by)
    person = get_visible(ctx, manager, person_id)
    check_manages_person(ctx, manager, person)
    if tag is not None:
        check_tag(ctx, tag)
    place = change(Place.of(person))
    check_may_give(ctx, manager, place)
    after = replace(person, roles=place.roles, sectors=place.sectors, districts=place.districts, title=place.title)
    wanted = PersonChange(person, after)
    if wanted.fields:
        await changes.change(ctx, wanted, manager)


def check_may_give(ctx: UseCaseContext, manager: Person, place: Place) -> None:
    if not authority(ctx).is_complete(place):
        raise PlaceIncomplete()
    if not authority(ctx).may_give(manager, place):
        raise BroaderThanOwn()


async def dismiss(ctx: UseCaseContext, by: Person, person_id: int, tag: str) -> Person:
    """Handle «Уволить», confirmed."""
    manager = await _begin(ctx, by)
    person = get_visible(ctx, manager, person_id)
    check_manages_person(ctx, manager, person)
    check_tag(ctx, tag)
    await changes.dismiss(ctx, person, manager)
    return person


async def invite(
    ctx: UseCaseContext, by: Person, name: str, place: Place, like_id: int | None = None
) -> tuple[str, str]:
    """Add somebody to *place* and return (name, code); *like_id*: they stand in for the same others as this person."""
    manager = await _begin(ctx, by)
    check_may_give(ctx, manager, place)
    wanted = Person(0, name, place.roles, place.sectors, place.districts, title=place.title)
    if like_id is not None:
        like = await find_like(ctx, manager, like_id)
        wanted = replace(wanted, stands_in=like.stands_in, systems=like.systems)
    added = await changes.add(ctx, wanted, manager)
    return name, await invitations.create_join_code(ctx, added, manager)


async def invite_again(ctx: UseCaseContext, by: Person, person_id: int) -> tuple[str, str]:
    """Return (name, code) of an official who has no account yet; codes issued before end."""
    manager = await _begin(ctx, by)
    person = get_visible(ctx, manager, person_id)
    check_manages_person(ctx, manager, person)
    if person.accounts:
        raise PeopleChanged()
    return person.name, await invitations.create_join_code(ctx, person, manager)


async def find_like(ctx: UseCaseContext, by: Person, person_id: int) -> Person:
    """Return the official, present or former, whose place somebody is to be given."""
    people: Sequence[Person] = [*ctx.municipality.staff.people, *await ctx.uow.staff.list_former()]
    like = next((one for one in people if one.id == person_id), None)
    if like is None:
        raise PersonGone()
    check_may_give(ctx, by, Place.of(like))
    return like
