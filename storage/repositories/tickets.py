"""Tickets: every change is guarded by the version, so that of two presses at once one wins."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, or_, select, update

from bot.domain.sources import author_key
from bot.domain.tickets import OPEN, DismissReason, State, Ticket
from bot.domain.urgency import Urgency
from storage.repositories.base import Repository
from storage.tables import message, ticket

_FIELDS = tuple(Ticket.__dataclass_fields__)
columns = tuple(ticket.c[name] for name in _FIELDS)
_OPEN = tuple(state.value for state in OPEN)
_UNANSWERED = tuple(state.value for state in OPEN - {State.PUBLISHING})


class Tickets(Repository):
    """The aggregate that the whole house is about."""

    async def add(self, values: Mapping[str, Any]) -> Ticket:
        """Register a ticket; its number is its id."""
        result = await self._connection.execute(insert(ticket).values(**values).returning(*columns))
        return record(result.one())

    async def get(self, ticket_id: int, *, lock: bool = False) -> Ticket | None:
        """The ticket; with *lock* nobody else changes it until this transaction ends (on SQLite nobody could)."""
        query = select(*columns).where(ticket.c.id == ticket_id)
        result = await self._connection.execute(query.with_for_update() if lock else query)
        row = result.first()
        return record(row) if row else None

    async def some(self, ids: Collection[int]) -> dict[int, Ticket]:
        """Those of *ids* that there are, by number."""
        if not ids:
            return {}
        result = await self._connection.execute(select(*columns).where(ticket.c.id.in_(ids)))
        return {row.id: record(row) for row in result}

    async def change(self, known: Ticket, **values: Any) -> Ticket | None:
        """Change *known* unless somebody else has changed it since it was read: then ``None``."""
        result = await self._connection.execute(
            update(ticket)
            .where(ticket.c.id == known.id, ticket.c.version == known.version)
            .values(version=known.version + 1, **values)
            .returning(*columns)
        )
        row = result.first()
        return record(row) if row else None

    async def touch(self, ticket_id: int, now: datetime) -> None:
        """The citizen has added something: the time for further additions runs anew."""
        await self._connection.execute(update(ticket).where(ticket.c.id == ticket_id).values(touched_at=now))

    async def latest_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str
    ) -> tuple[Ticket, datetime] | None:
        """The newest ticket that this author has in this thread, and when he last wrote to it."""
        result = await self._connection.execute(
            select(*columns, ticket.c.touched_at)
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.account == account,
                *_here(account, chat_id, thread),
                message.c.author_id == author_id,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return (record(row), row.touched_at) if row else None

    async def open_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str, since: datetime
    ) -> list[Ticket]:
        """The open tickets of this author in this thread that he has written to *since* then, the latest first."""
        post = exists().where(
            message.c.ticket_id == ticket.c.id, *_here(account, chat_id, thread), message.c.author_id == author_id
        )
        result = await self._connection.execute(
            select(*columns)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.state.in_(_OPEN),
                ticket.c.touched_at >= since,
                post,
            )
            .order_by(ticket.c.touched_at.desc(), ticket.c.id.desc())
        )
        return [record(row) for row in result]

    async def same_text(self, author_key: str, text_key: str, since: datetime) -> Ticket | None:
        """An open ticket that this author made of the same words *since* then, whose answer is not on its way yet."""
        result = await self._connection.execute(
            select(*columns)
            .where(
                ticket.c.author_key == author_key,
                ticket.c.text_key == text_key,
                ticket.c.state.in_(_UNANSWERED),
                ticket.c.registered_at >= since,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return record(row) if row else None

    async def place_of(self, ticket_id: int) -> tuple[str | None, str | None]:
        """(street, house) as the machine read them."""
        result = await self._connection.execute(select(ticket.c.street, ticket.c.house).where(ticket.c.id == ticket_id))
        row = result.one()
        return row.street, row.house

    async def open_of(self, sectors: Collection[str], assignee_id: int, *, triage: bool, most: int) -> list[Ticket]:
        """Open tickets of *sectors*, of *assignee_id*, and (*triage*) those that wait for a sector; soonest first."""
        wanted = [ticket.c.assignee_id == assignee_id]
        if sectors:
            wanted.append(ticket.c.sector.in_(sectors))
        if triage:
            wanted.append(ticket.c.state == State.TRIAGE.value)
        result = await self._connection.execute(
            select(*columns)
            .where(ticket.c.state.in_(_OPEN), or_(*wanted))
            .order_by(ticket.c.answer_due, ticket.c.id)
            .limit(most)
        )
        return [record(row) for row in result]

    async def find(
        self, words: Collection[str], sectors: Collection[str] | None, most: int, *, triage: bool = False
    ) -> list[Ticket]:
        """Tickets whose text or place contains every one of *words* (case-folded), the newest first.

        Of *sectors* alone (``None``: of all), and, if *triage*, of those that have none yet.
        """
        query = select(*columns).order_by(ticket.c.id.desc()).limit(most)
        for word in words:
            query = query.where(ticket.c.search.contains(word, autoescape=True))
        if sectors is not None:
            mine = ticket.c.sector.in_(sectors)
            query = query.where(or_(mine, ticket.c.sector.is_(None)) if triage else mine)
        return [record(row) for row in await self._connection.execute(query)]


def _here(account: str, chat_id: str, thread: str) -> tuple[ColumnElement[bool], ...]:
    """The post stands in this thread; for a post that was found by its ticket. The place is hidden from the planner:
    it would rather read the whole chat than an author's few tickets."""
    where = (message.c.account, account), (message.c.chat_id, chat_id), (message.c.thread, thread)
    return tuple(func.coalesce(column, "") == value for column, value in where)


def record(row: Any) -> Ticket:
    values = {name: row._mapping[name] for name in _FIELDS}
    values["state"] = State(values["state"])
    values["likely"] = tuple(values["likely"])
    values["urgency"] = Urgency(values["urgency"]) if values["urgency"] else None
    values["dismiss_reason"] = DismissReason(values["dismiss_reason"]) if values["dismiss_reason"] else None
    return Ticket(**values)
