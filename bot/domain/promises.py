"""Promises of interim answers: the day until which the town has said that it will do or answer something."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """The day that the interim answer ``answer_id`` names; ``due_at`` is its end, ``remind_at`` its morning.

    ``ended_at``: when somebody was reminded of it, or it became pointless.
    """

    id: int
    ticket_id: int
    person_id: int
    answer_id: int
    made_at: datetime
    due_at: datetime
    remind_at: datetime | None
    ended_at: datetime | None
