"""The coordinator: sorts what the machine is unsure of, types in what came by phone."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.cards import Dialog
from bot.domain.errors import DialogOver, NeedsWords, NotAllowed, OutdatedButton
from bot.domain.outbox import Priority
from bot.domain.people import Person, Right
from bot.domain.tickets import State
from bot.handlers.types import Pressed, Presses, Said, Steps
from bot.services.context import Work
from bot.services.deadlines import urgent_alerts
from bot.services.dialogs import dialogs
from bot.services.intake import register, review_queue
from bot.services.intake.receive import clean
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow
from bot.views.callback_codes import LONGEST_NUMBER, Op
from bot.views.dialogs.prompts import NUMBERLESS, SOURCES

NUMBER_LIMIT = 100
SOURCE_LIMIT = 64

LONGEST_TERM = timedelta(days=2 * 366)
"""A later term is a slip of the finger."""

_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2}))?(?:[\s,]+(?:в\s+)?(\d{1,2})[:.](\d{2}))?")


async def choose(work: Work, act: Pressed) -> None:
    """The sector of a message that nobody was sure about."""
    ticket = await workflow.get(work, act.ticket_id)
    if ticket.state is not State.TRIAGE:
        workflow.permit(work, act.person, Right.HAND_OVER, ticket)
        raise OutdatedButton(number=ticket.id)
    ticket = await workflow.hand_over(work, act.ticket_id, act.person, act.press.arg)
    sector = work.centre.sector_title(ticket.sector)
    await notify.answer_press(work, act.event.chat.account, act.event.press_id, "handed", sector=sector)


async def choose_page(work: Work, act: Pressed) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    workflow.permit(work, act.person, Right.TRIAGE, ticket)
    if ticket.state is not State.TRIAGE:
        raise OutdatedButton(number=ticket.id)
    await cards.turn_page(work, ticket, act.person, f"triage:{act.press.arg or 0}")
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)


async def new(work: Work, person: Person, words: str) -> None:
    """``/new``: a message that came by phone, on paper, from another system. The words may follow the command."""
    if not work.centre.may_ever(person, Right.TYPE_IN):
        raise NotAllowed(right=Right.TYPE_IN.value)
    dialog = await dialogs.begin(work, person, "new_text")
    if words:
        await _take_text(work, person, dialog, words)
    else:
        await dialogs.ask(work, person, dialog, "new_text")


async def _said_text(work: Work, said: Said) -> None:
    await _take_text(work, said.person, said.dialog, _words(said), files_left=bool(said.event.attachments))


async def _take_text(work: Work, person: Person, dialog: Dialog, words: str, *, files_left: bool = False) -> None:
    changed = await dialogs.step(work, dialog, "new_source", text=words)
    await dialogs.ask(work, person, changed, "new_source", files_left=files_left)


async def _said_source(work: Work, said: Said) -> None:
    await _take_source(work, said.person, said.dialog, _words(said)[:SOURCE_LIMIT])


async def _take_source(work: Work, person: Person, dialog: Dialog, source: str, pressed: str | None = None) -> None:
    numberless = source.casefold() in {name.casefold() for name in NUMBERLESS}
    question = "new_due" if numberless else "new_number"
    changed = await dialogs.step(work, dialog, question, pressed=pressed, source=source)
    await dialogs.ask(work, person, changed, question)


async def _said_number(work: Work, said: Said) -> None:
    await _take_number(work, said.person, said.dialog, _words(said)[:NUMBER_LIMIT])


def _words(said: Said) -> str:
    words = clean(said.event.text)
    if not words:
        raise NeedsWords()
    return words


async def _take_number(work: Work, person: Person, dialog: Dialog, number: str, pressed: str | None = None) -> None:
    changed = await dialogs.step(work, dialog, "new_due", pressed=pressed, number=number)
    await dialogs.ask(work, person, changed, "new_due")


async def _said_due(work: Work, said: Said) -> None:
    due = read_moment(said.event.text, work.centre.zone, work.now)
    if due is None or not work.now < due <= work.now + LONGEST_TERM:
        wrong = "unread" if due is None else "past" if due <= work.now else "far"
        changed = await dialogs.step(work, said.dialog, "new_due")
        await dialogs.ask(work, said.person, changed, "new_due", wrong=wrong)
        return
    await _create(work, said.person, said.dialog, due)


async def choice(work: Work, act: Pressed) -> None:
    """A button while typing in: the source, «Нет номера», «Обычный срок»."""
    dialog = await dialogs.current(work, act.person)
    name, _, value = act.press.arg.partition("=")
    if dialog is None or dialog.step != f"new_{name}":
        raise DialogOver()
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)
    chosen = {"number": "Нет номера", "due": "Обычный срок"}.get(name, "")
    match name:
        case "source":
            chosen = SOURCES[int(value)] if value.isdecimal() and int(value) < len(SOURCES) else SOURCES[-1]
            await _take_source(work, act.person, dialog, chosen, act.event.message_id)
        case "number":
            await _take_number(work, act.person, dialog, "", act.event.message_id)
        case "due":
            await _create(work, act.person, dialog, None, act.event.message_id)
    if act.event.message_id is not None:
        chat = act.event.chat
        await notify.change_note(work, chat.account, chat.id, act.event.message_id, "closed", text=f"✓ {chosen}")


async def _create(work: Work, person: Person, dialog: Dialog, due: datetime | None, pressed: str | None = None) -> None:
    if not work.centre.may_ever(person, Right.TYPE_IN):
        raise NotAllowed(right=Right.TYPE_IN.value)
    words = dialog.facts["text"]
    ticket = await register.register(
        work,
        register.NewTicket(
            text=words,
            reading=work.centre.understanding.read(words),
            source=dialog.facts["source"],
            external_number=dialog.facts.get("number") or None,
            answer_due=due,
            created_by=person,
        ),
    )
    await urgent_alerts.ring(work, ticket)
    await dialogs.end(work, dialog, pressed=pressed)
    sector = work.centre.sector_title(ticket.sector) if ticket.sector else None
    await notify.tell(work, person, "new_done", ticket=ticket, priority=Priority.PRESS, number=ticket.id, sector=sector)


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """«25.11.2026 15:00», «25.11 15:00», «25.11» (the end of that day); ``None`` for anything else.

    Without a year it is the next such day.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, hour, minute = found.groups()
    today = now.astimezone(zone)
    whole = today.year if year is None else int(year) + (2000 if len(year) == 2 else 0)
    hours, minutes = (int(hour), int(minute)) if hour else (23, 59)
    try:
        moment = datetime(whole, int(month), int(day), hours, minutes, tzinfo=zone)
        if year is None and moment < today:
            moment = moment.replace(year=whole + 1)
    except ValueError:
        return None
    return moment


