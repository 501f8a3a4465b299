"""The note that tells what could not be told before."""

from bot.domain.notifications.base import Notification, stored


class HeldNotes(Notification, code="held_notes"):
    """Notes of the time when the reader could not be reached; ``earlier`` ones are counted alone."""

    note_ids: tuple[int, ...] = stored("notes")
    earlier: int = stored(default=0)
