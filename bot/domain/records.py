"""Frozen pictures of what is stored: the words in which storage and services talk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.tickets import DismissReason
from bot.domain.urgency import Urgency

Json = Mapping[str, Any]


class Part(StrEnum):
    """What a message is to its ticket."""

    ROOT = "root"  # the ticket was made of it; the answer goes under it
    COPY = "copy"  # the same text in another chat; the answer goes under it too
    ADDITION = "addition"  # the citizen added something
    ALBUM = "album"  # a further picture of the same album
    STAFF = "staff"  # an official's own reply in the chat


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody's post, with its place in a messenger."""

    id: int
    account: str
    chat_id: str
    chat_kind: str
    root: str
    thread: str
    chat_title: str | None
    external_id: str
    author_id: str
    author_name: str | None
    text: str
    media: tuple[Json, ...]
    album: str | None
    reply_to: str | None
    link: str | None
    forwarded_from: str | None
    sent_at: datetime
    deleted_at: datetime | None
    ticket_id: int | None
    part: Part | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Several tickets about one event. ``lead_id`` is the first of them: its card and its terms stand for all.
    ``sketch`` is what a new message is compared with; ``members`` counts tickets, ``people`` their authors.
    """

    id: int
    lead_id: int
    sketch: Json
    members: int
    people: int
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a message may be about: an open problem, or (``problem_id`` is ``None``) a ticket that is still alone."""

    problem_id: int | None
    lead_id: int
    sketch: Json
    answered: bool  # who joins gets the answer that there is
    urgency: Urgency | None


@dataclass(frozen=True, slots=True)
class Spot:
    """One member's message to answer under."""

    ticket_id: int
    message_id: int
    account: str
    chat_id: str
    chat_kind: str
    root: str
    thread: str
    author_id: str


class PublicationState(StrEnum):
    QUEUED = "queued"  # the bot is about to post it
    BY_PERSON = "by_person"  # a person posts it by hand and says so
    POSTED = "posted"
    KEPT = "kept"  # answers are off in that place: it is only kept
    FAILED = "failed"
    REMOVED = "removed"  # it was posted and does not stand there any more


class Poster(StrEnum):
    """How an answer came to stand in its place."""

    BOT = "bot"
    PERSON = "person"  # somebody says to have posted it
    NOTICED = "noticed"  # posted by hand, and seen in the chat
    STAFF_REPLY = "staff_reply"  # a colleague's own reply in the chat became the answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The words to a citizen, by ``person_id``. ``revision`` grows with every correction."""

    id: int
    ticket_id: int
    person_id: int
    text: str
    media: tuple[Json, ...]
    revision: int
    problem_id: int | None = None  # it goes to all who wrote about that problem


@dataclass(frozen=True, slots=True)
class Publication:
    """An answer at one place: under one message of the citizen's. ``poster_id``: the official who posted it by hand,
    as far as we know; ``about``: the citizen's words that it answers, as :func:`bot.services.posts.text_key` has it."""

    id: int
    answer_id: int
    ticket_id: int
    message_id: int
    state: PublicationState
    external_ids: tuple[str, ...]
    link: str | None
    error: str | None
    posted_at: datetime | None
    poster: Poster | None = None
    poster_id: int | None = None
    about: str | None = None
    spot: str | None = None  # of a problem's answer: where one post of it is heard by everybody concerned
    via_id: int | None = None  # the publication whose post is this one's, too
    text: str | None = None  # the words that stand there, once somebody has wanted others there


