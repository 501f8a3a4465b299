"""Every event enters here: who acts decides which handler answers; a refusal becomes words."""

from typing import Any

from bot.domain.channels import Address
from bot.domain.errors import DialogOver, OutdatedButton, Refusal, Stranger
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers import chat_events, citizen, commands, tickets
from bot.handlers.types import Pressed
from bot.messengers.events import (
    AuthorKind,
    ButtonPressed,
    ChatChanged,
    ChatKind,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PagePosted,
    Reacted,
)
from bot.services.context import Work
from bot.services.notifications import cards, notify
from bot.services.reports import official_pages
from bot.services.staff import reachability
from bot.views.callback_codes import unpack


async def handle(work: Work, event: Event) -> None:
    """Let *event* have its effect within the transaction of *work*."""
    work.actor = work.here = None
    match event:
        case MessagePosted():
            await _posted(work, event)
        case MessageEdited():
            official = _in_office(work, event.message)
            if official is None:
                await citizen.edited(work, event)
            else:
                work.actor, work.here = official, Address(event.message.chat.account, event.message.author.id)
                await tickets.reword(work, official, event.message)
        case MessageDeleted():
            await official_pages.removed(work, event)
            await citizen.deleted(work, event)
        case PagePosted():
            await official_pages.posted(work, event)
        case Reacted():
            await citizen.reacted(work, event)
        case ButtonPressed():
            await _pressed(work, event)
        case ChatChanged():
            await chat_events.chat_changed(work, event)


def _in_office(work: Work, event: MessagePosted) -> Person | None:
    """The official who talks to us in private, if it is one."""
    if event.chat.kind is not ChatKind.PRIVATE or event.author.kind is not AuthorKind.PERSON:
        return None
    return work.centre.person_at(event.chat.account, event.author.id)


async def _posted(work: Work, event: MessagePosted) -> None:
    official = _in_office(work, event)
    if official is None:
        if not await official_pages.hear(work, event):
            await citizen.wrote(work, event)
        return
    await reachability.is_here(work, official, event.chat.account, event.author.id)
    try:
        async with work.uow.savepoint():
            await commands.wrote(work, official, event)
    except Refusal as refusal:
        work.forget()
        await work.uow.chronicle.record(
            "refused", work.now, person_id=official.id, ticket_id=_ticket(refusal), facts={"code": refusal.code}
        )
        facts: dict[str, Any] = {**refusal.facts, "refusal": refusal.code}
        await notify.tell(work, official, "refused", priority=Priority.PRESS, **facts)
        await _draw_anew(work, official, _ticket(refusal) or 0)


async def _pressed(work: Work, event: ButtonPressed) -> None:
    person = work.centre.person_at(event.chat.account, event.author.id)
    press = unpack(event.code)
    try:
        if person is None:
            raise Stranger()
        await reachability.is_here(work, person, event.chat.account, event.author.id)
        if press is None or press.op not in commands.PRESSES:
            raise OutdatedButton()
        async with work.uow.savepoint():
            await commands.PRESSES[press.op](work, Pressed(person, press, event))
    except Refusal as refusal:
        work.forget()
        await _refuse_press(work, event, person, press.ticket_id if press else 0, refusal)


async def _refuse_press(
    work: Work, event: ButtonPressed, person: Person | None, ticket_id: int, refusal: Refusal
) -> None:
    """Nothing changes; the person is told politely, sees the card as it is now, and the attempt is on record."""
    facts = {"code": refusal.code, "button": event.code[:64]}
    if person is None:
        facts["account"] = f"{event.chat.account}/{event.author.id}"
    await work.uow.chronicle.record(
        "refused", work.now, person_id=person.id if person else None, ticket_id=ticket_id or None, facts=facts
    )
    await notify.answer_press(
        work, event.chat.account, event.press_id, refusal.code, **{**refusal.facts, "alert": True}
    )
    if person is not None:
        await _draw_anew(work, person, ticket_id)
        if isinstance(refusal, DialogOver):
            await _take_buttons_off(work, event, ticket_id)


async def _take_buttons_off(work: Work, event: ButtonPressed, ticket_id: int) -> None:
    """A question that arrived when the machine died: nobody wrote it down, so its buttons stayed when it was over."""
    place = (event.chat.account, event.chat.id)
    if not ticket_id or event.message_id is None or await work.uow.letters.subject(*place, event.message_id):
        return
    words = "Кнопки под этим сообщением больше не действуют."
    await notify.change_note(work, *place, event.message_id, "closed", text=words)


async def _draw_anew(work: Work, person: Person, ticket_id: int) -> None:
    """Whoever was refused sees the card, if there is one, as it is now."""
    ticket = await work.uow.tickets.get(ticket_id) if ticket_id else None
    address = work.desk(person)
    if ticket is None or address is None:
        return
    card = await work.uow.cards.get(person.id, ticket.id, address.account)
    if card is not None:
        await cards.redraw(work, ticket, card, at_once=True)


def _ticket(refusal: Refusal) -> int | None:
    number = refusal.facts.get("number")
    return number if isinstance(number, int) else None
