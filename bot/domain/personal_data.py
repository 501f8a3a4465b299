"""Citizens' data as a whole: whose they are, what of them is stored, and the proof that they were erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.json_types import Json


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person with an account in a messenger; without one (a telephone call) the ticket ``ticket_id`` alone."""

    messenger: str | None = None
    user_id: str | None = None
    ticket_id: int | None = None

    @property
    def key(self) -> str:
        """The text that names the person in a proof: «telegram:123», «ticket:142»."""
        return f"ticket:{self.ticket_id}" if self.messenger is None else f"{self.messenger}:{self.user_id}"


@dataclass(frozen=True, slots=True)
class PersonalRows:
    """The rows that hold the data of a citizen.

    ``waiting_update_ids``, ``dead_update_ids``: raw updates that are still to be handled, and dead letters;
    ``shown_ticket_ids``: other people's tickets with messages of the person; ``words``: what the person wrote.
    """

    citizen: Citizen
    ticket_ids: Sequence[int]
    open_ticket_ids: Sequence[int]
    message_ids: Sequence[int]
    shown_ticket_ids: Sequence[int]
    waiting_update_ids: Sequence[int]
    dead_update_ids: Sequence[int]
    once_keys: Sequence[str]
    held_note_ids: Sequence[int]
    audit_ids: Sequence[int]
    upvote_count: int
    words: Sequence[str] = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """True if nothing of the person is stored."""
        found = (self.ticket_ids, self.message_ids, self.waiting_update_ids, self.dead_update_ids)
        return not any((*found, self.once_keys, self.audit_ids, self.upvote_count))


@dataclass(frozen=True, slots=True)
class DatabaseCopy:
    """A copy of the database that a command made: no erasure reaches it."""

    at: datetime
    file: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """The record of an erasure. ``key`` opens ``account_hash``: it is printed, and never stored.

    ``public_answers`` and ``photos_in_chats`` are what the bot cannot remove from the messengers.
    """

    number: int
    at: datetime
    performed_by: str
    account_hash: str
    key: str = field(repr=False)
    counts: Mapping[str, int]
    copies: Sequence[DatabaseCopy]
    public_answers: Sequence[str] = field(default=(), repr=False)
    photos_in_chats: int = 0


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """The rows of one table about a citizen."""

    table: str
    rows: Sequence[Json]


class ErasureRefused(Exception):
    """The data cannot be erased now."""


class AccountOfOfficial(ErasureRefused):
    """The account belongs to an official of the town."""


class WorkUnfinished(ErasureRefused):
    """Somebody still waits for an answer (``ticket_ids``), or updates of the person are still to be handled."""

    def __init__(self, ticket_ids: Sequence[int], waiting_updates: int) -> None:
        super().__init__()
        self.ticket_ids = ticket_ids
        self.waiting_updates = waiting_updates
