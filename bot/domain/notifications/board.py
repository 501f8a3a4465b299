"""Notifications of the board of control."""

from bot.domain.notifications.base import AboutTicket, Notification


class BoardBelow(Notification, code="board_below"):
    """The remains of a board that was sent again further down."""


class Nudged(AboutTicket, code="nudged"):
    """The request of somebody who controls a ticket, to those who have it, to hurry."""

    name: str
