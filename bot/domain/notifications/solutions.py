"""Notifications about what citizens say to an answer."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket, CitizenNote, stored
from bot.domain.notifications.dates import AsksDate


class NotSolved(AboutTicket, code="not_solved"):
    """The author says that nothing is solved: the ticket is back. ``message_id``: the words, if there are any."""

    message_id: int | None = stored(default=None, omit_default=True)
    times: int


class ProblemNotSolved(AboutTicket, code="problem_not_solved"):
    """The return of all tickets of a problem, because many people said that it is not solved."""

    complaints: int


class ReactionUnclear(AboutTicket, code="reaction_unclear"):
    """The author wrote under the answer, and the bot cannot tell whether the problem is solved."""

    message_id: int


class AskControlDate(AboutTicket, AsksDate, code="ask_control_date"):
    """Prompt for the day of control."""


class ControlSet(AboutTicket, code="control_set"):
    """Confirmation of a control date."""

    at: datetime


class ControlDue(AboutTicket, code="control_due"):
    """The day has come on which an official wanted to look at an answered ticket once more."""


class SolvedQuestion(CitizenNote, code="ask_solved"):
    """The question «Вопрос решён?»; ``by_words`` where there are no buttons for citizens."""

    ticket_id: int = stored("number")
    by_words: bool = stored(default=False, omit_default=True)


class SolvedConfirmed(CitizenNote, code="solved"):
    """The question after the author has confirmed that the problem is solved."""

    ticket_id: int = stored("number")


class BackInWork(CitizenNote, code="back_in_work"):
    """The ticket is in work again, because its author says that the problem is not solved."""

    ticket_id: int = stored("number")
