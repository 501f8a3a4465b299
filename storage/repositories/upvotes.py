"""Upvotes («us too»): citizens who agree with a ticket without describing anything themselves."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, literal, select

from bot.domain.messages import MessageRole
from bot.domain.tickets import OPEN_TICKET_STATES
from storage.repositories.base import Repository
from storage.tables import message, ticket, upvote

_MAX_SCANNED_MESSAGES = 500
"""Only this many of the newest posts are searched for the ticket that «us too» refers to."""

_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)


@cache
def _count_query() -> Select[Any]:
    of_ticket = upvote.c.ticket_id == bindparam("number", type_=upvote.c.ticket_id.type)
    return select(func.count()).select_from(upvote).where(of_ticket)


class Upvotes(Repository):
    """At most one upvote per person and ticket."""

    async def find_recent_ticket(
        self, account: str, chat_id: str, thread: str, exclude_author_id: str, since: datetime
    ) -> int | None:
        """Return the open ticket of the last post in this conversation since *since*, posts of the author excluded.

        If the ticket belongs to a problem, its leading ticket is returned instead.
        """
        newest = select(func.max(message.c.id) - _MAX_SCANNED_MESSAGES).scalar_subquery()
        result = await self._transaction.execute(
            select(func.coalesce(ticket.c.lead_id, ticket.c.id))
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(
                message.c.id > newest,
                message.c.account == account,
                message.c.chat_id == chat_id,
                message.c.thread == thread,
                message.c.author_id != exclude_author_id,
                message.c.part != MessageRole.STAFF.value,
                message.c.stored_at >= since,
                ticket.c.state.in_(_OPEN_STATES),
            )
            .order_by(message.c.id.desc())
            .limit(1)
        )
        return result.scalar_one_or_none()

    async def add(self, ticket_id: int, author_key: str, now: datetime) -> bool:
        """Add an upvote; False if this author has already upvoted the ticket."""
        result = await self._transaction.execute(
            self._insert(upvote)
            .values(ticket_id=ticket_id, author_key=author_key, at=now)
            .on_conflict_do_nothing()
            .returning(upvote.c.ticket_id)
        )
        return result.first() is not None

    async def remove(self, ticket_id: int, author_key: str) -> bool:
        """Remove an upvote; False if there was none."""
        result = await self._transaction.execute(
            delete(upvote)
            .where(upvote.c.ticket_id == ticket_id, upvote.c.author_key == author_key)
            .returning(upvote.c.ticket_id)
        )
        return result.first() is not None

    async def move_all(self, ticket_id: int, to: int) -> None:
        """Move a ticket's upvotes to another ticket; an author who upvoted both is counted once."""
        both = select(literal(to), upvote.c.author_key, upvote.c.at).where(upvote.c.ticket_id == ticket_id)
        names = ["ticket_id", "author_key", "at"]
        await self._transaction.execute(self._insert(upvote).from_select(names, both).on_conflict_do_nothing())
        await self._transaction.execute(delete(upvote).where(upvote.c.ticket_id == ticket_id))

    async def count(self, ticket_id: int) -> int:
        result = await self._transaction.execute(_count_query(), {"number": ticket_id})
        return int(result.scalar_one())
