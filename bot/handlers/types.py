"""What a handler is given: who acts, in answer to what."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.cards import Dialog
from bot.domain.people import Person
from bot.messengers.events import ButtonPressed, MessagePosted
from bot.services.context import Work
from bot.views.callback_codes import Op, Press


@dataclass(frozen=True, slots=True)
class Pressed:
    """An official pressed a button of ours."""

    person: Person
    press: Press
    event: ButtonPressed

    @property
    def ticket_id(self) -> int:
        return self.press.ticket_id


@dataclass(frozen=True, slots=True)
class Said:
    """An official wrote to us in private, in the middle of *dialog*."""

    person: Person
    event: MessagePosted
    dialog: Dialog


PressHandler = Callable[[Work, Pressed], Awaitable[None]]
SaidHandler = Callable[[Work, Said], Awaitable[None]]
CommandHandler = Callable[[Work, Person, str], Awaitable[None]]

Presses = dict[Op, PressHandler]
Steps = dict[str, SaidHandler]
Commands = dict[str, CommandHandler]