async def is_problem(work: Work, act: Pressed) -> None:
    """«О проблеме»: the doubtful message becomes a ticket."""
    ticket = await review_queue.accept(work, act.person, _number(act))
    if ticket is None:
        await _gone(work, act)
    else:
        await notify.answer_press(work, act.event.chat.account, act.event.press_id, "is_problem", number=ticket.id)


async def is_talk(work: Work, act: Pressed) -> None:
    """«Не требует ответа»: the doubtful message was talk."""
    if await review_queue.set_aside(work, act.person, _number(act)):
        await notify.answer_press(work, act.event.chat.account, act.event.press_id, "is_talk")
    else:
        await _gone(work, act)


async def doubts_page(work: Work, act: Pressed) -> None:
    await review_queue.turn(work, act.person, _number(act))
    await notify.answer_press(work, act.event.chat.account, act.event.press_id)


async def _gone(work: Work, act: Pressed) -> None:
    await notify.answer_press(work, act.event.chat.account, act.event.press_id, "doubt_gone", alert=True)


def _number(act: Pressed) -> int:
    """The argument of a button, 0 for anything else: a modified app may send what it likes."""
    arg = act.press.arg
    return int(arg) if arg.isascii() and arg.isdecimal() and len(arg) <= LONGEST_NUMBER else 0


PRESSES: Presses = {
    Op.CHOOSE: choose,
    Op.CHOOSE_ALL: choose_page,
    Op.NEW: choice,
    Op.IS_PROBLEM: is_problem,
    Op.IS_TALK: is_talk,
    Op.DOUBTS: doubts_page,
}

STEPS: Steps = {
    "new_text": _said_text,
    "new_source": _said_source,
    "new_number": _said_number,
    "new_due": _said_due,
}
