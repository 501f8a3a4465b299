"""Outbox rows: a fact, its recipient, and the state of its delivery."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum, StrEnum

from bot.domain.json_types import Json


class Priority(IntEnum):
    """Order of delivery: the smaller number is sent first."""

    INTERACTIVE = 0  # somebody's finger is still on the button
    URGENT = 10
    ANSWER = 20
    CARD = 30
    NOTE = 40
    BULK = 50


class OutboxKind(StrEnum):
    """The kind of fact that an outbox row names. Append-only: rows outlive releases."""

    CARD = "card"  # the card of ticket X for person Y
    CARD_MEDIA = "card_media"  # the pictures that belong to it
    NOTE = "note"  # a short text to an official, as a reply to the card where there is one
    PUBLICATION = "publication"  # answer Z at place P
    CORRECTION = "correction"  # the corrected words of a published answer
    CITIZEN_NOTE = "citizen_note"  # a short text to a citizen in a private chat
    CALLBACK_ANSWER = "press"  # the answer to a press of a button
    EDIT_NOTE = "edit_note"  # a note of the bot changes (its buttons are removed)
    MENU = "menu"  # the command menu of a person
    CHANNEL_RESTORED = "catch_up"  # a messenger delivers to a person again: what went elsewhere meanwhile
    BOARD = "board"  # the board of control of a person
    REVIEW_LIST = "doubts"  # a person's list of messages that may be about a problem


def is_read_by_citizens(kind: OutboxKind) -> bool:
    """Return whether a new message of this kind reaches people outside the administration."""
    return kind in (OutboxKind.PUBLICATION, OutboxKind.CITIZEN_NOTE)


class DeliveryEnd(Enum):
    """The state in which a delivery finds its row when it records that the message has left."""

    FINISHED = "finished"
    LEASE_LOST = "lease lost"
    """Another worker has claimed the row meanwhile."""
    RECALLED = "recalled"
    """The reader has lost access meanwhile: the message is in their chat, and must not stay there."""


@dataclass(frozen=True, slots=True)
class OutboxDraft:
    """An outbox row to insert: the recipient and the fact."""

    kind: OutboxKind
    account: str
    chat_id: str
    chat_kind: str = "private"
    thread: str = ""
    source_id: str = ""
    person_id: int | None = None
    ticket_id: int | None = None
    subject_id: int | None = None
    facts: Json = field(default_factory=dict)
    priority: Priority = Priority.NOTE
    silent: bool = False
    due_at: datetime | None = None
    expires_at: datetime | None = None
    dedupe: str | None = None

    @property
    def order_key(self) -> str | None:
        """Rows with the same key leave in order; a press waits for nobody."""
        if self.kind in (OutboxKind.CALLBACK_ANSWER, OutboxKind.MENU):
            return None
        return f"{self.account}|{self.chat_id}|{self.ticket_id or ''}"


class OutboxStatus(StrEnum):
    """Progress of an outbox row. Stored: never change."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed under a lease
    SENT = "sent"
    DROPPED = "dropped"  # no longer needed
    FAILED = "failed"  # given up


class LastError(StrEnum):
    """Errors of an outbox row that decide how it is tried again. Stored: never change.

    After the first two the message may have been delivered all the same; they stay with the row until it is sent.
    """

    INTERRUPTED = "interrupted"  # the process died while sending
    UNKNOWN_OUTCOME = "unknown outcome"  # the messenger did not report the result
    RATE_LIMITED = "asked for patience"  # the messenger would have accepted the message a little later


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message in the outbox. ``progress``: for each part that was already sent, its ids, joined by commas; ``form``:
    the form of the message that these parts belong to; ``error``: the reason why an earlier try failed; ``holder``:
    the claim of the worker that sends it; ``own_key``: its identity, ``None`` in rows of release 0.1.0."""

    id: int
    kind: OutboxKind
    account: str
    chat_id: str
    chat_kind: str
    thread: str
    root: str
    person_id: int | None
    ticket_id: int | None
    subject_id: int | None
    facts: Json
    priority: int
    silent: bool
    attempts: int
    progress: tuple[str, ...]
    form: str | None
    error: str | None
    created_at: datetime
    expires_at: datetime | None
    holder: str
    own_key: str | None = None

    def send_key(self, part: int) -> str:
        """Return the key of one part of the message: the same at every attempt, and no other message's.

        Row numbers are no identity: a restored or a fresh database gives them out a second time.
        """
        return f"{self.own_key or self.id}:{part}"

    @property
    def may_be_delivered(self) -> bool:
        """Return whether an earlier attempt may have reached its reader."""
        return self.error in (LastError.INTERRUPTED, LastError.UNKNOWN_OUTCOME)


@dataclass(frozen=True, slots=True)
class NextPending:
    """The next row of one chat."""

    id: int
    account: str
    chat_id: str
    priority: int
    kind: OutboxKind


@dataclass(frozen=True, slots=True)
class WaitingRows:
    """Rows that may leave: answers to presses, effects of presses, and the next row of each chat."""

    answers: Sequence[NextPending] = ()
    effects: Sequence[NextPending] = ()
    chats: Sequence[NextPending] = ()


@dataclass(frozen=True, slots=True)
class OldestPending:
    """Since when the message of ``account`` waits that has waited longest; apart from these, the one for which the
    messenger has asked for patience."""

    account: str
    since: datetime | None
    rate_limited_since: datetime | None


@dataclass(frozen=True, slots=True)
class SentRow:
    """Messages sent to a chat: their number and moment (``None``: perhaps just now)."""

    chat_id: str
    chat_kind: str
    messages: int
    at: datetime | None
