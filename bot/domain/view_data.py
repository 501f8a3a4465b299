"""The data of views: everything that a text needs, so that no view reads the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.answer_marks import Mark
from bot.domain.answers import Publication, PublicationState
from bot.domain.audit import AuditRow, Remark
from bot.domain.cards import ReviewList
from bot.domain.delays import Gap
from bot.domain.dialogs import Dialog
from bot.domain.drafts import Draft, Wording
from bot.domain.entries import SystemEntry
from bot.domain.held_notes import HeldNote
from bot.domain.import_files import SystemFacts
from bot.domain.importance import ImportanceReason
from bot.domain.inquiries import Inquiry
from bot.domain.json_types import Json
from bot.domain.limits import Flood
from bot.domain.messages import Message
from bot.domain.notifications.base import Notification
from bot.domain.posts import StandIn
from bot.domain.promises import OfferedPromise, Promise
from bot.domain.roles import Right
from bot.domain.solutions import Solution
from bot.domain.systems import Systems
from bot.domain.term_explanation import TermExplanation
from bot.domain.ticket_data import DataField
from bot.domain.tickets import Ticket


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One place where the citizen has posted the message."""

    title: str
    link: str | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """Several tickets about one event; ``lead`` is the number of the one that leads them.

    ``publication_counts`` counts the places of the latest answer by state. On a member's card only ``lead`` is set.
    """

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
class InquiryFacts:
    """A question with the words for who asks, who is asked, and who has answered."""

    inquiry: Inquiry
    asker: str
    addressee: str
    answered_by: str | None


@dataclass(frozen=True, slots=True)
class DelegationFacts:
    """Somebody who was asked to write the answer; ``given``: their text is there."""

    person_id: int
    name: str
    at: datetime
    given: bool


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """The text that was to be entered into another system last; ``system`` is its title."""

    entry: SystemEntry
    system: str
    ended_by: str | None  # a name
    may_enter: bool


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A ticket as one official sees it."""

    ticket: Ticket
    sector_title: str
    theme: str | None  # its title
    messages: Sequence[MessageFacts]
    sent_at: datetime
    forwarded_from: str | None
    additions: Sequence[str]
    media_count: int
    location: tuple[float, float] | None
    remarks: Sequence[tuple[str, Remark]]  # each with the name of its author
    assignee: str | None
    answer: str | None
    publications: Sequence[Publication]
    rights: frozenset[Right]
    is_responsible: bool
    owners: Sequence[str]  # the names of the officials who have to act
    post: str  # the responsible post
    districts: Sequence[str]  # those by which posts are divided
    stand_in: StandIn | None  # why others than its holders act
    can_correct: bool  # the published text can be changed in some messenger
    manual_publications: Sequence[tuple[int, MessageFacts]]  # publications that a person has to post, and their places
    menu: str
    sectors: Sequence[tuple[str, str]]  # code, title
    created_by: str | None
    upvotes: int  # people who have the same problem
    problem: ProblemFacts | None = None
    solution: Solution | None = None  # what came of an answer
    previous: Ticket | None = None  # the ticket of ``ticket.previous_id``
    similar: Sequence[tuple[int, str]] = ()  # candidates for a merge: number, text
    inquiries: Sequence[InquiryFacts] = ()
    promise: Promise | None = None  # of an interim answer
    matters: Sequence[tuple[str, str]] = ()  # of a text with several: the title of its block, its gist
    divided: Sequence[tuple[int, str]] = ()  # other tickets of the same message: number, the title of its block
    importance_reasons: Sequence[ImportanceReason] = ()  # of the machine, while no person has decided
    data_fields: Sequence[DataField] = ()  # what its owner may mend
    topics: Sequence[tuple[str, str]] = ()  # code, name; while the topic is being mended
    applicant_shown_in: tuple[str, ...] | None = None  # messengers that show the applicant; None: this one does
    approval: "ApprovalFacts | None" = None  # the draft that waits for approval
    may_draft: bool = False  # the official may word an answer that somebody else approves
    asks_others: bool = False  # … and somebody else has to approve what they write
    delegations: Sequence[DelegationFacts] = ()
    delegates: Sequence[tuple[int, str]] = ()  # the people whom the official may give the ticket to: id, name
    asks_corrections: bool = False  # the official may ask any unit to mend something
    system_facts: SystemFacts | None = None  # what another system said last about it
    system_title: str = ""
    publisher: str | None = None  # whose press published the answer, if not the author's
    entry: "EntryFacts | None" = None  # of a ticket of another system
    forwarded_at: datetime | None = None  # when the copy that an official has forwarded was written


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """Everything that has happened to a ticket, by whom, and the days that its deadlines skip."""

    rows: Sequence[tuple[AuditRow, str | None]]
    remarks: Sequence[tuple[Remark, str | None]]
    skipped: Sequence[str]
    sectors: Mapping[str, str]
    deciding_words: Sequence[str] = ()  # the words by which the bot chose the sector
    similar: Sequence[int] = ()  # numbers of earlier tickets with a similar text
    replaced: Mapping[int, str] = field(default_factory=dict)  # absent people in whose place somebody acted, by id
    trouble: "TroubleFacts | None" = None  # of a ticket that was late or came back


@dataclass(frozen=True, slots=True)
class TroubleFacts:
    """The trouble with a ticket: the missed deadlines, the longest gap, who held the ticket then, and now."""

    missed: Sequence[tuple[datetime, str]]
    gap: Gap | None
    post: str
    person: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class NotificationData:
    """Data that was queried for a notification. ``without_buttons`` if its prompt is over."""

    tickets: Mapping[int, Ticket]
    without_buttons: bool = False
    message_text: str | None = None
    message_link: str | None = None
    message_source: str | None = None  # the title of the place where that message was posted
    message_deleted: bool = False
    author_name: str | None = None  # the name of its author
    answer_text: str | None = None
    answer_media: Sequence[Json] = ()
    answer_kind: Wording = Wording.ANSWER
    publications: Sequence[Publication] = ()  # of that answer, at all its places
    expected_states: Collection[PublicationState] = ()  # the states of the draft's publications, should it be sent
    previewed_places: Sequence["PublicationFacts"] = ()  # the draft at each public place where the bot will post it
    history: HistoryFacts | None = None
    terms: Sequence[TermExplanation] = ()
    person_names: Mapping[int, str] = field(default_factory=dict)  # of the officials who set deadlines
    draft: Dialog | None = None
    marks: Sequence[Mark] = ()  # of the draft
    promise: OfferedPromise | None = None  # the day that the draft promises
    must_confirm: bool = False  # the draft is sent only after «Всё равно отправить»
    problem: ProblemFacts | None = None
    members: Sequence[MemberFacts] = ()
    failed_messages: Sequence[MessageFacts] = ()
    flood: "FloodFacts | None" = None
    held_notes: "Sequence[tuple[HeldNote, Notification, NotificationData]]" = ()  # with what their own words need
    inquiries: Sequence[InquiryFacts] = ()
    sector_titles: Mapping[str, str] = field(default_factory=dict)
    unknown_chats: Sequence[tuple[str, str]] = ()  # messenger and id
    submission: "SubmissionFacts | None" = None  # of the previewed draft, where somebody has to approve it
    approval: "ApprovalFacts | None" = None
    evidence: "Sequence[EvidenceFacts]" = ()


class EvidenceKind(StrEnum):
    """The kind of an entry in the evidence of a ticket."""

    CITIZEN = "citizen"  # the author's words
    COLLEAGUE = "colleague"  # an official's own words in the chat
    TEXT = "text"  # for the citizen, as published
    DRAFT = "draft"
    APPROVED = "approved"
    RETURNED = "returned"
    REMARK = "remark"
    RECORD = "record"  # of the audit


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One thing that was said or done about a ticket; ``text`` is without anybody's data.

    ``position``: of the official; ``None``: no official, empty: one who has left. ``source``: the messenger or system
    from which the words came.
    """

    at: datetime
    kind: EvidenceKind
    position: str | None = None
    text: str | None = None
    source: str | None = None
    wording: Wording | None = None
    version: int | None = None
    state: PublicationState | None = None
    record: AuditRow | None = None


