"""Notifications about delegated tickets."""

from datetime import date, datetime

from bot.domain.notifications.base import AboutTicket, stored


class Delegated(AboutTicket, code="delegate_asked"):
    """The ticket was given to an employee, who writes its answer, alone or with others.

    ``instead_of``: the absent colleague who was asked, and for whom the reader acts.
    """

    name: str
    due: datetime | None = stored(default=None, omit_default=True)
    instead_of: str = stored(default="", omit_default=True)


class DelegationWithdrawn(AboutTicket, code="delegate_withdrawn"):
    """The ticket was taken back, or has gone to another block."""


class DelegateAway(AboutTicket, code="delegate_away"):
    """News for the responsible people: who was asked to write is not there; ``stand_in`` writes instead, if anybody.

    ``last_day``: of an absence; without it they receive nothing, or have left if ``is_gone``: the ticket is taken back.
    """

    person_id: int
    name: str
    last_day: date | None = stored(default=None, omit_default=True)
    stand_in: str = stored(default="", omit_default=True)
    is_gone: bool = stored(default=False, omit_default=True)


class DelegateTakenBack(AboutTicket, code="delegate_taken_back"):
    """The remains of :class:`DelegateAway` after the ticket was taken back."""

    name: str


class PartGiven(AboutTicket, code="delegate_part"):
    """An employee has given their part of an answer."""

    name: str
    text: str
    given: int
    total: int


class PartSent(AboutTicket, code="delegate_part_sent"):
    """The remains of a preview that was sent as a part of an answer."""

    text: str
