"""«Us too»: who agrees with a ticket without a message of their own."""

from datetime import datetime

from sqlalchemy import delete, func, literal, select

from bot.domain.messages import Part
from bot.domain.tickets import OPEN
from storage.repositories.base import Repository
from storage.tables import message, ticket, voice

_LATEST = 500
"""Posts that are looked through for what «us too» may point to: a chat's memory is short."""

_OPEN = tuple(state.value for state in OPEN)


class Voices(Repository):
    """One a person and ticket."""

    async def spoken_of(self, account: str, chat_id: str, thread: str, but: str, since: datetime) -> int | None:
        """The open ticket that was last written about in this conversation after *since*, by somebody else than the
        author *but*; its problem's leading one, if it has one."""
        newest = select(func.max(message.c.id) - _LATEST).scalar_subquery()
        result = await self._connection.execute(
            select(func.coalesce(ticket.c.lead_id, ticket.c.id))
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(
                message.c.id > newest,
                message.c.account == account,
                message.c.chat_id == chat_id,
                message.c.thread == thread,
                message.c.author_id != but,
                message.c.part != Part.STAFF.value,
                message.c.stored_at >= since,
                ticket.c.state.in_(_OPEN),
            )
            .order_by(message.c.id.desc())
            .limit(1)
        )
        return result.scalar_one_or_none()

    async def add(self, ticket_id: int, author_key: str, now: datetime) -> bool:
        """Count a voice; whether it is a new one."""
        result = await self._connection.execute(
            self._insert(voice)
            .values(ticket_id=ticket_id, author_key=author_key, at=now)
            .on_conflict_do_nothing()
            .returning(voice.c.ticket_id)
        )
        return result.first() is not None

    async def take_back(self, ticket_id: int, author_key: str) -> bool:
        """Whether there was such a voice."""
        result = await self._connection.execute(
            delete(voice)
            .where(voice.c.ticket_id == ticket_id, voice.c.author_key == author_key)
            .returning(voice.c.ticket_id)
        )
        return result.first() is not None

    async def move(self, ticket_id: int, to: int) -> None:
        """All voices of one ticket are for another; who has spoken for both speaks once."""
        both = select(literal(to), voice.c.author_key, voice.c.at).where(voice.c.ticket_id == ticket_id)
        names = ["ticket_id", "author_key", "at"]
        await self._connection.execute(self._insert(voice).from_select(names, both).on_conflict_do_nothing())
        await self._connection.execute(delete(voice).where(voice.c.ticket_id == ticket_id))

    async def count(self, ticket_id: int) -> int:
        result = await self._connection.execute(
            select(func.count()).select_from(voice).where(voice.c.ticket_id == ticket_id)
        )
        return int(result.scalar_one())
