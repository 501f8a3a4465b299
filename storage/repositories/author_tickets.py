"""The tickets of one author: what a new message of theirs may belong to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    func,
    or_,
    select,
)

from bot.domain.sources import author_key
from bot.domain.tickets import OPEN_TICKET_STATES, State, Ticket
from storage.batching.transaction_cache import AuthorTicket
from storage.repositories.base import Repository
from storage.repositories.ticket_rows import TICKET_COLUMNS, ticket_from_row
from storage.tables import message, ticket
from storage.transaction import Transaction

_AUTHOR_TICKET_COLUMNS = tuple(ticket.c[name] for name in ("author_key", "touched_at", "text_key", "house"))
_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)
_UNANSWERED_STATES = tuple(state.value for state in OPEN_TICKET_STATES - {State.PUBLISHING})


class AuthorTickets(Repository):
    """Search for an author's tickets, in the prefetched data of a batch if it holds them."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._cache = transaction.cache

    async def prefetch(self, authors: Collection[str], since: datetime) -> None:
        """Fetch at once what :meth:`find_same_text`, :meth:`list_open_in_thread`, :meth:`find_answered_in_thread` and
        :meth:`get_address` will need for *authors*, for moments *since* then."""
        recent = or_(ticket.c.touched_at >= since, ticket.c.registered_at >= since)
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS, *_AUTHOR_TICKET_COLUMNS).where(
                ticket.c.author_key.in_(authors),
                or_(and_(ticket.c.state.in_(_OPEN_STATES), recent), ticket.c.answered_at >= since),
            )
        )
        found = {row.id: row for row in result}
        posts = await self._threads_by_ticket(found)
        known: dict[str, dict[int, AuthorTicket]] = {author: {} for author in authors}
        for number, row in found.items():
            more = {column.name: row._mapping[column] for column in _AUTHOR_TICKET_COLUMNS}
            known[row.author_key][number] = AuthorTicket(ticket_from_row(row), threads=frozenset(posts[number]), **more)
        self._cache.load_author_tickets(known, since)

    async def _threads_by_ticket(self, numbers: Collection[int]) -> dict[int, set[tuple[str, str, str, str]]]:
        posts: dict[int, set[tuple[str, str, str, str]]] = {number: set() for number in numbers}
        if numbers:
            place = (message.c.account, message.c.chat_id, message.c.thread, message.c.author_id)
            result = await self._transaction.execute(
                select(message.c.ticket_id, *place).where(message.c.ticket_id.in_(numbers))
            )
            for row in result:
                posts[row[0]].add((row[1], row[2], row[3], row[4]))
        return posts

    async def find_answered_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str, since: datetime
    ) -> Ticket | None:
        """Return the author's newest ticket in the thread if it was answered *since* then."""
        own = self._cache.get_author_tickets(author_key(account, author_id), since)
        if own is not None and not any(_is_since(one.ticket.answered_at, since) for one in own):
            return None
        newest = await self.find_latest_in_thread(account, chat_id, thread, author_id)
        return newest if newest is not None and _is_since(newest.answered_at, since) else None

    async def find_latest_in_thread(self, account: str, chat_id: str, thread: str, author_id: str) -> Ticket | None:
        """Return the author's newest ticket in the thread."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.account == account,
                *_in_thread(account, chat_id, thread),
                message.c.author_id == author_id,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return ticket_from_row(row) if row else None

    async def list_open_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str, since: datetime
    ) -> list[Ticket]:
        """List the author's open tickets in the thread that were written to *since* then, latest first."""
        own = self._cache.get_author_tickets(author_key(account, author_id), since)
        if own is not None:
            here = (account, chat_id, thread, author_id)
            found = [one for one in own if one.ticket.is_open and one.touched_at >= since and here in one.threads]
            return [one.ticket for one in sorted(found, key=lambda one: (one.touched_at, one.ticket.id), reverse=True)]
        post = exists().where(
            message.c.ticket_id == ticket.c.id, *_in_thread(account, chat_id, thread), message.c.author_id == author_id
        )
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.state.in_(_OPEN_STATES),
                ticket.c.touched_at >= since,
                post,
            )
            .order_by(ticket.c.touched_at.desc(), ticket.c.id.desc())
        )
        return [ticket_from_row(row) for row in result]

    async def list_open_of_author(self, author_key: str, since: datetime) -> list[Ticket]:
        """List the author's open tickets in all chats that were written to *since* then, latest first."""
        own = self._cache.get_author_tickets(author_key, since)
        if own is not None:
            found = [one for one in own if one.ticket.is_open and one.touched_at >= since]
            return [one.ticket for one in sorted(found, key=lambda one: (one.touched_at, one.ticket.id), reverse=True)]
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(ticket.c.author_key == author_key, ticket.c.state.in_(_OPEN_STATES), ticket.c.touched_at >= since)
            .order_by(ticket.c.touched_at.desc(), ticket.c.id.desc())
        )
        return [ticket_from_row(row) for row in result]

    async def find_same_text(self, author_key: str, text_key: str, since: datetime) -> Ticket | None:
        """Return the author's open ticket with the same text *since* then whose answer is not being published yet."""
        own = self._cache.get_author_tickets(author_key, since)
        if own is not None:
            same = [one.ticket for one in own if one.text_key == text_key and one.ticket.registered_at >= since]
            unanswered = [one for one in same if one.state.value in _UNANSWERED_STATES]
            return max(unanswered, key=lambda one: one.id, default=None)
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(
                ticket.c.author_key == author_key,
                ticket.c.text_key == text_key,
                ticket.c.state.in_(_UNANSWERED_STATES),
                ticket.c.registered_at >= since,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return ticket_from_row(row) if row else None

    async def get_address(self, ticket_id: int) -> tuple[str | None, str | None, str | None]:
        """Return (street, house, settlement) as parsed from the text."""
        if (known := self._cache.get_author_ticket(ticket_id)) is not None:
            return known.ticket.street, known.house, known.ticket.settlement
        result = await self._transaction.execute(
            select(ticket.c.street, ticket.c.house, ticket.c.settlement).where(ticket.c.id == ticket_id)
        )
        row = result.one()
        return row.street, row.house, row.settlement


def _in_thread(account: str, chat_id: str, thread: str) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a message, found by its ticket, is in this thread."""
    # planner: coalesce hides the columns; otherwise a whole chat is read instead of an author's few tickets
    # (test_a_hot_question_uses_an_index["tickets: the author's last in the thread"]).
    where = (message.c.account, account), (message.c.chat_id, chat_id), (message.c.thread, thread)
    return tuple(func.coalesce(column, "") == value for column, value in where)


def _is_since(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since
