"""The contents that officials' chats may have: live buttons of those who act alone, nothing once somebody has left."""

from bot.domain.drafts import DraftState
from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.roles import Right
from bot.domain.tickets import State, Step, is_allowed
from bot.views.callback_codes import CallbackData, Op, parse_pair
from tests.machine.public_words import CITIZEN_MARK, OFFICIAL_MARK
from tests.machine.screens import Phone, Seen
from tests.machine.snapshot import Snapshot

WORKING_BUTTONS = {
    Op.ACCEPT: (Step.ACCEPT, Right.ACCEPT),
    Op.ANSWER: (Step.ANSWER, Right.ANSWER),
    Op.CORRECT: (Step.CORRECT, Right.CORRECT),
}
"""Buttons that only those have who act on a ticket, or stand in; on messages of other kinds they are refused later."""

DECIDING_BUTTONS = frozenset({Op.APPROVE_DRAFT, Op.RETURN_DRAFT, Op.CHANGE_DRAFT})


def owner_of(now: Snapshot, phone: Phone) -> Person | None:
    """Return the official whose chat it is now."""
    return now.staff.find_by_account(phone.messenger, str(phone.user_id))


def check_chats(now: Snapshot, chats: list[tuple[Phone, list[Seen]]]) -> None:
    for phone, seen in chats:
        messages = [one for one in seen if not one.is_final]
        if phone.is_blocked:
            continue
        person = owner_of(now, phone)
        if person is None:
            _check_emptied(phone, messages)
            continue
        reach = now.reach.get(StaffAccount(MessengerName(phone.messenger), str(phone.user_id)))
        if reach is not None and reach.unreachable_since is None:
            for one in messages:
                _check_buttons(now, person, one)


def _check_emptied(phone: Phone, messages: list[Seen]) -> None:
    """Nobody reads citizens' or colleagues' words in a chat that is no official's (any more)."""
    for one in messages:
        for mark in (CITIZEN_MARK, OFFICIAL_MARK):
            assert not mark.search(one.text), f"{phone} is no official's and holds: {one}"
        assert not one.presses, f"{phone} is no official's and has buttons: {one}"


def _check_buttons(now: Snapshot, person: Person, message: Seen) -> None:
    is_question = any(press.op is Op.APPROVE_DRAFT for press in message.presses)
    is_card = any(press.op in (Op.MORE, Op.HISTORY, Op.ACCEPT) for press in message.presses)
    for press in message.presses:
        if is_question and press.op in DECIDING_BUTTONS:
            _check_decidable(now, person, press)
        elif is_card and press.op in WORKING_BUTTONS:
            _check_working(now, person, press)


def _check_working(now: Snapshot, person: Person, press: CallbackData) -> None:
    ticket, (step, right) = now.tickets[press.ticket_id], WORKING_BUTTONS[press.op]
    may = now.may(person.id, right, ticket.id)
    may = may or (press.op is Op.ANSWER and person.id in now.writers.get(ticket.id, ()))
    assert is_allowed(ticket.state, step), f"{person} has a live «{press.op.name}» of {ticket}"
    assert may, f"{person} has a live «{press.op.name}» of {ticket} and may not press it"


def _check_decidable(now: Snapshot, person: Person, press: CallbackData) -> None:
    draft_id, version = parse_pair(press.arg) or (0, 0)
    draft = now.drafts[draft_id]
    is_live = draft.row.version == version and draft.row.state is DraftState.WAITING
    assert is_live, f"{person} has a live «{press.op.name}» of {draft.row}, version {version}"
    assert person.id in draft.deciders, f"{person} has a live «{press.op.name}» of {draft.row} and may not decide"


def check_cards(now: Snapshot) -> None:
    """Everybody who acts on an open ticket, and can be reached, has its card."""
    for number, ticket in now.tickets.items():
        if not ticket.is_open or ticket.lead_id is not None or ticket.state is State.PUBLISHING:
            continue
        for person in now.standings[number].acting:
            if person.id in now.available:
                assert (person.id, number) in now.cards, f"{person} acts on №{number} and has no card"
