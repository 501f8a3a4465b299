"""Citizens' posts and their places."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.json_types import Json
from bot.domain.messages import Message, Part
from storage.batching.id_allocator import Numbers
from storage.batching.transaction_cache import Place
from storage.repositories.base import Repository
from storage.tables import message
from storage.transaction import Row, Transaction

_FIELDS = tuple(Message.__dataclass_fields__)
COLUMNS = tuple(message.c[name] for name in _FIELDS)
_NOTHING = dict.fromkeys(_FIELDS)
_ADD = insert(message)


class Messages(Repository):
    """What was written where."""

    def __init__(self, transaction: Transaction, numbers: Numbers) -> None:
        super().__init__(transaction)
        self._numbers = numbers
        self._memory = transaction.memory
        self._waiting: dict[int, Row] = {}
        self._written = transaction.times_written(message)

    async def foresee(self, places: Collection[Place]) -> None:
        """Fetch at once what stands at *places*: they will be asked about one by one, and most will be posted to."""
        accounts, chats, ids = ({place[at] for place in places} for at in range(3))
        result = await self._connection.execute(
            select(*COLUMNS).where(
                message.c.account.in_(accounts), message.c.chat_id.in_(chats), message.c.external_id.in_(ids)
            )
        )
        found = {(one.account, one.chat_id, one.external_id): one for one in map(record, result)}
        for place in places:
            self._memory.know_post(place, found.get(place))
        self._numbers.expect(message, len(places) - len(found))

    async def add(self, values: Mapping[str, Any], now: datetime) -> Message:
        """Store a post."""
        number = await self._numbers.next(message)
        row = {"ticket_id": None, "part": None, **values, "id": number, "stored_at": now}
        self._connection.defer(_ADD, row)
        self._still_waiting()[number] = row
        post = record({**_NOTHING, **row})
        self._memory.know_post((post.account, post.chat_id, post.external_id), post)
        if post.ticket_id is not None:
            self._memory.attach(post.ticket_id)
        return post

    def _still_waiting(self) -> dict[int, Row]:
        """The rows that have not been written yet: they can be changed where they wait."""
        written = self._connection.times_written(message)
        if self._written != written:
            self._written, self._waiting = written, {}
        return self._waiting

    async def by_place(self, account: str, chat_id: str, external_id: str) -> Message | None:
        """The post at this very place."""
        if (account, chat_id, external_id) in self._memory.posts:
            return self._memory.posts[account, chat_id, external_id]
        result = await self._connection.execute(
            select(*COLUMNS).where(
                message.c.account == account, message.c.chat_id == chat_id, message.c.external_id == external_id
            )
        )
        row = result.first()
        return record(row) if row else None

    async def get(self, message_id: int) -> Message | None:
        if (known := self._memory.post(message_id)) is not None:
            return known
        result = await self._connection.execute(select(*COLUMNS).where(message.c.id == message_id))
        row = result.first()
        return record(row) if row else None

    async def of_ticket(self, ticket_id: int) -> list[Message]:
        """All posts of a ticket, the oldest first."""
        if ticket_id in self._memory.without_posts:
            return []
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
        self._memory.attach(ticket_id)
        known = self._memory.post(message_id)
        row = self._still_waiting().get(message_id)
        if row is not None and known is not None:
            row |= {"ticket_id": ticket_id, "part": part.value}
            place = (known.account, known.chat_id, known.external_id)
            self._memory.know_post(place, replace(known, ticket_id=ticket_id, part=part))
            return
        await self._change(message_id, ticket_id=ticket_id, part=part.value)

    async def _change(self, message_id: int, **values: Any) -> None:
        self._memory.forget_post(message_id)
        await self._connection.execute_minding(update(message).where(message.c.id == message_id).values(**values))

    async def edit(self, message_id: int, text: str, media: Sequence[Json], now: datetime) -> None:
        await self._change(message_id, text=text, media=list(media), edited_at=now)

    async def mark_deleted(self, message_id: int, at: datetime | None) -> None:
        """Its author took the post back, or (``None``) has put it there again."""
        await self._change(message_id, deleted_at=at)


def record(row: Any) -> Message:
    """The post of a row, or of a mapping of its columns."""
    known = getattr(row, "_mapping", row)
    values = {name: known[name] for name in _FIELDS}
    values["media"] = tuple(values["media"])
    values["part"] = Part(values["part"]) if values["part"] else None
    return Message(**values)
