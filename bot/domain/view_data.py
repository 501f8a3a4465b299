"""What views are told: everything a text needs, nothing it could ask for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.answers import Publication, PublicationState
from bot.domain.audit import AuditRow, Remark
from bot.domain.cards import Dialog, ReviewList
from bot.domain.json_types import Json
from bot.domain.messages import Message
from bot.domain.roles import Right
from bot.domain.tickets import Ticket


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One place where the citizen wrote it."""

    title: str
    link: str | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """Several tickets about one event, ``lead`` the number of the first. ``posts`` counts the places of the latest
    answer by what became of them; of a member's card only ``lead`` is told."""

    lead: int
    members: int = 0
    people: int = 0
    chats: int = 0
    last_message_at: datetime | None = None
    publication_counts: Mapping[PublicationState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A ticket of a problem in a list."""

    number: int
    author: str | None
    text: str
    registered_at: datetime
    message: MessageFacts | None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A ticket as one person shall see it at ``now``."""

    ticket: Ticket
    sector_title: str
    messages: Sequence[MessageFacts]
    sent_at: datetime
    forwarded_from: str | None
    additions: Sequence[str]
    media_count: int
    location: tuple[float, float] | None
    remarks: Sequence[tuple[str, Remark]]  # who, what
    assignee: str | None
    answer: str | None
    publications: Sequence[Publication]
    rights: frozenset[Right]
    is_responsible: bool
    owners: Sequence[str]  # whose turn it is
    can_correct: bool  # some messenger lets us change the published words
    manual_publications: Sequence[tuple[int, MessageFacts]]  # publications that a person is to post, and where
    menu: str
    sectors: Sequence[tuple[str, str]]  # code, title
    created_by: str | None
    upvotes: int  # people who say «us too»
    problem: ProblemFacts | None = None
    similar: Sequence[tuple[int, str]] = ()  # tickets that it may be put to: number, how it begins


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """What happened to a ticket, who did it, and what its terms passed over."""

    rows: Sequence[tuple[AuditRow, str | None]]
    remarks: Sequence[tuple[Remark, str | None]]
    skipped: Sequence[str]
    sectors: Mapping[str, str]
    deciding_words: Sequence[str] = ()  # the words that decided for the sector that the machine chose
    similar: Sequence[int] = ()  # numbers of earlier messages that read much the same


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """A short text to be: its code, its facts, and what was looked up for it."""

    code: str
    facts: Mapping[str, Any]
    tickets: Mapping[int, Ticket]
    message_text: str | None = None
    message_link: str | None = None
    message_source: str | None = None  # where that message stands
    author_name: str | None = None  # who wrote it
    answer_text: str | None = None
    answer_media: Sequence[Json] = ()
    publications: Sequence[Publication] = ()  # of that answer, everywhere
    expected_states: Collection[PublicationState] = ()  # what will become of the draft, if it is sent
    history: "HistoryFacts | None" = None
    draft: Dialog | None = None
    problem: ProblemFacts | None = None
    members: Sequence[MemberFacts] = ()
    failed_messages: Sequence[MessageFacts] = ()


@dataclass(frozen=True, slots=True)
class ReviewListFacts:
    """One page of messages that may be about a problem: each with the place it stands at."""

    review_list: ReviewList
    page: int
    pages: int
    pending_count: int
    messages: Sequence[tuple[Message, MessageFacts]]


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """An answer at a place. ``quote`` is set where it cannot be a reply."""

    text: str
    quote: str | None
    author_name: str | None
