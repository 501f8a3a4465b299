"""Notifications about the review queue."""

from bot.domain.notifications.base import Notification


class ReviewListBelow(Notification, code="doubts_below"):
    """The remains of a list that was sent again further down."""