@dataclass(frozen=True, slots=True)
class Announced:
    """A publication to be, one of many: see :class:`Publication`."""

    ticket_id: int
    message_id: int
    state: PublicationState
    spot: str
    via_id: int | None = None
    link: str | None = None
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Where a person sees a ticket. ``menu`` is the page of buttons that he has opened."""

    person_id: int
    ticket_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    menu: str
    media_shown: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of a person's account: blocked since, chosen for what, through which account of ours the person
    spoke last, and since when things meant for it go elsewhere."""

    unreachable_since: datetime | None = None
    wants_cards: bool = False
    wants_reports: bool = False
    via: str | None = None
    diverted_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dialog:
    """What a person is in the middle of. It survives a restart."""

    account: str
    user_id: str
    chat_id: str
    step: str
    ticket_id: int | None
    text: str
    media: tuple[Json, ...]
    facts: Json
    version: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored raw update that waits to be handled. ``holder``: the claim by which we have it."""

    id: int
    account: str
    key: str
    conversation: str
    payload: Json
    attempts: int
    received_at: datetime
    holder: str


class Priority(IntEnum):
    """What leaves first: the smaller number."""

    PRESS = 0  # somebody's finger is still on the button
    URGENT = 10
    ANSWER = 20
    CARD = 30
    NOTE = 40
    BULK = 50


class OutboxKind(StrEnum):
    """Which fact an outbox row names. Append-only: rows outlive releases."""

    CARD = "card"  # the card of ticket X for person Y
    CARD_MEDIA = "card_media"  # the pictures that belong to it
    NOTE = "note"  # a short text to an official, as a reply to the card where there is one
    PUBLICATION = "publication"  # answer Z at place P
    CORRECTION = "correction"  # the corrected words of a published answer
    CITIZEN_NOTE = "citizen_note"  # a short text to a citizen in a private chat
    PRESS = "press"  # the answer to a press of a button
    EDIT_NOTE = "edit_note"  # a note of ours changes (its buttons go)
    MENU = "menu"  # the command menu of a person
    CATCH_UP = "catch_up"  # a messenger delivers to a person again: what went elsewhere meanwhile
    DOUBTS = "doubts"  # a person's list of messages that may be about a problem


@dataclass(frozen=True, slots=True)
class OutboxDraft:
    """A message to be: who shall get it, and the fact it names."""

    kind: OutboxKind
    account: str
    chat_id: str
    chat_kind: str = "private"
    thread: str = ""
    root: str = ""
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
        if self.kind in (OutboxKind.PRESS, OutboxKind.MENU):
            return None
        return f"{self.account}|{self.chat_id}|{self.ticket_id or ''}"


INTERRUPTED, UNKNOWN_OUTCOME = "interrupted", "unknown outcome"
"""Errors of an outbox row of which somebody may have read the message all the same: the machine died while it was being
sent; the messenger did not say what became of it. They stay with the row until it has arrived."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message on its way. ``progress``: for each part that was already sent its ids, joined by commas; ``form``: of
    which form of the message these parts are. ``error``: why an earlier try failed. ``holder``: the claim by which we
    have it."""

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

    @property
    def may_have_arrived(self) -> bool:
        """Whether an earlier try may have reached its reader."""
        return self.error in (INTERRUPTED, UNKNOWN_OUTCOME)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The row of one chat that shall leave next."""

    id: int
    account: str
    chat_id: str
    priority: int


@dataclass(frozen=True, slots=True)
class SentRow:
    """What was written to a chat: how many messages, and when (``None``: perhaps just now)."""

    chat_id: str
    chat_kind: str
    messages: int
    at: datetime | None


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


@dataclass(frozen=True, slots=True)
class Remark:
    """What an official wrote to colleagues about a ticket: why it was handed over, dismissed …"""

    ticket_id: int
    person_id: int
    kind: str
    text: str
    at: datetime


class Verdict(StrEnum):
    """What became of a message that the machine could not make out."""

    PROBLEM = "problem"
    TALK = "talk"
    LEFT = "left"  # nobody has said anything for days


@dataclass(frozen=True, slots=True)
class DoubtList:
    """Where a person sees what is doubtful; ``page`` is the one that stands open."""

    person_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    page: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What people have made of a ticket, and its words: an example to learn from.

    ``number`` is the audit's of the last decision: it grows with time. ``chosen``: a person has named the sector (else
    somebody has merely gone on with what the machine had chosen). ``dismissed``: why it needed no answer, if so.
    """

    number: int
    text: str
    sector: str | None
    district: str | None
    chosen: bool
    dismissed: DismissReason | None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what when. Ids and facts, never words of people."""

    at: datetime
    person_id: int | None
    action: str
    ticket_id: int | None
    facts: Json
