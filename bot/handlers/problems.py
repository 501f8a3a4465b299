"""Buttons about several messages at once: the list, taking one out, putting one to others, writing to all once more."""

from typing import Any

from bot.domain.errors import OutdatedButton
from bot.domain.outbox import Priority
from bot.domain.tickets import Ticket
from bot.handlers.types import Pressed, Presses
from bot.services.answers import answers
from bot.services.context import Work
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.services.problems import merge_split
from bot.views.callback_codes import Op
from bot.views.notifications.problems import IN_NOTE

LONGEST_NUMBER = 15
"""Digits."""


async def show_list(work: Work, act: Pressed) -> None:
    """A page of the list: below the card, or in place of the page that is there."""
    ticket = await merge_split.check_can_list(work, act.ticket_id, act.person)
    page = act.press.arg.removeprefix(IN_NOTE)
    if not page.isdecimal() or len(page) > merge_split.LONGEST_PAGE:
        raise OutdatedButton(number=ticket.id)
    chat = act.event.chat
    await notify.answer_press(work, chat.account, act.event.press_id)
    if act.press.arg.startswith(IN_NOTE) and act.event.message_id is not None:
        await notify.change_note(
            work, chat.account, chat.id, act.event.message_id, "members", **_list(ticket, act, page)
        )
        return
    await notify.tell(work, act.person, "members", ticket=ticket, priority=Priority.PRESS, **_list(ticket, act, page))


def _list(ticket: Ticket, act: Pressed, page: str) -> dict[str, Any]:
    return {"number": ticket.id, "page": int(page), "reader": act.person.id}


async def split(work: Work, act: Pressed) -> None:
    await merge_split.split(work, act.ticket_id, act.person)
    await _say(work, act, "split")


async def merge_page(work: Work, act: Pressed) -> None:
    ticket = await merge_split.check_can_merge(work, act.ticket_id, act.person)
    await cards.turn_page(work, ticket, act.person, "merge")
    await _say(work, act)


async def merge(work: Work, act: Pressed) -> None:
    other = act.press.arg
    if not other.isdecimal() or len(other) > LONGEST_NUMBER:
        raise OutdatedButton(number=act.ticket_id)
    lead = await merge_split.merge(work, act.ticket_id, int(other), act.person)
    await _say(work, act, "merged", lead=lead.id)


async def ask_further(work: Work, act: Pressed) -> None:
    ticket = await answers.check_can_follow_up(work, act.ticket_id, act.person)
    dialog = await dialogs.begin(work, act.person, "further", ticket)
    await _say(work, act)
    await dialogs.ask(work, act.person, dialog, "ask_further", ticket=ticket)


async def _say(work: Work, act: Pressed, code: str = "", **facts: int) -> None:
    await notify.answer_press(work, act.event.chat.account, act.event.press_id, code, **facts)


PRESSES: Presses = {
    Op.LIST: show_list,
    Op.SPLIT: split,
    Op.MERGE: merge_page,
    Op.MERGE_INTO: merge,
    Op.FOLLOW_UP: ask_further,
}
