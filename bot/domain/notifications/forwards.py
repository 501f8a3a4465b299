"""Notifications about messages that an official forwards to the bot."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket, Notification, stored


class ForwardPreview(Notification, code="forward_preview"):
    """A forwarded message as it would be registered; ``by_official``: a colleague wrote it, so who is the applicant?"""

    message_id: int
    sent_at: datetime | None = stored(default=None, omit_default=True)
    by_official: bool = stored(default=False, omit_default=True)
    own_words: bool = stored(default=False, omit_default=True)


class ForwardRegistered(AboutTicket, code="forward_registered"):
    """It is a ticket now."""

    sector: str | None = None


class ForwardDeclined(Notification, code="forward_declined"):
    """The official does not want it to be registered."""


class ForwardKnown(AboutTicket, code="forward_known"):
    """The forwarded message already belongs to a ticket."""
