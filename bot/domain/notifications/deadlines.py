"""Reminders, overdue notices and the summary after an outage."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bot.domain.escalation import StepCode
from bot.domain.notifications.base import AboutTicket, Notification, stored


class NoticeItem(NamedTuple):
    """One notice among several; ``code`` is that of the notice alone, ``sector`` and ``post`` are titles."""

    code: str
    ticket_id: int
    sector: str | None = None
    post: str | None = None


class TicketNotice(AboutTicket):
    """A notice about one deadline of one ticket."""

    sector: str | None = stored(default=None)
    post: str | None = stored(default=None, omit_default=True)

    @property
    def is_minor(self) -> bool:
        return self.code in REMINDER_CODES


class AcceptReminder(TicketNotice, code="accept_reminder"):
    """The ticket should be accepted soon."""


class AcceptOverdue(TicketNotice, code="accept_overdue"):
    """The ticket was not accepted in time."""


class AnswerReminder(TicketNotice, code="answer_reminder"):
    """The ticket should be answered soon."""


class AnswerOverdue(TicketNotice, code="answer_overdue"):
    """The ticket was not answered in time."""


class PostingReminder(TicketNotice, code="posting_reminder"):
    """An approved answer still waits for the person who posts it."""


class DraftOverdue(TicketNotice, code="draft_overdue"):
    """The draft of an answer is not ready in time."""


class ApproveOverdue(TicketNotice, code="approve_overdue"):
    """A draft waits for approval longer than it should."""


class ReworkOverdue(TicketNotice, code="rework_overdue"):
    """A returned draft was not written again in time."""


class NotOursOverdue(TicketNotice, code="not_ours_overdue"):
    """The post has neither accepted the ticket nor said «не наше» in time."""


class FirstWordOverdue(TicketNotice, code="first_word_overdue"):
    """The citizen was not told in time that the ticket is taken up."""


class QuietArrival(TicketNotice, code="quiet_new"):
    """The ticket came without a sound, at night or because its reader wants only summaries."""


class WatcherOverdue(TicketNotice, code="watch_overdue"):
    """A deadline has passed, shown to those who watch several sectors."""


TICKET_NOTICES: Mapping[str, type[TicketNotice]] = {
    one.code: one
    for one in (
        *(AcceptReminder, AcceptOverdue, AnswerReminder, AnswerOverdue, PostingReminder, WatcherOverdue),
        *(DraftOverdue, ApproveOverdue, ReworkOverdue, NotOursOverdue, FirstWordOverdue, QuietArrival),
    )
}


REMINDER_CODES = frozenset({AcceptReminder.code, AnswerReminder.code, PostingReminder.code})
"""Notices of a deadline that is near; all others are about one that has passed."""


class ChainNotice(TicketNotice, code="chain_step"):
    """A step of a chain of escalation. ``step``: the code of the notice, which says the deadline and the reason."""

    step: str


def ticket_notice(code: str, ticket_id: int, sector: str | None, post: str | None = None) -> TicketNotice:
    """Return the notice with *code*, one of :data:`TICKET_NOTICES` or of a step."""
    if StepCode.parse(code) is not None:
        return ChainNotice(ticket_id=ticket_id, sector=sector, post=post, step=code)
    return TICKET_NOTICES[code](ticket_id=ticket_id, sector=sector, post=post)


class StillInWork(AboutTicket, code="still_in_work"):
    """Somebody has accepted the ticket and does nothing: are they at it?"""


class ChainHandedOver(AboutTicket, code="chain_handed_over"):
    """A chain has handed the ticket over. ``name``: to whom; ``is_new``: the reader is that person."""

    name: str
    is_new: bool = False
    absence: str | None = stored(default=None)


class NoticeList(Notification, code="notices"):
    """Several notices in one message; ``more``: how many others there are, which a message has no room for."""

    items: tuple[NoticeItem, ...]
    more: int = stored(default=0, omit_default=True)

    @property
    def is_minor(self) -> bool:
        return all(item.code in REMINDER_CODES for item in self.items)

    @property
    def is_summary(self) -> bool:
        return True

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(item.ticket_id for item in self.items)


class OutageSummary(Notification, code="catch_up"):
    """The one message after a time in which the bot did not work."""

    since: datetime
    until: datetime
    new: int
    items: tuple[NoticeItem, ...]

    @property
    def is_summary(self) -> bool:
        return True

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(item.ticket_id for item in self.items)


class UnitBreaches(AboutTicket, code="unit_breaches"):
    """A unit has missed the deadlines of ``count`` tickets this month, more than ``most``; the ticket is the last."""

    sector: str
    count: int
    most: int


class TermsRecomputed(Notification, code="terms_recomputed"):
    """The rules or the calendar have changed, and ``moved`` open tickets have other deadlines."""

    moved: int
