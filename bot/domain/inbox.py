"""Inbox rows: raw updates of the messengers that wait to be handled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.json_types import Json


class InboxStatus(StrEnum):
    """Progress of an inbox row. Stored: never change."""

    NEW = "new"  # waits to be handled, or is handled under a lease
    DONE = "done"
    DEAD = "dead"  # set aside as a dead letter after repeated failures


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A claimed raw update; ``holder`` names the claim."""

    id: int
    account: str
    key: str
    conversation: str
    payload: Json
    attempts: int
    received_at: datetime
    holder: str
