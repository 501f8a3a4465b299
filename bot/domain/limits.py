"""Limits on what one citizen, or all citizens of one chat, may cause within an hour, and the floods over them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
"""The limits apply to any time span of this length, however the hours of the clock divide it."""

MUTE_TERM = timedelta(days=1)
"""«Не слушать сутки»."""


@dataclass(frozen=True, slots=True)
class MessageLimits:
    """Messages within an hour that officials learn of: of one author, and of one chat (ADR 18)."""

    per_author: int = 20
    per_chat: int = 600


@dataclass(frozen=True, slots=True)
class Flood:
    """An episode in which an author (or everybody in a chat: ``is_of_chat``) wrote more than the limit.

    It ends an hour after its last message, or with the mute. ``told_at``: the author has been told since then.
    """

    id: int
    subject: str
    began_at: datetime
    last_at: datetime
    muted_until: datetime | None
    told_at: datetime | None

    @property
    def is_of_chat(self) -> bool:
        return self.subject.startswith(_CHAT_PREFIX)

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and self.muted_until > now

    def is_current(self, now: datetime) -> bool:
        return self.is_muted(now) or self.last_at > now - WINDOW


_CHAT_PREFIX = "chat:"


def chat_subject(account: str, source_id: str) -> str:
    """Return the key under which the messages of one monitored chat are counted; an author's is their author key."""
    return f"{_CHAT_PREFIX}{account}:{source_id}"
