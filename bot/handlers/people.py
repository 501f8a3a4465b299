"""``/people``: who works here, and how somebody is invited, moved, dismissed; one message, edited in place."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.domain.authority import Place
from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.base import Notification
from bot.domain.notifications.people_pages import AskPersonTitle, ChoicePage, PeopleList, PersonEntry, PersonPage
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.handlers import absences
from bot.handlers.people_choices import (
    CHOSEN_FIELDS,
    PlaceField,
    list_options,
    make_choices,
    mask_at,
    number_at,
    of_mask,
    to_mask,
)
from bot.handlers.people_invitations import (
    MAX_NAME_CHARS,
    districts_of_new_place,
    invite_page,
    issue_code,
    new_place_page,
    on_name,
    sectors_of_new_place,
    start_like,
    start_new_place,
)
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.staff import accounts, changes, people
from bot.views.callback_codes import Op

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
        page=number_at(args, 0),
        absent_only=absent_only,
        lists_accounts=ctx.municipality.has_right_anywhere(by, Right.INVITE),
    )


async def _absent_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PeopleList:
    return await _list_page(ctx, by, args, absent_only=True)


async def _person_page(ctx: UseCaseContext, by: Person, args: Sequence[str], *, asks: bool = False) -> PersonPage:
    person = people.get_visible(ctx, by, number_at(args, 0))
    return PersonPage(
        person_id=person.id,
        name=person.name,
        place=changes.place_facts(ctx, person),
        state=await people.state_of(ctx, person),
        accounts=tuple(accounts.name_of(own) for own in person.accounts),
        tag=people.tag_of(ctx),
        is_managed=people.authority(ctx).may_manage(by, person),
        asks_dismissal=asks,
    )


async def _dismissal_page(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PersonPage:
    return await _person_page(ctx, by, args, asks=True)


def _choice_page(field: PlaceField) -> Page:
    """Return the page on which a person's roles, blocks or districts are chosen; a press there changes nothing yet."""

    async def build(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> ChoicePage:
        person = people.get_visible(ctx, by, number_at(args, 0))
        options = list_options(ctx, by, field, Place.of(person))
        chosen = mask_at(args, 1) if len(args) > 1 else to_mask(options, _held(Place.of(person), field))
        return ChoicePage(
            field=field,
            title=person.name,
            choices=make_choices(ctx, f"{field}={person.id}", field, options, chosen),
            save=f"set{field}={person.id}.{chosen:x}.{people.tag_of(ctx)}",
            back=f"card={person.id}",
            page=number_at(args, 2) if len(args) > 2 else 0,
        )

    return build


def _set_choice(field: PlaceField) -> Page:
    """Return the handler of «Готово» on that page; what the reader may not give stays as it is."""

    async def save(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> PersonPage:
        person = people.get_visible(ctx, by, number_at(args, 0))
        options = list_options(ctx, by, field, Place.of(person))
        chosen = of_mask(options, mask_at(args, 1))

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


async def _dismiss(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> Notification:
    await people.dismiss(ctx, by, number_at(args, 0), args[-1])
    return await _list_page(ctx, by, ["0"])


# dialogs


async def _start_title(ctx: UseCaseContext, press: ButtonPress, args: Sequence[str]) -> None:
    person = people.get_visible(ctx, press.person, number_at(args, 0))
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


async def _start_absence(ctx: UseCaseContext, press: ButtonPress, argument: Sequence[str]) -> None:
    person = people.get_visible(ctx, press.person, int(argument[0]) if argument[0].isdecimal() else 0)
    await absences.ask_days(ctx, press.person, person)


PAGES: dict[str, Page] = {
    "list": _list_page,
    "absent": _absent_page,
    "card": _person_page,
    "ask": _dismissal_page,
    "dismiss": _dismiss,
    "invite": invite_page,
    "new": new_place_page,
    "for": sectors_of_new_place,
    "within": districts_of_new_place,
    **{field: _choice_page(field) for field in CHOSEN_FIELDS},
    **{f"set{field}": _set_choice(field) for field in CHOSEN_FIELDS},
}
"""Buttons that show another page in the same message, some after a change."""

STARTS: dict[str, Callable[[UseCaseContext, ButtonPress, Sequence[str]], Awaitable[None]]] = {
    "like": start_like,
    "start": start_new_place,
    "title": _start_title,
    "code": issue_code,
    "away": _start_absence,
}
"""Buttons that send a message of its own."""

BUTTON_HANDLERS: ButtonHandlers = {Op.PEOPLE: on_people_button}
COMMAND_HANDLERS: CommandHandlers = {"people": send_people}
STEP_HANDLERS: DialogStepHandlers = {DialogStep.PERSON_NAME: on_name, DialogStep.PERSON_TITLE: _on_title}
