"""What every official can do in the private chat: commands, looking at tickets, going on with a dialog."""

from typing import Any

from bot.domain.errors import NotAllowed, NotYourCommand
from bot.domain.outbox import Priority
from bot.domain.people import Person, Right
from bot.domain.tickets import Ticket
from bot.handlers import problems, settings, triage
from bot.handlers import tickets as ticket_handlers
from bot.handlers.types import Commands, Pressed, Presses, Said, Steps
from bot.messengers.events import MessagePosted
from bot.services.context import Work
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.services.reports import digest
from bot.services.staff import invitations, reachability
from bot.services.tickets import search, workflow
from bot.views.callback_codes import Op

LISTED = 50


async def start(work: Work, person: Person, words: str) -> None:
    """``/start``: who you are here, and what you can do."""
    await reachability.show_menus(work, person)
    await notify.tell(
        work,
        person,
        "welcome_staff",
        priority=Priority.PRESS,
        name=person.name,
        centre=work.centre.name,
        roles=sorted(role.value for role in person.roles),
        commands=reachability.commands_of(work, person),
        digest_at=f"{work.centre.digest_at:%H:%M}" if person in digest.readers(work) else None,
        **_tasks(work, person),
    )


async def show_help(work: Work, person: Person, words: str) -> None:
    await notify.tell(
        work,
        person,
        "help_staff",
        priority=Priority.PRESS,
        commands=reachability.commands_of(work, person),
        **_tasks(work, person),
    )


def _tasks(work: Work, person: Person) -> dict[str, Any]:
    """What comes to this person by itself: tickets to work, messages to sort."""
    staff = work.centre.staff
    return {
        "works_tickets": any(person in staff.responsible(sector) for sector in work.centre.sectors),
        "sorts": person in staff.responsible(None),
    }


async def my(work: Work, person: Person, words: str) -> None:
    found = await search.list_own(work, person, LISTED)
    await _list(work, person, found, "Ждут вас", "Сейчас вас ничего не ждёт.")


async def find(work: Work, person: Person, words: str) -> None:
    number = words.strip().removeprefix("№").strip()
    if number.isdecimal() and len(number) < 15:
        await _send_card(work, person, await search.by_number(work, person, int(number)))
    elif number:
        found = await search.by_words(work, person, words, LISTED)
        await _list(work, person, found, "Найдено", "Ничего не нашлось. Попробуйте другие слова или номер.")
    else:
        await notify.tell(work, person, "find_how", priority=Priority.PRESS)


async def _list(work: Work, person: Person, found: list[Ticket], heading: str, empty: str) -> None:
    items = [["", ticket.id] for ticket in found]
    await notify.tell(work, person, "listing", priority=Priority.PRESS, items=items, heading=heading, empty=empty)


async def _send_card(work: Work, person: Person, ticket: Ticket) -> None:
    """A card anew at the bottom of the chat, whether there was one above or not."""
    address = work.desk(person)
    if address is None:
        return
    above = await work.uow.cards.get(person.id, ticket.id, address.account)
    if above is not None:
        if above.external_id is not None:
            await notify.change_note(
                work, address.account, address.chat_id, above.external_id, "card_below", number=ticket.id
            )
        await work.uow.cards.withdraw(person.id, ticket.id, address.account)
    await cards.begin(work, ticket, person, address, at_once=True)


async def send_digest(work: Work, person: Person, words: str) -> None:
    if not work.centre.may_ever(person, Right.DIGEST):
        raise NotAllowed(right=Right.DIGEST.value)
    await digest.send_now(work, person)


async def stats(work: Work, person: Person, words: str) -> None:
    if not work.centre.may_ever(person, Right.DIGEST):
        raise NotAllowed(right=Right.DIGEST.value)
    await digest.send_stats(work, person)


async def new(work: Work, person: Person, words: str) -> None:
    await triage.new(work, person, words)


async def invite(work: Work, person: Person, words: str) -> None:
    invited = await invitations.invite(work, person)
    links = [[office.title, office.invitation] for office in work.centre.offices.values() if office.invitation]
    people = [list(one) for one in invited]
    await notify.tell(work, person, "invitations", priority=Priority.PRESS, invited=people, links=links)


COMMANDS: Commands = {
    "start": start,
    "help": show_help,
    "my": my,
    "find": find,
    "new": new,
    "digest": send_digest,
    "stats": stats,
    "invite": invite,
    **settings.COMMANDS,
}


async def wrote(work: Work, person: Person, event: MessagePosted) -> None:
    """An official wrote in private: a command, the next step of a dialog, or a reply to a card."""
    name, words = command_of(event)
    if name in COMMANDS:
        own = reachability.commands_of(work, person)
        if name not in ("start", *own):
            raise NotYourCommand(command=name, commands=", ".join(f"/{one}" for one in own))
        await COMMANDS[name](work, person, words)
        return
    if event.service:
        return
    if name:
        await notify.tell(
            work, person, "unknown_command", priority=Priority.PRESS, commands=reachability.commands_of(work, person)
        )
        return
    dialog = await dialogs.current(work, person)
    about = await _replied_to(work, event)
    if about is not None and (dialog is None or dialog.ticket_id != about):
        await ticket_handlers.answer_to_card(work, person, about, event)
    elif dialog is not None and dialog.step in STEPS:
        await STEPS[dialog.step](work, Said(person, event, dialog))
    else:
        await notify.tell(work, person, "no_dialog", priority=Priority.PRESS)


def command_of(event: MessagePosted) -> tuple[str, str]:
    """``("find", "люк")`` for «/find люк», also with the bot's name after the command; ``("", text)`` otherwise."""
    first, *rest = event.text.split(maxsplit=1) or [""]
    name = first[1:].partition("@")[0]
    if not (first.startswith("/") and name.isascii() and name[:1].isalpha()):  # «/2 подъезд» is no command
        return "", event.text
    return name.casefold(), rest[0].strip() if rest else ""


async def _replied_to(work: Work, event: MessagePosted) -> int | None:
    if event.reply_to is None:
        return None
    letter = await work.uow.letters.subject(event.chat.account, event.chat.id, event.reply_to)
    return letter[0] if letter else None


async def more(work: Work, act: Pressed) -> None:
    await _turn(work, act, "more")


async def back(work: Work, act: Pressed) -> None:
    await _turn(work, act, "")


async def _turn(work: Work, act: Pressed, menu: str) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    workflow.permit(work, act.person, Right.SEE_TICKET, ticket)
    await cards.turn_page(work, ticket, act.person, menu)
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)


async def history(work: Work, act: Pressed) -> None:
    ticket = await search.by_number(work, act.person, act.ticket_id)
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)
    await notify.tell(work, act.person, "history", ticket=ticket, priority=Priority.PRESS, number=ticket.id)


async def open_listed(work: Work, act: Pressed) -> None:
    ticket = await search.by_number(work, act.person, act.ticket_id)
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)
    await _send_card(work, act.person, ticket)


PRESSES: Presses = {
    Op.MORE: more,
    Op.BACK: back,
    Op.HISTORY: history,
    Op.OPEN: open_listed,
    **ticket_handlers.PRESSES,
    **triage.PRESSES,
    **settings.PRESSES,
    **problems.PRESSES,
}

STEPS: Steps = {**ticket_handlers.STEPS, **triage.STEPS}
