"""The unit of work: one transaction and the repositories that share it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batching.id_allocator import IdAllocator
from storage.repositories.base import advisory_lock
from storage.transaction import Transaction

if TYPE_CHECKING:
    from storage.repositories.absences import Absences
    from storage.repositories.activity import Activity
    from storage.repositories.agenda import AgendaReading
    from storage.repositories.answer_limits import AnswerLimitCounts
    from storage.repositories.answer_marks import AnswerMarks
    from storage.repositories.answers import Answers
    from storage.repositories.audit_log import AuditLog
    from storage.repositories.audit_seals import AuditSeals
    from storage.repositories.author_tickets import AuthorTickets
    from storage.repositories.boards import Boards
    from storage.repositories.breakdowns import Breakdowns
    from storage.repositories.cards import Cards
    from storage.repositories.chat_aliases import ChatAliases
    from storage.repositories.clock_events import ClockEvents
    from storage.repositories.deadlines import DeadlineSchedule
    from storage.repositories.delegations import Delegations
    from storage.repositories.dialogs import Dialogs
    from storage.repositories.drafts import Drafts
    from storage.repositories.evidence import Evidence
    from storage.repositories.floods import Floods
    from storage.repositories.held_notes import HeldNotes
    from storage.repositories.imports import Imports
    from storage.repositories.inbox import Inbox
    from storage.repositories.inquiries import Inquiries
    from storage.repositories.invitations import Invitations
    from storage.repositories.messages import Messages
    from storage.repositories.official_pages import OfficialPages
    from storage.repositories.once_keys import OnceKeys
    from storage.repositories.outages import Outages
    from storage.repositories.outbox import Outbox
    from storage.repositories.personal_data import PersonalData
    from storage.repositories.personal_data_erasure import PersonalDataErasure
    from storage.repositories.problems import Problems
    from storage.repositories.promises import Promises
    from storage.repositories.regional_reports import RegionalReports
    from storage.repositories.reports import Reports
    from storage.repositories.retention import Retention
    from storage.repositories.review_queue import ReviewQueue
    from storage.repositories.routing_decisions import RoutingDecisions
    from storage.repositories.sent_messages import SentMessages
    from storage.repositories.solutions import Solutions
    from storage.repositories.staff import StaffDirectory
    from storage.repositories.system_entries import SystemEntries
    from storage.repositories.templates import Templates
    from storage.repositories.tickets import Tickets
    from storage.repositories.topic_books import TopicBooks
    from storage.repositories.unread_content import UnreadContent
    from storage.repositories.upvotes import Upvotes
    from storage.repositories.versions import Versions

R = TypeVar("R")


class WakeUpTopic(StrEnum):
    """Topics of the wake-ups between processes."""

    WORK = "work"  # new rows in the inbox or the outbox
    STAFF = "staff"  # an account was linked to an official, or removed; or the town's topics have changed


class _WhenUsed(Generic[R]):
    """A repository that is imported and made when it is first used: few transactions need more than some of them."""

    def __init__(self, module: str, kind: str, *, adds_rows_in_bulk: bool = False) -> None:
        self._module, self._kind, self._adds_rows_in_bulk = module, kind, adds_rows_in_bulk
        self._make: Callable[..., R] | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def load(self) -> Callable[..., R]:
        """Return the class of the repository."""
        if self._make is None:
            self._make = getattr(import_module(f"storage.repositories.{self._module}"), self._kind)
        return self._make

    def __get__(self, uow: "UnitOfWork", owner: type | None = None) -> R:
        make = self.load()
        made = make(uow._transaction, uow._ids) if self._adds_rows_in_bulk else make(uow._transaction)
        uow.__dict__[self._name] = made  # found before this descriptor from now on
        return made


class UnitOfWork:
    """A transaction and its repositories, which commit or roll back together."""

    agenda: "_WhenUsed[AgendaReading]" = _WhenUsed("agenda", "AgendaReading")
    inbox: "_WhenUsed[Inbox]" = _WhenUsed("inbox", "Inbox")
    imports: "_WhenUsed[Imports]" = _WhenUsed("imports", "Imports")
    outbox: "_WhenUsed[Outbox]" = _WhenUsed("outbox", "Outbox")
    sent_messages: "_WhenUsed[SentMessages]" = _WhenUsed("sent_messages", "SentMessages")
    held_notes: "_WhenUsed[HeldNotes]" = _WhenUsed("held_notes", "HeldNotes")
    outages: "_WhenUsed[Outages]" = _WhenUsed("outages", "Outages")
    staff: "_WhenUsed[StaffDirectory]" = _WhenUsed("staff", "StaffDirectory")
    invitations: "_WhenUsed[Invitations]" = _WhenUsed("invitations", "Invitations")
    absences: "_WhenUsed[Absences]" = _WhenUsed("absences", "Absences")
    dialogs: "_WhenUsed[Dialogs]" = _WhenUsed("dialogs", "Dialogs")
    templates: "_WhenUsed[Templates]" = _WhenUsed("templates", "Templates")
    versions: "_WhenUsed[Versions]" = _WhenUsed("versions", "Versions")
    topic_books: "_WhenUsed[TopicBooks]" = _WhenUsed("topic_books", "TopicBooks")
    author_tickets: "_WhenUsed[AuthorTickets]" = _WhenUsed("author_tickets", "AuthorTickets")
    upvotes: "_WhenUsed[Upvotes]" = _WhenUsed("upvotes", "Upvotes")
    answers: "_WhenUsed[Answers]" = _WhenUsed("answers", "Answers")
    answer_limits: "_WhenUsed[AnswerLimitCounts]" = _WhenUsed("answer_limits", "AnswerLimitCounts")
    answer_marks: "_WhenUsed[AnswerMarks]" = _WhenUsed("answer_marks", "AnswerMarks")
    drafts: "_WhenUsed[Drafts]" = _WhenUsed("drafts", "Drafts")
    solutions: "_WhenUsed[Solutions]" = _WhenUsed("solutions", "Solutions")
    system_entries: "_WhenUsed[SystemEntries]" = _WhenUsed("system_entries", "SystemEntries")
    delegations: "_WhenUsed[Delegations]" = _WhenUsed("delegations", "Delegations")
    cards: "_WhenUsed[Cards]" = _WhenUsed("cards", "Cards")
    boards: "_WhenUsed[Boards]" = _WhenUsed("boards", "Boards")
    breakdowns: "_WhenUsed[Breakdowns]" = _WhenUsed("breakdowns", "Breakdowns")
    deadlines: "_WhenUsed[DeadlineSchedule]" = _WhenUsed("deadlines", "DeadlineSchedule")
    clock_events: "_WhenUsed[ClockEvents]" = _WhenUsed("clock_events", "ClockEvents")
    inquiries: "_WhenUsed[Inquiries]" = _WhenUsed("inquiries", "Inquiries")
    promises: "_WhenUsed[Promises]" = _WhenUsed("promises", "Promises")
    audit_log: "_WhenUsed[AuditLog]" = _WhenUsed("audit_log", "AuditLog")
    audit_seals: "_WhenUsed[AuditSeals]" = _WhenUsed("audit_seals", "AuditSeals")
    once_keys: "_WhenUsed[OnceKeys]" = _WhenUsed("once_keys", "OnceKeys")
    chat_aliases: "_WhenUsed[ChatAliases]" = _WhenUsed("chat_aliases", "ChatAliases")
    reports: "_WhenUsed[Reports]" = _WhenUsed("reports", "Reports")
    regional_reports: "_WhenUsed[RegionalReports]" = _WhenUsed("regional_reports", "RegionalReports")
    evidence: "_WhenUsed[Evidence]" = _WhenUsed("evidence", "Evidence")
    retention: "_WhenUsed[Retention]" = _WhenUsed("retention", "Retention")
    activity: "_WhenUsed[Activity]" = _WhenUsed("activity", "Activity")
    official_pages: "_WhenUsed[OfficialPages]" = _WhenUsed("official_pages", "OfficialPages")
    routing_decisions: "_WhenUsed[RoutingDecisions]" = _WhenUsed("routing_decisions", "RoutingDecisions")
    review_queue: "_WhenUsed[ReviewQueue]" = _WhenUsed("review_queue", "ReviewQueue")
    unread_content: "_WhenUsed[UnreadContent]" = _WhenUsed("unread_content", "UnreadContent")
    floods: "_WhenUsed[Floods]" = _WhenUsed("floods", "Floods")
    personal_data: "_WhenUsed[PersonalData]" = _WhenUsed("personal_data", "PersonalData")
    personal_data_erasure: "_WhenUsed[PersonalDataErasure]" = _WhenUsed("personal_data_erasure", "PersonalDataErasure")
    tickets: "_WhenUsed[Tickets]" = _WhenUsed("tickets", "Tickets", adds_rows_in_bulk=True)
    problems: "_WhenUsed[Problems]" = _WhenUsed("problems", "Problems", adds_rows_in_bulk=True)
    messages: "_WhenUsed[Messages]" = _WhenUsed("messages", "Messages", adds_rows_in_bulk=True)

    def __init__(self, connection: AsyncConnection, *, batching: bool = True, read_only: bool = False) -> None:
        self._connection = connection
        self._transaction = Transaction(connection, batching=batching, read_only=read_only)
        self._ids = IdAllocator(self._transaction)
        self._locked_keys: set[str] = set()

    @property
    def pending_wake_ups(self) -> tuple[WakeUpTopic, ...]:
        """The topics on which other processes may wait for what was written."""
        found = []
        if self.inbox.has_new_work or self.outbox.has_new_work:
            found.append(WakeUpTopic.WORK)
        if self.staff.has_new_work or self.topic_books.has_new_work:
            found.append(WakeUpTopic.STAFF)
        return tuple(found)

    async def lock(self, *keys: str) -> None:
        """Take transaction-scoped advisory locks on *keys* (no-op on SQLite).

        Pass all keys in one call: they are sorted, which prevents deadlocks.
        """
        wanted = sorted(set(keys) - self._locked_keys)
        if wanted:
            await advisory_lock(self._transaction, *wanted)
            self._locked_keys.update(wanted)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Open a savepoint: an exception undoes what the block did and leaves the rest."""
        await self._transaction.flush()
        try:
            async with self._connection.begin_nested():
                yield
                await self._transaction.flush()
        except BaseException:
            self._transaction.discard_pending()
            self._ids.reset()
            self.staff.forget_reachability()
            self.floods.forget()
            self.absences.forget()
            self.inquiries.forget()
            self._locked_keys.clear()
            raise

    async def count_changes(self) -> int:
        """Return a number that grows as soon as this transaction changes a row."""
        await self._transaction.flush()
        assigned = "SELECT count(txid_current_if_assigned())"
        query = assigned if self._transaction.is_shared else "SELECT total_changes()"
        return int(await self._connection.scalar(text(query)) or 0)

    async def flush(self) -> None:
        """Write what has been deferred; the end of the transaction does so as well."""
        await self._transaction.flush()


def load_repositories() -> None:
    """Import every repository, so that no transaction waits for it."""
    for repository in vars(UnitOfWork).values():
        if isinstance(repository, _WhenUsed):
            repository.load()
