"""Notifications about delegated tickets."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket, stored


class Delegated(AboutTicket, code="delegate_asked"):
    """The ticket was given to an employee, who writes its answer, alone or with others."""

    name: str
    due: datetime | None = stored(default=None, omit_default=True)


class DelegationWithdrawn(AboutTicket, code="delegate_withdrawn"):
    """The ticket was taken back, or has gone to another block."""


class PartGiven(AboutTicket, code="delegate_part"):
    """An employee has given their part of an answer."""

    name: str
    text: str
    given: int
    total: int


class PartSent(AboutTicket, code="delegate_part_sent"):
    """The remains of a preview that was sent as a part of an answer."""

    text: str
