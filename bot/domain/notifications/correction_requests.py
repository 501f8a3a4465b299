"""Notifications about «Запрос на исправление»: a unit mends what it did with a ticket, until a term."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket, stored


class AskCorrectionRequest(AboutTicket, code="correction_request_ask"):
    """Prompt for what is to be mended by the holders of ``post``; ``due_at`` is the usual term."""

    post: str
    due_at: datetime


class CorrectionRequested(AboutTicket, code="correction_request"):
    """The request, for the people of the post; ``again``: they called it done, and it was returned."""

    inquiry_id: int
    again: bool = stored(default=False)


class CorrectionRequestSent(AboutTicket, code="correction_request_sent"):
    """Confirmation for who has asked; ``by_asker``: nobody of the post can be reached here."""

    inquiry_id: int
    by_asker: bool = stored(default=False)


class CorrectionReminder(AboutTicket, code="correction_request_reminder"):
    """Something that is not mended yet; ``late``: the term is over."""

    inquiry_id: int
    late: bool


class CorrectionDone(AboutTicket, code="correction_request_done"):
    """«Исправлено», for who has asked: they accept it or return it."""

    inquiry_id: int


class CorrectionAccepted(AboutTicket, code="correction_request_accepted"):
    """The person who asked has accepted what was mended."""

    inquiry_id: int
