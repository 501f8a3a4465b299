"""Changes of people: each is stored, recorded, said to the person, and followed by tickets, cards and menus.

Rights are checked by the callers: :mod:`bot.services.staff.people` for the chat, the file belongs to the administrator.
"""

from collections.abc import Iterable, Sequence

from bot.domain.audit import changed_facts
from bot.domain.authority import Place
from bot.domain.notifications.citizens import AccessClosed
from bot.domain.notifications.people import PlaceChanged, PlaceFacts, PostVacant
from bot.domain.people import Person, StaffAccount
from bot.domain.people_plan import PersonChange, PersonField
from bot.domain.posts import post_key
from bot.services.answers import approval_requests, delegations
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.staff import access, directory, reachability
from bot.services.tickets import open_corrections, workflow
from bot.services.tickets.search import list_waiting_tickets

MAX_FOLLOWED_TICKETS = 500
"""Open tickets of a person that follow a change at once; more than any post of a town has."""

PLACE_FIELDS = frozenset({PersonField.TITLE, PersonField.ROLES, PersonField.SECTORS, PersonField.DISTRICTS})
"""The parts of a place of whose change a person is told."""


async def add(ctx: UseCaseContext, one: Person, by: Person | None) -> Person:
    """Add an official; the open tickets of an empty post come to them."""
    added = await ctx.uow.staff.add(one)
    await directory.reload(ctx)
    await _record(ctx, "person_added", by, added, **changed_facts({}, _audited(added)))
    await follow_tickets(ctx, await list_tickets(ctx, added))
    await open_corrections.notify_all(ctx, added)
    await reachability.update_menus(ctx, added)
    return added


async def change(ctx: UseCaseContext, wanted: PersonChange, by: Person | None) -> Person:
    """Store a changed official; tickets that leave them are taken from their chats, those that come are shown."""
    before, after = wanted.before, wanted.after
    current = ctx.municipality.staff.find_by_id(before.id) or before
    held, corrections = await list_tickets(ctx, current), await open_corrections.list_of(ctx, current)
    await close_accounts(ctx, current, [own for own in wanted.lost_accounts if own in current.accounts])
    await ctx.uow.staff.update(after)
    for own in wanted.new_accounts:
        await ctx.uow.staff.add_account(after.id, own)
    await directory.reload(ctx)
    differing = changed_facts(_audited(before), _audited(after))
    await _record(ctx, "person_changed", by, after, fields=[one.value for one in wanted.fields], **differing)
    if PLACE_FIELDS & set(wanted.fields):
        await access.hide_foreign_tickets(ctx, after)
        await follow_tickets(ctx, [*held, *await list_tickets(ctx, after)])
        await open_corrections.pass_on(ctx, corrections, after)
        await approval_requests.reassign(ctx, after.id)
        note = PlaceChanged(now=place_facts(ctx, after), lost_roles=tuple(sorted(before.roles - after.roles)))
        await notify.notify(ctx, after, note)
        await _report_vacancy(ctx, before)
    await reachability.update_menus(ctx, after)
    return after


async def dismiss(ctx: UseCaseContext, person: Person, by: Person | None) -> None:
    """End everything that an official has here; their open tickets go to who is responsible now."""
    held, corrections = await list_tickets(ctx, person), await open_corrections.list_of(ctx, person)
    await close_accounts(ctx, person, person.accounts)
    await ctx.uow.staff.deactivate(person.id)
    await ctx.uow.invitations.revoke(person.id, ctx.now)
    await directory.reload(ctx)
    await _record(ctx, "person_dismissed", by, person, **changed_facts(_audited(person), {}))
    await delegations.end_for_dismissed(ctx, person)
    await follow_tickets(ctx, held)
    await open_corrections.pass_on(ctx, corrections, person)
    await _report_vacancy(ctx, person)
    await approval_requests.reassign(ctx, person.id)


async def close_accounts(ctx: UseCaseContext, person: Person, accounts: Iterable[StaffAccount]) -> list[int]:
    """End the access of *accounts* of a person, and tell them there; return the open tickets that they showed."""
    shown: list[int] = []
    for own in accounts:
        await ctx.uow.staff.unlink_account(person.id, own)
        await ctx.uow.invitations.revoke(person.id, ctx.now)
        shown += await access.empty_chat(ctx, person.id, own)
        for address in access.chats_of(ctx, own):
            note = AccessClosed(municipality=ctx.municipality.name)
            await notify.notify_citizen(ctx, address.account, address.chat_id, None, note)
    await directory.reload(ctx)
    return shown


async def list_tickets(ctx: UseCaseContext, person: Person) -> list[int]:
    """List the open tickets that *person* should have, and those whose cards they have."""
    waiting = await list_waiting_tickets(ctx, person, MAX_FOLLOWED_TICKETS)
    shown = await ctx.uow.cards.list_unfinished(person.id, MAX_FOLLOWED_TICKETS)
    return [*(ticket.id for ticket in waiting), *shown]


async def count_waiting_tickets(ctx: UseCaseContext, person: Person) -> int:
    """Count the open tickets that *person* should have."""
    return len(await list_waiting_tickets(ctx, person, MAX_FOLLOWED_TICKETS))


async def follow_tickets(ctx: UseCaseContext, ticket_ids: Sequence[int]) -> None:
    """Show open tickets to who is responsible now; the working hours of their post count from now on."""
    for ticket_id in dict.fromkeys(ticket_ids):
        ticket = await ctx.uow.tickets.get(ticket_id)
        if ticket is not None:
            await cards.sync(ctx, await workflow.follow_post(ctx, ticket))


async def _report_vacancy(ctx: UseCaseContext, former: Person) -> None:
    """Tell those who sort messages that nobody holds the post of *former* any more."""
    if all(post_key(one) != post_key(former) for one in ctx.municipality.staff.people):
        note = PostVacant(place=place_facts(ctx, former))
        await notify.notify_all(ctx, await responsibility.sorting_people(ctx), note)


async def _record(ctx: UseCaseContext, action: str, by: Person | None, person: Person, **more: object) -> None:
    """Write the audit; ``by`` is ``None`` for the command line, whose journal names the user of the server."""
    facts = {
        "person": person.id,
        "roles": sorted(person.roles),
        "sectors": sorted(person.sectors),
        "districts": sorted(person.districts),
        **more,
    }
    await ctx.uow.audit_log.record(action, ctx.now, person_id=by.id if by is not None else None, facts=facts)


def _audited(person: Person) -> dict[str, object]:
    """Return everything of an official that can change."""
    return {
        "name": person.name,
        "title": person.title,
        "roles": sorted(person.roles),
        "sectors": sorted(person.sectors),
        "districts": sorted(person.districts),
        "stands_in": sorted(person.stands_in),
        "systems": sorted(person.systems),
        "digest_at": person.digest_at.isoformat("minutes") if person.digest_at is not None else None,
        "accounts": sorted(f"{own.messenger.value}.{own.user_id}" for own in person.accounts),
    }


def place_facts(ctx: UseCaseContext, person: Person) -> PlaceFacts:
    """Return the place of *person* in the centre, in words where the configuration has some."""
    return describe_place(ctx, Place.of(person))


def describe_place(ctx: UseCaseContext, place: Place) -> PlaceFacts:
    return PlaceFacts(
        title=place.title,
        roles=tuple(sorted(place.roles)),
        sectors=tuple(ctx.municipality.sector_title(one) for one in sorted(place.sectors)),
        districts=tuple(sorted(place.districts)),
    )
