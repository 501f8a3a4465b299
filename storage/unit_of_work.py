"""The unit of work: one transaction and the repositories that share it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

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
from storage.repositories.floods import Floods
from storage.repositories.held_notes import HeldNotes
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
from storage.repositories.reports import Reports
from storage.repositories.retention import Retention
from storage.repositories.review_queue import ReviewQueue
from storage.repositories.routing_decisions import RoutingDecisions
from storage.repositories.sent_messages import SentMessages
from storage.repositories.solutions import Solutions
from storage.repositories.staff import StaffDirectory
from storage.repositories.templates import Templates
from storage.repositories.tickets import Tickets
from storage.repositories.topic_books import TopicBooks
from storage.repositories.unread_content import UnreadContent
from storage.repositories.upvotes import Upvotes
from storage.repositories.versions import Versions
from storage.transaction import Transaction


class WakeUpTopic(StrEnum):
    """Topics of the wake-ups between processes."""

    WORK = "work"  # new rows in the inbox or the outbox
    STAFF = "staff"  # an account was linked to an official, or removed; or the town's topics have changed


class UnitOfWork:
    """A transaction and its repositories, which commit or roll back together."""

    def __init__(self, connection: AsyncConnection, *, batching: bool = True) -> None:
        self._connection = connection
        self._transaction = transaction = Transaction(connection, batching=batching)
        self._ids = ids = IdAllocator(transaction)
        self._locked_keys: set[str] = set()
        self.inbox = Inbox(transaction)
        self.outbox = Outbox(transaction)
        self.sent_messages = SentMessages(transaction)
        self.held_notes = HeldNotes(transaction)
        self.outages = Outages(transaction)
        self.staff = StaffDirectory(transaction)
        self.invitations = Invitations(transaction)
        self.absences = Absences(transaction)
        self.dialogs = Dialogs(transaction)
        self.templates = Templates(transaction)
        self.versions = Versions(transaction)
        self.topic_books = TopicBooks(transaction)
        self.tickets = Tickets(transaction, ids)
        self.author_tickets = AuthorTickets(transaction)
        self.problems = Problems(transaction, ids)
        self.messages = Messages(transaction, ids)
        self.upvotes = Upvotes(transaction)
        self.answers = Answers(transaction)
        self.answer_limits = AnswerLimitCounts(transaction)
        self.answer_marks = AnswerMarks(transaction)
        self.drafts = Drafts(transaction)
        self.solutions = Solutions(transaction)
        self.delegations = Delegations(transaction)
        self.cards = Cards(transaction)
        self.boards = Boards(transaction)
        self.breakdowns = Breakdowns(transaction)
        self.deadlines = DeadlineSchedule(transaction)
        self.clock_events = ClockEvents(transaction)
        self.inquiries = Inquiries(transaction)
        self.promises = Promises(transaction)
        self.audit_log = AuditLog(transaction)
        self.audit_seals = AuditSeals(transaction)
        self.once_keys = OnceKeys(transaction)
        self.chat_aliases = ChatAliases(transaction)
        self.reports = Reports(transaction)
        self.retention = Retention(transaction)
        self.activity = Activity(transaction)
        self.official_pages = OfficialPages(transaction)
        self.routing_decisions = RoutingDecisions(transaction)
        self.review_queue = ReviewQueue(transaction)
        self.unread_content = UnreadContent(transaction)
        self.floods = Floods(transaction)
        self.personal_data = PersonalData(transaction)
        self.personal_data_erasure = PersonalDataErasure(transaction)

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
