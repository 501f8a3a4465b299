"""Notifications about questions to other units and to the management."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.base import AboutTicket, Notification, stored
from bot.domain.notifications.dates import AsksDate


@runtime_checkable
class NamesInquiry(Protocol):
    """A notification whose words quote a question or its answer."""

    @property
    def inquiry_id(self) -> int: ...


class AskInquiryUnit(AboutTicket, code="request_unit"):
    """Prompt for the name of a unit that has no account."""


class AskInquiry(AboutTicket, code="request_question"):
    """Prompt for the question itself; ``due_at`` is the usual term."""

    kind: InquiryKind
    addressee: str
    due_at: datetime


class AskInquiryAnswer(AboutTicket, code="inquiry_answer"):
    """Prompt for what was learned, or for the decision."""

    inquiry_id: int


class AskCallWords(AboutTicket, code="call_words"):
    """Prompt for what the applicant said on the telephone."""


class AskCallAgain(AboutTicket, AsksDate, code="call_again"):
    """Prompt for the moment of the next call."""


class InquiryReceived(AboutTicket, code="inquiry"):
    """A question to the reader."""

    inquiry_id: int


class InquirySent(AboutTicket, code="inquiry_sent"):
    """Confirmation for who has asked; ``by_asker``: the addressee has no account, and the asker enters the answer."""

    inquiry_id: int
    by_asker: bool = stored(default=False)


class InquiryAnswered(AboutTicket, code="inquiry_answered"):
    """The answer to a question, for who has asked it, and for the others who work on the ticket."""

    inquiry_id: int


class InquiryReminder(AboutTicket, code="inquiry_reminder"):
    """A question that is not answered yet; ``late``: its term is over."""

    inquiry_id: int
    late: bool


class DecisionControl(AboutTicket, code="decision_control"):
    """The date of a decision has come."""

    inquiry_id: int


class InquiryRegister(Notification, code="inquiry_register"):
    """The questions that wait for the management, and its decisions with a date."""

    inquiry_ids: tuple[int, ...]

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return ()
