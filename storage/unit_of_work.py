"""The unit of work: one transaction and the repositories that share it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.batching.id_allocator import Numbers
from storage.repositories.activity import Rhythms
from storage.repositories.answers import Answers
from storage.repositories.audit_log import Chronicle
from storage.repositories.base import one_at_a_time
from storage.repositories.cards import Cards
from storage.repositories.deadlines import Times
from storage.repositories.dialogs import Dialogs
from storage.repositories.inbox import Inbox
from storage.repositories.messages import Messages
from storage.repositories.official_pages import Pages
from storage.repositories.outages import Outages
from storage.repositories.outbox import Outbox
from storage.repositories.problems import Problems
from storage.repositories.reports import Reports
from storage.repositories.retention import Retention
from storage.repositories.review_queue import Doubts
from storage.repositories.routing_decisions import Decisions
from storage.repositories.sent_messages import Letters
from storage.repositories.staff import People
from storage.repositories.tickets import Tickets
from storage.repositories.upvotes import Voices
from storage.transaction import Transaction


class News(StrEnum):
    """What processes tell one another."""

    WORK = "work"  # there is something in the inbox or the outbox
    STAFF = "staff"  # somebody has joined


class UnitOfWork:
    """Everything that changes here commits or rolls back together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._transaction = transaction = Transaction(connection)
        self._numbers = numbers = Numbers(transaction)
        self._alone: set[str] = set()
        self.inbox = Inbox(transaction)
        self.outbox = Outbox(transaction)
        self.letters = Letters(transaction)
        self.outages = Outages(transaction)
        self.people = People(transaction)
        self.dialogs = Dialogs(transaction)
        self.tickets = Tickets(transaction, numbers)
        self.problems = Problems(transaction, numbers)
        self.messages = Messages(transaction, numbers)
        self.voices = Voices(transaction)
        self.answers = Answers(transaction)
        self.cards = Cards(transaction)
        self.times = Times(transaction)
        self.chronicle = Chronicle(transaction)
        self.reports = Reports(transaction)
        self.retention = Retention(transaction)
        self.rhythms = Rhythms(transaction)
        self.pages = Pages(transaction)
        self.decisions = Decisions(transaction)
        self.doubts = Doubts(transaction)

    @property
    def news(self) -> tuple[News, ...]:
        """What was put where another process may be waiting for it."""
        found = []
        if self.inbox.has_news or self.outbox.has_news:
            found.append(News.WORK)
        if self.people.has_news:
            found.append(News.STAFF)
        return tuple(found)

    async def alone(self, *names: str) -> None:
        """Until this transaction ends nobody else gets past any of the same *names*. One process on SQLite is always
        alone. Who needs several takes them here at once, so that no two wait for one another."""
        wanted = sorted(set(names) - self._alone)
        if wanted:
            await one_at_a_time(self._transaction, *wanted)
            self._alone.update(wanted)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """An inner part that can fail alone: an exception undoes it and leaves the rest."""
        await self._transaction.flush()
        try:
            async with self._connection.begin_nested():
                yield
                await self._transaction.flush()
        except BaseException:
            self._transaction.drop()
            self._numbers.forget()
            self._alone.clear()
            raise

    async def changes(self) -> int:
        """How many rows this connection to an SQLite file has ever changed."""
        await self._transaction.flush()
        return int(await self._connection.scalar(text("SELECT total_changes()")) or 0)

    async def flush(self) -> None:
        """Write what has been deferred; the end of the transaction does so, too."""
        await self._transaction.flush()
