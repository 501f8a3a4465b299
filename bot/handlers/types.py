"""Arguments and types of handlers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.errors import OutdatedButton, TextRequired
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.messengers.events import ButtonPressed, MessagePosted
from bot.services.context import UseCaseContext
from bot.services.context.messages import clean_text
from bot.views.callback_codes import CallbackData, Op


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A press of one of the bot's buttons by an official."""

    person: Person
    callback: CallbackData
    event: ButtonPressed

    @property
    def ticket_id(self) -> int:
        return self.callback.ticket_id

    def require_number(self) -> int:
        """Return the button's argument as a number, or refuse the press."""
        if self.callback.number is None:
            raise OutdatedButton(number=self.ticket_id)
        return self.callback.number


@dataclass(frozen=True, slots=True)
class OfficialMessage:
    """A private message of an official that continues *dialog*."""

    person: Person
    event: MessagePosted
    dialog: Dialog

    def require_text(self) -> str:
        """Return the message's text, cleaned; a message without text is refused."""
        text = clean_text(self.event.text)
        if not text:
            raise TextRequired(number=self.dialog.ticket_id)
        return text


ButtonHandler = Callable[[UseCaseContext, ButtonPress], Awaitable[None]]
DialogStepHandler = Callable[[UseCaseContext, OfficialMessage], Awaitable[None]]
CommandHandler = Callable[[UseCaseContext, Person, str], Awaitable[None]]
CitizenButtonHandler = Callable[[UseCaseContext, ButtonPressed, Ticket], Awaitable[None]]
"""The handler of a button that only the author of a ticket may press."""

ButtonHandlers = dict[Op, ButtonHandler]
CitizenButtonHandlers = dict[Op, CitizenButtonHandler]
DialogStepHandlers = dict[DialogStep, DialogStepHandler]
CommandHandlers = dict[str, CommandHandler]
