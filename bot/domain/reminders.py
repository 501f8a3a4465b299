"""Due moments and notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
class StepRow:
    """A moment at which a step of a chain is due. ``step``: as it was stored; ``number``: in its chain."""

    id: int
    ticket_id: int
    deadline: str
    number: int
    at: datetime
    step: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A reminder or overdue notice that waits for its person's next batch. ``due_at``: when it became true."""

    id: int
    person_id: int
    ticket_id: int
    code: str
    due_at: datetime
