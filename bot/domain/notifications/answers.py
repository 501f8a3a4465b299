"""Notifications about answers and their publication."""

from bot.domain.notifications.base import AboutTicket, stored


class AnswerToPassOn(AboutTicket, code="pass_answer_on"):
    """The answer to a message that came by phone: somebody has to call the citizen."""

    answer_id: int


class AlreadyAnswered(AboutTicket, code="already_answered"):
    """An official has replied to the card of a ticket that they have answered."""


class ReplyOffered(AboutTicket, code="staff_reply"):
    """A colleague has replied in the chat itself; is that the answer?"""

    name: str
    message_id: int
    unknown_account: bool = stored("unknown", default=False, omit_default=True)


class PublicationFailed(AboutTicket, code="publication_failed"):
    """An answer could not be published at one place."""

    publication_id: int
    reason: str
    returned_to_work: bool = stored("back")


class AnswerDelayed(AboutTicket, code="answer_delayed"):
    """An answer waits for its messenger, which does not answer; it will leave without further ado."""

    messenger: str = stored("title")


class AnswerHeld(AboutTicket, code="answer_held"):
    """An answer may have been published before the database was restored; is it to be published?"""

    publication_id: int


class CorrectionFailed(AboutTicket, code="correction_failed"):
    """A published answer could not be changed at one place."""

    publication_id: int
    reason: str


class AnswerLost(AboutTicket, code="answer_lost"):
    """A published answer was removed or rewritten, or the citizen has changed the question.

    ``words``: the question before the change, or the present words of a rewritten post.
    """

    publication_id: int
    reason: str = stored("why")
    returned_to_work: bool = stored("back")
    words: str | None = stored(default=None, omit_default=True)
