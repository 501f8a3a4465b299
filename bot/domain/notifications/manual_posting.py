"""Notifications about answers that a person posts."""

from bot.domain.notifications.base import AboutTicket, stored


class PostByHand(AboutTicket, code="post_by_hand"):
    """A request to post an answer at one place."""

    publication_id: int


class AnswerText(AboutTicket, code="answer_text"):
    """The text of that answer alone, to be copied."""

    answer_id: int


class ManualPostResult(AboutTicket):
    """The end of such a request; the first release did not store the publication."""

    publication_id: int | None = stored(default=None, omit_default=True)


class PostedByHand(ManualPostResult, code="hand_posted"):
    """An official has said that the answer is posted."""


class ManualPostNoticed(ManualPostResult, code="hand_noticed"):
    """The bot has noticed the answer in the chat."""


class PostRequestWithdrawn(ManualPostResult, code="hand_withdrawn"):
    """The configuration does not ask for the answer any more."""
