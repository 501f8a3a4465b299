"""The unit of work: one transaction and the repositories that share it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.repositories.answers import Answers
from storage.repositories.base import one_at_a_time
from storage.repositories.cards import Cards
from storage.repositories.chronicle import Chronicle
from storage.repositories.decisions import Decisions
from storage.repositories.dialogs import Dialogs
from storage.repositories.inbox import Inbox
from storage.repositories.messages import Messages
from storage.repositories.outages import Outages
from storage.repositories.outbox import Outbox
from storage.repositories.people import People
from storage.repositories.problems import Problems
from storage.repositories.reports import Reports
from storage.repositories.tickets import Tickets
from storage.repositories.times import Times


class UnitOfWork:
    """Everything that changes here commits or rolls back together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.inbox = Inbox(connection)
        self.outbox = Outbox(connection)
        self.outages = Outages(connection)
        self.people = People(connection)
        self.dialogs = Dialogs(connection)
        self.tickets = Tickets(connection)
        self.problems = Problems(connection)
        self.messages = Messages(connection)
        self.answers = Answers(connection)
        self.cards = Cards(connection)
        self.times = Times(connection)
        self.chronicle = Chronicle(connection)
        self.reports = Reports(connection)
        self.decisions = Decisions(connection)

    @property
    def has_news(self) -> bool:
        """Whether something was put where another process may be waiting for it."""
        return self.inbox.has_news or self.outbox.has_news

    async def alone(self, name: str) -> None:
        """Until this transaction ends nobody else gets past the same *name*. One process on SQLite is always alone."""
        await one_at_a_time(self._connection, name)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """An inner part that can fail alone: an exception undoes it and leaves the rest."""
        async with self._connection.begin_nested():
            yield
