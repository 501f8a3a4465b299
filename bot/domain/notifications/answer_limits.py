"""Notifications about answers over a limit."""

from bot.domain.answer_limits import LimitKind
from bot.domain.notifications.base import AboutTicket, stored


class AnswerOverLimit(AboutTicket, code="answer_over_limit"):
    """A question to the coordinator: is the answer in the note's ``held_id`` to be sent?"""

    held_id: int
    reason: LimitKind
    limit: int
    author: str
    text: str


class AnswerWaits(AboutTicket, code="answer_waits"):
    """The remains of a preview whose answer waits for the coordinator."""

    reason: LimitKind
    text: str


class AnswerDeclined(AboutTicket, code="answer_declined"):
    """The coordinator does not let the answer go out; its author gets the text back."""

    text: str


class AnswerReleased(AboutTicket, code="answer_released"):
    """The remains of the question after «Отправить»; its author is told, too."""

    name: str | None = stored(default=None)
