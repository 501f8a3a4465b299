"""Notifications about the promises in the words of answers."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket
from bot.domain.notifications.dates import AsksDate
from bot.domain.promises import PromiseOutcome


class PromiseOffered(AboutTicket, code="promise_offered"):
    """An answer names a ``day`` (ISO) in ``words``: is it to be remembered?"""

    answer_id: int
    day: str
    words: str


class PromiseNoted(AboutTicket, code="promise_noted"):
    """The day until ``due_at`` will be reminded of; without one the offer was declined."""

    due_at: datetime | None = None


class PromiseReminder(AboutTicket, code="promise_reminder"):
    """The promised day has come, or is over: what became of it?"""

    promise_id: int
    answer_id: int
    due_at: datetime


class PromiseDecided(AboutTicket, code="promise_decided"):
    """Somebody has said what became of a promise; ``due_at``: the later day."""

    outcome: PromiseOutcome
    due_at: datetime | None = None


class AskPromiseDay(AboutTicket, AsksDate, code="promise_day"):
    """Prompt for a later day."""
