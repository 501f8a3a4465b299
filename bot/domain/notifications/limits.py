"""Notifications about authors and chats that write more than the limit."""

from bot.domain.notifications.base import Notification, stored


class AboutFlood(Notification):
    """A notification about one episode. ``reader_id``: the official whose message is edited; 0 for a new message."""

    flood_id: int = stored("flood")
    reader_id: int = stored("reader", default=0, omit_default=True)


class FloodReported(AboutFlood, code="flood"):
    """Somebody writes more than the limit; or, after a press of its buttons, what was decided about them."""


class HeldMessageList(AboutFlood, code="flood_list"):
    """A page of the messages that were held back."""

    page: int
