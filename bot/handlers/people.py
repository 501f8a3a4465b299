"""``/people``: who works here, and how somebody is invited, moved, dismissed; one message, edited in place."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from bot.domain.authority import Place
from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.base import Notification
from bot.domain.notifications.people_pages import (
    AskPersonName,
    AskPersonTitle,
    Choice,
    ChoicePage,
    InvitePage,
    PeopleList,
    PersonEntry,
    PersonPage,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.handlers import absences
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.staff import accounts, changes, invitations, people
from bot.views.callback_codes import Op

MAX_NAME_CHARS = 200

MAX_CHOICES = 60
"""Choices of one page: their set is a number of fifteen hexadecimal digits in a button's code."""

PlaceField = Literal["roles", "sectors", "districts"]
CHOSEN_FIELDS: tuple[PlaceField, ...] = ("roles", "sectors", "districts")

Page = Callable[[UseCaseContext, Person, Sequence[str]], Awaitable[Notification]]


async def send_people(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await _list_page(ctx, person, ["0"]), priority=Priority.INTERACTIVE)


async def on_people_button(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Show a page, or do what its button says; e.g. ``card=17``, ``setroles=17.3.0f2a9c41``, ``for=head.5.0``."""
    verb, _, rest = press.callback.arg.partition("=")
    if verb in STARTS:
        await answer_callback(ctx, press)
        await STARTS[verb](ctx, press, rest.split("."))
    elif verb in PAGES:
        page = await PAGES[verb](ctx, press.person, rest.split("."))
        await answer_callback(ctx, press)
        await edit_pressed_note(ctx, press, page)
    else:
        raise OutdatedButton()


# pages


async def _list_page(ctx: UseCaseContext, by: Person, args: Sequence[str], *, absent_only: bool = False) -> PeopleList:
    entries = [
        PersonEntry(one.id, one.name, changes.place_facts(ctx, one), await people.state_of(ctx, one))
        for one in people.list_visible(ctx, by)
    ]
    vacant = [one.title or one.name for one in await people.list_vacated(ctx, by)]
    vacant += [ctx.municipality.sector_title(one) for one in people.list_unheaded_sectors(ctx, by)]
    return PeopleList(
        entries=tuple(entries),
        vacant=tuple(vacant),
        page=_number(args, 0),
        absent_only=absent_only,
        lists_accounts=ctx.municipality.has_right_anywhere(by, Right.INVITE),
    )


async def _absent_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PeopleList:
    return await _list_page(ctx, by, args, absent_only=True)


async def _person_page(ctx: UseCaseContext, by: Person, args: Sequence[str], *, asks: bool = False) -> PersonPage:
    person = people.get_visible(ctx, by, _number(args, 0))
    return PersonPage(
        person_id=person.id,
        name=person.name,
        place=changes.place_facts(ctx, person),
        state=await people.state_of(ctx, person),
        accounts=tuple(accounts.name_of(own) for own in person.accounts),
        tag=people.tag_of(ctx),
        is_managed=people.authority(ctx).may_manage(by, person),
        may_dismiss=people.authority(ctx).may_dismiss(by, person),
        asks_dismissal=asks,
    )


async def _dismissal_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PersonPage:
    return await _person_page(ctx, by, args, asks=True)


def _choice_page(field: PlaceField) -> Page:
    """Return the page on which a person's roles, blocks or districts are chosen; a press there changes nothing yet."""

    async def show(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> ChoicePage:
        person = people.get_visible(ctx, by, _number(args, 0))
        options = _options(ctx, by, field, Place.of(person))
        chosen = _mask(args, 1) if len(args) > 1 else _to_mask(options, _held(Place.of(person), field))
        return ChoicePage(
            field=field,
            title=person.name,
            choices=_choices(ctx, f"{field}={person.id}", field, options, chosen),
            save=f"set{field}={person.id}.{chosen:x}.{people.tag_of(ctx)}",
            back=f"card={person.id}",
            page=_number(args, 2) if len(args) > 2 else 0,
        )

    return show


def _set_choice(field: PlaceField) -> Page:
    """Return the handler of «Готово» on that page; what the reader may not give stays as it is."""

    async def save(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PersonPage:
        person = people.get_visible(ctx, by, _number(args, 0))
        options = _options(ctx, by, field, Place.of(person))
        chosen = _of_mask(options, _mask(args, 1))

        def choose(place: Place) -> Place:
            return _with(place, field, chosen | (_held(place, field) - set(options)))

        await people.change_place(ctx, by, person.id, args[-1], choose)
        return await _person_page(ctx, by, args)

    return save


def _held(place: Place, field: PlaceField) -> frozenset[str]:
    held = {"roles": place.roles, "sectors": place.sectors, "districts": place.districts}
    return frozenset(held[field])


def _with(place: Place, field: PlaceField, values: frozenset[str]) -> Place:
    if field == "roles":
        return replace(place, roles=values)
    return replace(place, sectors=values) if field == "sectors" else replace(place, districts=values)


def _options(ctx: UseCaseContext, by: Person, field: PlaceField, place: Place) -> list[str]:
    if field == "roles":
        found: list[str] = [*people.list_givable_roles(ctx, by, place)]
    else:
        found = people.list_sectors(ctx, by) if field == "sectors" else people.list_districts(ctx, by)
    return found[:MAX_CHOICES]


def _of_mask(options: Sequence[str], mask: int) -> frozenset[str]:
    return frozenset(one for bit, one in enumerate(options) if mask >> bit & 1)


def _to_mask(options: Sequence[str], held: frozenset[str]) -> int:
    return sum(1 << bit for bit, one in enumerate(options) if one in held)


def _choices(
    ctx: UseCaseContext, base: str, field: PlaceField, options: Sequence[str], chosen: int
) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{base}.{chosen ^ 1 << bit:x}", _option_title(ctx, field, one), bool(chosen >> bit & 1))
        for bit, one in enumerate(options)
    )


def _option_title(ctx: UseCaseContext, field: PlaceField, option: str) -> str:
    return ctx.municipality.sector_title(option) if field == "sectors" else option


async def _dismiss(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> Notification:
    await people.dismiss(ctx, by, _number(args, 0), args[-1])
    return await _list_page(ctx, by, ["0"])


async def _invite_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> InvitePage:
    people.check_manages(ctx, by)
    tag = people.tag_of(ctx)
    places = [(one, True) for one in await people.list_vacated(ctx, by)]
    places += [(one, False) for one in people.list_posts(ctx, by)]
    return InvitePage(
        places=tuple(Choice(f"like={one.id}.{tag}", one.title or one.name, vacant) for one, vacant in places),
        page=_number(args, 0),
    )


async def _new_place_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> InvitePage:
    """Show the roles that may be given; those of blocks ask for blocks next."""
    people.check_manages(ctx, by)
    tag = people.tag_of(ctx)
    roles = people.list_givable_roles(ctx, by, people.own_scope(ctx, by))
    in_block = ctx.municipality.staff.roles.is_in_block
    codes = {one: f"for={one}.0" if in_block(one) else f"start={one}.0.{tag}" for one in roles}
    return InvitePage(
        places=tuple(Choice(codes[one], one, False) for one in roles),
        page=_number(args, 0),
        is_new_place=True,
    )


async def _sectors_of_new_place(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> ChoicePage:
    people.check_manages(ctx, by)
    options, chosen = _options(ctx, by, "sectors", people.own_scope(ctx, by)), _mask(args, 1)
    role = _role(ctx, args)
    return ChoicePage(
        field="sectors",
        title="",
        role=role,
        choices=_choices(ctx, f"for={role}", "sectors", options, chosen),
        save=f"start={role}.{chosen:x}.{people.tag_of(ctx)}",
        back="new=0",
        page=_number(args, 2) if len(args) > 2 else 0,
    )


# dialogs: a name or a post is written


async def _start_like(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    people.check_tag(ctx, args[-1])
    like = await people.find_like(ctx, press.person, _number(args, 0))
    await _ask_name(ctx, press, Place.of(like), like=like.id)


async def _start_new_place(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    people.check_tag(ctx, args[-1])
    by, role = press.person, _role(ctx, args)
    options = _options(ctx, by, "sectors", people.own_scope(ctx, by))
    sectors = _of_mask(options, _mask(args, 1))
    place = replace(people.own_scope(ctx, by), roles=frozenset({role}), title="")
    place = replace(place, sectors=sectors if ctx.municipality.staff.roles.is_in_block(role) else frozenset())
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


async def _on_name(ctx: UseCaseContext, message: OfficialMessage) -> None:
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


async def _start_title(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    person = people.get_visible(ctx, press.person, _number(args, 0))
    people.check_manages_person(ctx, press.person, person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.PERSON_TITLE)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.PERSON_TITLE, person=person.id)
    await dialogs.prompt(ctx, press.person, dialog, AskPersonTitle(name=person.name))


async def _on_title(ctx: UseCaseContext, message: OfficialMessage) -> None:
    title = " ".join(message.require_text().split())[:MAX_NAME_CHARS]
    person_id = int(message.dialog.facts["person"])
    await people.change_place(ctx, message.person, person_id, None, lambda place: replace(place, title=title))
    await dialogs.end(ctx, message.dialog)
    page = await _person_page(ctx, message.person, [str(person_id)])
    await notify.notify(ctx, message.person, page, priority=Priority.INTERACTIVE)


async def _issue_code(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    await _send_code(ctx, press.person, *await people.invite_again(ctx, press.person, _number(args, 0)))


async def _send_code(ctx: UseCaseContext, person: Person, name: str, code: str) -> None:
    note = invitations.describe(ctx, [(name, code)])
    await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)


# arguments of buttons


def _number(args: Sequence[str], index: int) -> int:
    text = args[index] if index < len(args) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise OutdatedButton()
    return int(text)


def _mask(args: Sequence[str], index: int) -> int:
    text = args[index] if index < len(args) else ""
    try:
        return int(text[:15], 16)
    except ValueError:
        raise OutdatedButton() from None


def _role(ctx: UseCaseContext, args: Sequence[str]) -> str:
    if args[0] not in ctx.municipality.staff.roles.definitions:
        raise OutdatedButton()
    return args[0]


async def _start_absence(ctx: UseCaseContext, press: ButtonPress, argument: Sequence[str]) -> None:
    person = people.get_visible(ctx, press.person, int(argument[0]) if argument[0].isdecimal() else 0)
    await absences.ask_days(ctx, press.person, person)


PAGES: dict[str, Page] = {
    "list": _list_page,
    "absent": _absent_page,
    "card": _person_page,
    "ask": _dismissal_page,
    "dismiss": _dismiss,
    "invite": _invite_page,
    "new": _new_place_page,
    "for": _sectors_of_new_place,
    **{field: _choice_page(field) for field in CHOSEN_FIELDS},
    **{f"set{field}": _set_choice(field) for field in CHOSEN_FIELDS},
}
"""Buttons that show another page in the same message, some after a change."""

STARTS: dict[str, Callable[[UseCaseContext, ButtonPress, Sequence[str]], Awaitable[None]]] = {
    "like": _start_like,
    "start": _start_new_place,
    "title": _start_title,
    "code": _issue_code,
    "away": _start_absence,
}
"""Buttons that send a message of its own."""

BUTTON_HANDLERS: ButtonHandlers = {Op.PEOPLE: on_people_button}
COMMAND_HANDLERS: CommandHandlers = {"people": send_people}
STEP_HANDLERS: DialogStepHandlers = {DialogStep.PERSON_NAME: _on_name, DialogStep.PERSON_TITLE: _on_title}
