"""«Us too»: who agrees with a ticket without a message of their own."""

from datetime import datetime

from sqlalchemy import delete, func, literal, select

from bot.domain.messages import MessageRole
from bot.domain.tickets import OPEN_TICKET_STATES
from storage.repositories.base import Repository
from storage.tables import message, ticket, upvote

_MAX_SCANNED_MESSAGES = 500
"""Posts that are looked through for what «us too» may point to: a chat's memory is short."""

_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)


class Upvotes(Repository):
    """One a person and ticket."""

    async def find_recent_ticket(
        self, account: str, chat_id: str, thread: str, exclude_author_id: str, since: datetime
    ) -> int | None:
        """The open ticket that was last written about in this conversation after *since*, by somebody else than the
        author *but*; its problem's leading one, if it has one."""
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
        """Count a voice; whether it is a new one."""
        result = await self._transaction.execute(
            self._insert(upvote)
            .values(ticket_id=ticket_id, author_key=author_key, at=now)
            .on_conflict_do_nothing()
            .returning(upvote.c.ticket_id)
        )
        return result.first() is not None

    async def remove(self, ticket_id: int, author_key: str) -> bool:
        """Whether there was such a voice."""
        result = await self._transaction.execute(
            delete(upvote)
            .where(upvote.c.ticket_id == ticket_id, upvote.c.author_key == author_key)
            .returning(upvote.c.ticket_id)
        )
        return result.first() is not None

    async def move_all(self, ticket_id: int, to: int) -> None:
        """All voices of one ticket are for another; who has spoken for both speaks once."""
        both = select(literal(to), upvote.c.author_key, upvote.c.at).where(upvote.c.ticket_id == ticket_id)
        names = ["ticket_id", "author_key", "at"]
        await self._transaction.execute(self._insert(upvote).from_select(names, both).on_conflict_do_nothing())
        await self._transaction.execute(delete(upvote).where(upvote.c.ticket_id == ticket_id))

    async def count(self, ticket_id: int) -> int:
        result = await self._transaction.execute(
            select(func.count()).select_from(upvote).where(upvote.c.ticket_id == ticket_id)
        )
        return int(result.scalar_one())
