"""Promises: the day until which the town has said to a citizen that it will do or answer something."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

MAX_AHEAD = timedelta(days=366)
"""A day further ahead is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class OfferedPromise:
    """The last day that the words of a text promise, offered to be remembered."""

    day: date
    words: str


class PromiseOrigin(StrEnum):
    """The text that names the day. Stored; a promise without one is that of an interim answer."""

    ANSWER = "answer"


class PromiseOutcome(StrEnum):
    """The outcome of a promise. Stored; how often a day was moved is the number of promises with that outcome."""

    KEPT = "kept"
    MOVED = "moved"  # another promise names a later day
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Promise:
    """The day that the text ``answer_id`` names; ``due_at`` is its end, ``remind_at`` its morning.

    ``ended_at``: when somebody was reminded of it (of an answer's words: has decided), or it became pointless.
    """

    id: int
    ticket_id: int
    person_id: int
    answer_id: int
    made_at: datetime
    due_at: datetime
    remind_at: datetime | None
    ended_at: datetime | None
    origin: PromiseOrigin | None = None
    outcome: PromiseOutcome | None = None
