"""Notifications about questions to citizens, interim answers and referrals: texts that come before the answer."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket, stored
from bot.domain.notifications.dates import AsksDate


class AskClarification(AboutTicket, code="ask_citizen"):
    """Prompt for the question to the citizen."""


class ClarificationAnswered(AboutTicket, code="clarified"):
    """The citizen's words after a question; ``edited``: they have changed what they wrote before."""

    inquiry_id: int
    message_id: int
    edited: bool = stored(default=False, omit_default=True)


class ClarificationSilent(AboutTicket, code="clarify_silent"):
    """The citizen has not answered a question for the configured time."""

    inquiry_id: int


class AskInterim(AboutTicket, code="ask_interim"):
    """Prompt for an interim answer, which names a day."""


class PromiseDue(AboutTicket, code="promise_due"):
    """The day that an interim answer has named has come."""

    answer_id: int
    due_at: datetime


class AskReferralBody(AboutTicket, code="refer_body"):
    """Prompt for the body outside the centre."""


class AskReferralDate(AboutTicket, AsksDate, code="refer_date"):
    """Prompt for the control date."""


class AskReferral(AboutTicket, code="refer_words"):
    """Prompt for the words to the citizen; ``body`` and ``control_at`` are known."""

    body: str
    control_at: datetime


class WordsUnpublished(AboutTicket, code="words_unpublished"):
    """A question or an interim answer could not be published anywhere."""

    publication_id: int
    reason: str
