"""Texts that a person enters into the system from which their ticket came, because the bot may not post there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryState(StrEnum):
    """The outcome of a text for another system. Stored."""

    WAITING = "waiting"
    ENTERED = "entered"
    RETURNED = "returned"  # with a remark: the text has to be written again
    WITHDRAWN = "withdrawn"  # the ticket went another way, or a newer text took its place


@dataclass(frozen=True, slots=True)
class SystemEntry:
    """A text that waits to be entered, or was.

    ``system`` is the code of the system. ``ended_by`` pressed «Внесено в …», or returned the text. A correction is
    entered after the answer that it changes.
    """

    id: int
    ticket_id: int
    answer_id: int
    system: str
    state: EntryState
    is_correction: bool
    asked_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = None
