"""Moments at which somebody must be told something."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DueRow:
    """A moment at which something must be told about a ticket."""

    id: int
    ticket_id: int
    limit: str
    kind: str
    share: float
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A reminder or overdue notice that waits for its person's next batch."""

    id: int
    person_id: int
    ticket_id: int
    code: str
    created_at: datetime
