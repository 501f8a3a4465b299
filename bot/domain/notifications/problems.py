"""Notifications about several tickets of one event."""

from bot.domain.notifications.base import AboutTicket, stored


class MemberList(AboutTicket, code="members"):
    """A page of the tickets that belong to a problem; ``reader_id`` is the official who turns the pages."""

    page: int
    reader_id: int = stored("reader", default=0)


class AnswersFailed(AboutTicket, code="answers_failed"):
    """The answer to a problem has not reached everybody."""

    publication_id: int
