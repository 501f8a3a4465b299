"""Invitations in ``/people``: pages of places, and the dialog in which a name and a post are written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.authority import Place
from bot.domain.dialogs import DialogStep
from bot.domain.notifications.people_pages import AskPersonName, Choice, ChoicePage, InvitePage
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.people_choices import MAX_CHOICES, list_options, make_choices, mask_at, number_at, of_mask, role_at
from bot.handlers.types import ButtonPress, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.staff import changes, invitations, people

MAX_NAME_CHARS = 200


async def invite_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> InvitePage:
    people.check_manages(ctx, by)
    tag = people.tag_of(ctx)
    places = [(one, True) for one in await people.list_vacated(ctx, by)]
    places += [(one, False) for one in people.list_posts(ctx, by)]
    return InvitePage(
        places=tuple(Choice(f"like={one.id}.{tag}", one.title or one.name, vacant) for one, vacant in places),
        page=number_at(args, 0),
    )


async def new_place_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> InvitePage:
    """Show the roles that may be given; those of blocks ask for blocks next."""
    people.check_manages(ctx, by)
    tag = people.tag_of(ctx)
    roles = people.list_givable_roles(ctx, by, people.own_scope(ctx, by))
    in_block = ctx.municipality.staff.roles.is_in_block
    codes = {one: f"for={one}.0" if in_block(one) else f"start={one}.0.{tag}" for one in roles}
    return InvitePage(
        places=tuple(Choice(codes[one], one, False) for one in roles),
        page=number_at(args, 0),
        is_new_place=True,
    )


async def sectors_of_new_place(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> ChoicePage:
    people.check_manages(ctx, by)
    options, chosen = list_options(ctx, by, "sectors", people.own_scope(ctx, by)), mask_at(args, 1)
    role = role_at(ctx, args)
    start = f"start={role}.{chosen:x}.{people.tag_of(ctx)}"
    return ChoicePage(
        field="sectors",
        title="",
        role=role,
        choices=make_choices(ctx, f"for={role}", "sectors", options, chosen),
        save=f"within={role}.{chosen:x}.0" if people.list_districts(ctx, by) else start,
        back="new=0",
        page=number_at(args, 2) if len(args) > 2 else 0,
        turn=f"for={role}.{chosen:x}",
    )


async def districts_of_new_place(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> ChoicePage:
    """Ask for the districts after the blocks, in a town that is divided by them; none are all of them."""
    people.check_manages(ctx, by)
    options, sectors, chosen = people.list_districts(ctx, by)[:MAX_CHOICES], mask_at(args, 1), mask_at(args, 2)
    role = role_at(ctx, args)
    return ChoicePage(
        field="districts",
        title="",
        role=role,
        choices=make_choices(ctx, f"within={role}.{sectors:x}", "districts", options, chosen),
        save=f"start={role}.{sectors:x}.{chosen:x}.{people.tag_of(ctx)}",
        back=f"for={role}.{sectors:x}",
        page=number_at(args, 3) if len(args) > 3 else 0,
        turn=f"within={role}.{sectors:x}.{chosen:x}",
    )


async def start_like(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    people.check_tag(ctx, args[-1])
    like = await people.find_like(ctx, press.person, number_at(args, 0))
    await _ask_name(ctx, press, Place.of(like), like=like.id)


async def start_new_place(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    people.check_tag(ctx, args[-1])
    by, role = press.person, role_at(ctx, args)
    options = list_options(ctx, by, "sectors", people.own_scope(ctx, by))
    sectors = of_mask(options, mask_at(args, 1))
    place = replace(people.own_scope(ctx, by), roles=frozenset({role}), title="")
    place = replace(place, sectors=sectors if ctx.municipality.staff.roles.is_in_block(role) else frozenset())
    if len(args) > 3 and (chosen := mask_at(args, 2)):
        place = replace(place, districts=of_mask(list_options(ctx, by, "districts", place), chosen))
    people.check_may_give(ctx, by, place)
    await _ask_name(ctx, press, place)


async def _ask_name(ctx: UseCaseContext, press: ButtonPress, place: Place, like: int | None = None) -> None:
    dialog = await dialogs.start(ctx, press.person, DialogStep.PERSON_NAME)
    facts: dict[str, Any] = {
        "roles": sorted(place.roles),
        "sectors": sorted(place.sectors),
        "districts": sorted(place.districts),
        "post": place.title,
        "like": like,
    }
    dialog = await dialogs.advance(ctx, dialog, DialogStep.PERSON_NAME, **facts)
    await dialogs.prompt(ctx, press.person, dialog, AskPersonName(place=changes.describe_place(ctx, place)))


async def on_name(ctx: UseCaseContext, message: OfficialMessage) -> None:
    name, _, post = (" ".join(part.split()) for part in message.require_text().partition(","))
    facts = message.dialog.facts
    place = Place(
        frozenset(facts["roles"]),
        frozenset(facts["sectors"]),
        frozenset(facts["districts"]),
        (post or facts["post"])[:MAX_NAME_CHARS],
    )
    invited = await people.invite(ctx, message.person, name[:MAX_NAME_CHARS], place, facts["like"])
    await dialogs.end(ctx, message.dialog)
    await _send_code(ctx, message.person, *invited)


async def issue_code(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    await _send_code(ctx, press.person, *await people.invite_again(ctx, press.person, number_at(args, 0)))


async def _send_code(ctx: UseCaseContext, person: Person, name: str, code: str) -> None:
    note = invitations.describe(ctx, [(name, code)])
    await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)
