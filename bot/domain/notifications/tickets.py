"""Notifications about a ticket's way through the staff."""

from typing import NamedTuple

from bot.domain.notifications.base import AboutTicket, Notification, stored
from bot.domain.own_work import WorkReason
from bot.domain.urgency import AdviceWay, Danger


class ListedTicket(NamedTuple):
    """A ticket in a list; ``code`` is empty."""

    code: str
    ticket_id: int


class TicketList(Notification, code="listing"):
    """Tickets that an official has asked for (``/my``, ``/find``)."""

    items: tuple[ListedTicket, ...]
    heading: str
    empty: str

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(item.ticket_id for item in self.items)


class OwnWorkItem(NamedTuple):
    """A ticket that waits for its reader, the reasons, and the part of their work that it belongs to."""

    ticket_id: int
    section: str
    reasons: tuple[WorkReason, ...]


class OwnWork(Notification, code="own_work"):
    """The work that waits for an official (``/my``)."""

    items: tuple[OwnWorkItem, ...]

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(item.ticket_id for item in self.items)


class TicketHistory(AboutTicket, code="history"):
    """Everything that has happened to a ticket."""


class TermReasons(AboutTicket, code="why_term"):
    """The steps by which the deadlines of a ticket came about."""


class CardBelow(AboutTicket, code="card_below"):
    """The remains of a card that was sent again further down."""


class AdditionReceived(AboutTicket, code="addition"):
    """The citizen has added something to their message."""

    message_id: int

    @property
    def is_minor(self) -> bool:
        return True


class HandedOver(AboutTicket, code="handed"):
    """Confirmation for the official who has handed a ticket over."""

    sector: str


class HandedToYou(AboutTicket, code="handed_to_you"):
    """A ticket was handed to an official who has had it before."""


class Returned(AboutTicket, code="returned"):
    """A closed ticket is in work again."""


class ReasonAdded(AboutTicket, code="reason_added"):
    """Confirmation that a remark for colleagues was added."""


class Dismissed(AboutTicket, code="dismissed"):
    """Confirmation that a ticket was closed without an answer."""


class UrgentAlert(AboutTicket):
    """An urgent ticket, shown to somebody who may have no card of it.

    ``member_id`` is the ticket of a problem's member that made the problem urgent.
    """

    sector: str
    member_id: int | None = stored("by", default=None)
    message_id: int | None = stored(default=None, omit_default=True)

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return (self.ticket_id,) if self.member_id is None else (self.ticket_id, self.member_id)


class UrgentNews(UrgentAlert, code="urgent_news"):
    """An urgent ticket, shown to those who watch and do not work it."""


class DutyAlert(UrgentAlert, code="duty"):
    """A ticket about a crime or a danger to life, shown to the duty officer.

    ``advice`` is how the author is told where to call, and ``text`` the municipality's own words for that.
    """

    danger: Danger | None = stored(default=None, omit_default=True)
    advice: AdviceWay = stored(default=AdviceWay.NONE, omit_default=True)
    text: str | None = stored(default=None, omit_default=True)


class AdviceFailed(UrgentAlert, code="advice_failed"):
    """The author of a message about a danger could not be told where to call: a person must do it."""

    danger: Danger
    text: str | None = stored(default=None, omit_default=True)


class BecameUrgent(AboutTicket, code="became_urgent"):
    """A ticket has become urgent; ``member_id`` as in :class:`UrgentAlert`."""

    member_id: int | None = stored("by", default=None)
