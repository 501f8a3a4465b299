"""Due moments and notices."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DueRow:
    """A moment at which a ticket's deadline or reminder is due."""

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
