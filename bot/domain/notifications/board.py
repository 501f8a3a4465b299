"""Notifications of the board of control."""

from bot.domain.notifications.base import AboutTicket, Notification


class BoardBelow(Notification, code="board_below"):
    """The remains of a board that was sent again further down."""


class Nudged(AboutTicket, code="nudged"):
    """Who controls a ticket asks those who have it to hurry."""

    name: str
