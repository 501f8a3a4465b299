"""Citizens' posts and their places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.records import Json, Message, Part
from storage.repositories.base import Repository
from storage.tables import message

_FIELDS = tuple(Message.__dataclass_fields__)
COLUMNS = tuple(message.c[name] for name in _FIELDS)


class Messages(Repository):
    """What was written where."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> int:
        """Store a post; its id."""
        result = await self._connection.execute(insert(message).values(stored_at=now, **values).returning(message.c.id))
        return int(result.scalar_one())

    async def by_place(self, account: str, chat_id: str, external_id: str) -> Message | None:
        """The post at this very place."""
        result = await self._connection.execute(
            select(*COLUMNS).where(
                message.c.account == account, message.c.chat_id == chat_id, message.c.external_id == external_id
            )
        )
        row = result.first()
        return record(row) if row else None

    async def get(self, message_id: int) -> Message | None:
        result = await self._connection.execute(select(*COLUMNS).where(message.c.id == message_id))
        row = result.first()
        return record(row) if row else None

    async def of_ticket(self, ticket_id: int) -> list[Message]:
        """All posts of a ticket, the oldest first."""
        result = await self._connection.execute(
            select(*COLUMNS).where(message.c.ticket_id == ticket_id).order_by(message.c.sent_at, message.c.id)
        )
        return [record(row) for row in result]

    async def album(self, account: str, chat_id: str, album: str) -> list[Message]:
        """The parts of an album that have come so far."""
        result = await self._connection.execute(
            select(*COLUMNS)
            .where(message.c.account == account, message.c.chat_id == chat_id, message.c.album == album)
            .order_by(message.c.id)
        )
        return [record(row) for row in result]

    async def attach(self, message_id: int, ticket_id: int, part: Part) -> None:
        """This post belongs to that ticket."""
        await self._connection.execute(
            update(message).where(message.c.id == message_id).values(ticket_id=ticket_id, part=part.value)
        )

    async def edit(self, message_id: int, text: str, media: Sequence[Json], now: datetime) -> None:
        await self._connection.execute(
            update(message).where(message.c.id == message_id).values(text=text, media=list(media), edited_at=now)
        )

    async def mark_deleted(self, message_id: int, at: datetime | None) -> None:
        """Its author took the post back, or (``None``) has put it there again."""
        await self._connection.execute(update(message).where(message.c.id == message_id).values(deleted_at=at))


def record(row: Any) -> Message:
    values = dict(row._mapping)
    values["media"] = tuple(values["media"])
    values["part"] = Part(values["part"]) if values["part"] else None
    return Message(**values)
