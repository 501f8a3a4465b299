"""Notifications about texts that a person enters into another system. ``system`` is its title."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.notifications.base import AboutTicket, Notification, stored


class AboutEntry(AboutTicket):
    """A notification about a text for another system."""

    system: str


class EntryAsked(AboutEntry, code="entry_asked"):
    """A text waits to be entered; the text itself follows as a message of its own."""

    entry_id: int
    answer_id: int
    is_correction: bool = stored(default=False, omit_default=True)


class EntryDone(AboutEntry, code="entry_done"):
    """Somebody has entered it."""

    name: str
    at: datetime


class EntryWithdrawn(AboutEntry, code="entry_withdrawn"):
    """Nobody has to enter it any more: the ticket went another way, or a newer text took its place."""


class EntryReturned(AboutEntry, code="entry_returned"):
    """The text was returned with a remark instead, shown where it was asked for and to its author."""

    name: str
    remark: str


class AskEntryRemark(AboutTicket, code="entry_remark"):
    """Prompt for the remark."""


class WaitingEntryItem(NamedTuple):
    """A line of the list: since when the text waits."""

    ticket_id: int
    entry_id: int
    system: str
    asked_at: datetime
    is_correction: bool


class WaitingEntries(Notification, code="entries"):
    """Everything that waits to be entered, the oldest first."""

    items: tuple[WaitingEntryItem, ...]

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(item.ticket_id for item in self.items)