@dataclass(frozen=True, slots=True)
class SealFacts:
    """The link of the audit's chain that holds the newest record of a ticket."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """Everything that was said and done about a ticket, in the order of time."""

    ticket: Ticket
    sector: str
    sector_titles: Mapping[str, str]
    systems: Systems
    entries: Sequence[EvidenceEntry]
    seal: SealFacts | None


@dataclass(frozen=True, slots=True)
class ReviewListFacts:
    """One page of the review queue: each message with the place where it was posted."""

    review_list: ReviewList
    page: int
    pages: int
    pending_count: int
    messages: Sequence[tuple[Message, MessageFacts]]


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """An answer at a place. ``by_name``: it names the citizen, because it cannot be a reply to their message."""

    text: str
    by_name: bool = False
    author_name: str | None = None
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """The way of a text that its writer submits: published at once, or shown to ``approver`` (if there is one)."""

    is_published: bool
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """A draft that waits for approval, as one official sees it.

    ``forms``: the different ways in which it will be read; ``is_last``: the next approval publishes it.
    """

    draft: Draft
    author: str | None
    approver: str | None
    is_last: bool
    may_decide: bool
    may_write: bool
    forms: Sequence[PublicationFacts] = ()
    parts: Sequence[str] = ()  # the names of those who have given a part
    marks: Sequence[Mark] = ()  # what the text lacks
    media: Sequence[Json] = ()
    reason: str | None = None  # of an extension; the citizen does not read it
    promise: OfferedPromise | None = None  # the day that the text promises


@dataclass(frozen=True, slots=True)
class FloodFacts:
    """An episode over a limit, with one page of the messages that were held back, each with its place."""

    flood: Flood
    limit: int
    hour_count: int  # messages within the hour before the last one
    held_count: int
    is_muted: bool
    page: int
    pages: int
    messages: Sequence[tuple[Message, MessageFacts]]
