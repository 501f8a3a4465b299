"""The unit of work: one transaction and the repositories that share it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batching.id_allocator import IdAllocator
from storage.repositories.absences import Absences
from storage.repositories.activity import Activity
from storage.repositories.answer_limits import AnswerLimitCounts
from storage.repositories.answer_marks import AnswerMarks
from storage.repositories.answers import Answers
from storage.repositories.audit_log import AuditLog
from storage.repositories.audit_seals import AuditSeals
from storage.repositories.author_tickets import AuthorTickets
from storage.repositories.base import advisory_lock
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
from storage.transaction import Transaction

R = TypeVar("R")


class WakeUpTopic(StrEnum):
    """Topics of the wake-ups between processes."""

    WORK = "work"  # new rows in the inbox or the outbox
    STAFF = "staff"  # an account was linked to an official, or removed; or the town's topics have changed


class _WhenUsed(Generic[R]):
    """A repository of a unit of work that is made when it is first used: few transactions need more than some."""

    def __init__(self, kind: Callable[[Transaction], R]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, uow: "UnitOfWork", owner: type | None = None) -> R:
        made = self._kind(uow._transaction)
        uow.__dict__[self._name] = made  # found before this descriptor from now on
        return made


class UnitOfWork:
    """A transaction and its repositories, which commit or roll back together."""

    inbox = _WhenUsed(Inbox)
    imports = _WhenUsed(Imports)
    outbox = _WhenUsed(Outbox)
    sent_messages = _WhenUsed(SentMessages)
    held_notes = _WhenUsed(HeldNotes)
    outages = _WhenUsed(Outages)
    staff = _WhenUsed(StaffDirectory)
    invitations = _WhenUsed(Invitations)
    absences = _WhenUsed(Absences)
    dialogs = _WhenUsed(Dialogs)
    templates = _WhenUsed(Templates)
    versions = _WhenUsed(Versions)
    topic_books = _WhenUsed(TopicBooks)
    author_tickets = _WhenUsed(AuthorTickets)
    upvotes = _WhenUsed(Upvotes)
    answers = _WhenUsed(Answers)
    answer_limits = _WhenUsed(AnswerLimitCounts)
    answer_marks = _WhenUsed(AnswerMarks)
    drafts = _WhenUsed(Drafts)
    solutions = _WhenUsed(Solutions)
    system_entries = _WhenUsed(SystemEntries)
    delegations = _WhenUsed(Delegations)
    cards = _WhenUsed(Cards)
    boards = _WhenUsed(Boards)
    breakdowns = _WhenUsed(Breakdowns)
    deadlines = _WhenUsed(DeadlineSchedule)
    clock_events = _WhenUsed(ClockEvents)
    inquiries = _WhenUsed(Inquiries)
    promises = _WhenUsed(Promises)
    audit_log = _WhenUsed(AuditLog)
    audit_seals = _WhenUsed(AuditSeals)
    once_keys = _WhenUsed(OnceKeys)
    chat_aliases = _WhenUsed(ChatAliases)
    reports = _WhenUsed(Reports)
    regional_reports = _WhenUsed(RegionalReports)
    evidence = _WhenUsed(Evidence)
    retention = _WhenUsed(Retention)
    activity = _WhenUsed(Activity)
    official_pages = _WhenUsed(OfficialPages)
    routing_decisions = _WhenUsed(RoutingDecisions)
    review_queue = _WhenUsed(ReviewQueue)
    unread_content = _WhenUsed(UnreadContent)
    floods = _WhenUsed(Floods)
    personal_data = _WhenUsed(PersonalData)
    personal_data_erasure = _WhenUsed(PersonalDataErasure)

    def __init__(self, connection: AsyncConnection, *, batching: bool = True) -> None:
        self._connection = connection
        self._transaction = transaction = Transaction(connection, batching=batching)
        self._ids = ids = IdAllocator(transaction)
        self._locked_keys: set[str] = set()
        self.tickets = Tickets(transaction, ids)
        self.problems = Problems(transaction, ids)
        self.messages = Messages(transaction, ids)

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
