"""What a handler is given: who acts, in answer to what."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.cards import Dialog
from bot.domain.people import Person
from bot.messengers.events import ButtonPressed, MessagePosted
from bot.services.context import UseCaseContext
from bot.views.callback_codes import CallbackData, Op


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """An official pressed a button of ours."""

    person: Person
    callback: CallbackData
    event: ButtonPressed

    @property
    def ticket_id(self) -> int:
        return self.callback.ticket_id


@dataclass(frozen=True, slots=True)
class OfficialMessage:
    """An official wrote to us in private, in the middle of *dialog*."""

    person: Person
    event: MessagePosted
    dialog: Dialog


ButtonHandler = Callable[[UseCaseContext, ButtonPress], Awaitable[None]]
DialogStepHandler = Callable[[UseCaseContext, OfficialMessage], Awaitable[None]]
CommandHandler = Callable[[UseCaseContext, Person, str], Awaitable[None]]

ButtonHandlers = dict[Op, ButtonHandler]
DialogStepHandlers = dict[str, DialogStepHandler]
CommandHandlers = dict[str, CommandHandler]
