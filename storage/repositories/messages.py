"""Citizens' messages and their places."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, or_, select, update

from bot.domain.json_types import Json
from bot.domain.messages import Message, MessageRole, NewMessage
from storage.batching.id_allocator import IdAllocator
from storage.batching.transaction_cache import MessageKey
from storage.repositories.base import Repository
from storage.tables import message, ticket
from storage.transaction import Row, Transaction

_FIELDS = tuple(Message.__dataclass_fields__)
MESSAGE_COLUMNS = tuple(message.c[name] for name in _FIELDS)
_DEFAULTS = dict.fromkeys(_FIELDS)
_NEW_FIELDS = tuple(field.name for field in fields(NewMessage))
_INSERT = insert(message)

_MAX_SCANNED_MESSAGES = 500
"""Messages of all chats that are looked through for an author's former one: some minutes of the busiest town."""


_SHARED_PARTS = tuple(part.value for part in (MessageRole.ROOT, MessageRole.COPY, MessageRole.ALBUM))
"""The parts of a message that all tickets made of it share."""


@cache
def _list_query() -> Select[Any]:
    number = bindparam("number", type_=ticket.c.id.type)
    first = select(ticket.c.divided_from).where(ticket.c.id == number).scalar_subquery()
    is_of_ticket = or_(message.c.ticket_id == number, message.c.part.in_(_SHARED_PARTS))
    return (
        select(*MESSAGE_COLUMNS)
        .where(message.c.ticket_id.in_([number, first]), is_of_ticket)
        .order_by(message.c.sent_at, message.c.id)
    )


MAX_AT_ONE_MOMENT = 200
"""Messages of one second that are looked through."""


class Messages(Repository):
    """Citizens' messages."""

    def __init__(self, transaction: Transaction, ids: IdAllocator) -> None:
        super().__init__(transaction)
        self._ids = ids
        self._cache = transaction.cache
        self._pending_rows: dict[int, Row] = {}
        self._flush_generation = transaction.flush_generation(message)

    async def prefetch(self, keys: Collection[MessageKey]) -> None:
        """Fetch the messages at *keys* with one query, for the single lookups that follow; most do not exist yet."""
        accounts, chats, ids = ({place[at] for place in keys} for at in range(3))
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS).where(
                message.c.account.in_(accounts), message.c.chat_id.in_(chats), message.c.external_id.in_(ids)
            )
        )
        found = {(one.account, one.chat_id, one.external_id): one for one in map(message_from_row, result)}
        for place in keys:
            self._cache.set_message(place, found.get(place))
        self._ids.reserve(message, len(keys) - len(found))

    async def add(self, new: NewMessage, now: datetime) -> Message:
        """Insert a message."""
        message_id = await self._ids.allocate(message)
        row: Row = {name: getattr(new, name) for name in _NEW_FIELDS}
        row |= {"id": message_id, "media": list(new.media), "part": new.part and new.part.value, "stored_at": now}
        self._transaction.defer_insert(_INSERT, row)
        self._unflushed_rows()[message_id] = row
        added = message_from_row(_DEFAULTS | row)
        self._cache.set_message((added.account, added.chat_id, added.external_id), added)
        if added.ticket_id is not None:
            self._cache.on_message_attached(added.ticket_id)
        return added

    def _unflushed_rows(self) -> dict[int, Row]:
        """Return the deferred rows by id: they can still be changed in place."""
        written = self._transaction.flush_generation(message)
        if self._flush_generation != written:
            self._flush_generation, self._pending_rows = written, {}
        return self._pending_rows

    async def find_by_external_id(self, account: str, chat_id: str, external_id: str) -> Message | None:
        """Return the message with this id in the messenger."""
        if (account, chat_id, external_id) in self._cache.messages:
            return self._cache.messages[account, chat_id, external_id]
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS).where(
                message.c.account == account, message.c.chat_id == chat_id, message.c.external_id == external_id
            )
        )
        row = result.first()
        return message_from_row(row) if row else None

    async def get(self, message_id: int) -> Message | None:
        if (known := self._cache.get_message(message_id)) is not None:
            return known
        result = await self._transaction.execute(select(*MESSAGE_COLUMNS).where(message.c.id == message_id))
        row = result.first()
        return message_from_row(row) if row else None

    async def list_sent_at(self, messenger: str, sent_at: datetime) -> list[Message]:
        """List what was written in a messenger at this moment, oldest first: what somebody forwards may be among it."""
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .where(message.c.sent_at == sent_at, message.c.account.startswith(messenger, autoescape=True))
            .order_by(message.c.id)
            .limit(MAX_AT_ONE_MOMENT)
        )
        return [message_from_row(row) for row in result]

    async def list_for_ticket(self, ticket_id: int) -> list[Message]:
        """List the messages of a ticket, oldest first; a divided one shares those that its first ticket was made of."""
        if ticket_id in self._cache.tickets_without_messages:
            return []
        result = await self._transaction.execute(_list_query(), {"number": ticket_id})
        return [message_from_row(row) for row in result]

    async def list_album(self, account: str, chat_id: str, album: str) -> list[Message]:
        """List the parts of an album received so far."""
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .where(message.c.account == account, message.c.chat_id == chat_id, message.c.album == album)
            .order_by(message.c.id)
        )
        return [message_from_row(row) for row in result]

    async def list_unattached(self, latest: Message, since: datetime) -> list[Message]:
        """List the author's texts before *latest* in its conversation that belong to no ticket, the newest first."""
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .where(
                message.c.id > latest.id - _MAX_SCANNED_MESSAGES,
                message.c.id < latest.id,
                message.c.account == latest.account,
                message.c.chat_id == latest.chat_id,
                message.c.thread == latest.thread,
                message.c.author_id == latest.author_id,
                message.c.ticket_id.is_(None),
                message.c.deleted_at.is_(None),
                message.c.stored_at >= since,
                message.c.text != "",
            )
            .order_by(message.c.id.desc())
        )
        return [message_from_row(row) for row in result]

    async def attach_to_ticket(self, message_id: int, ticket_id: int, part: MessageRole) -> None:
        """Attach a message to a ticket."""
        self._cache.on_message_attached(ticket_id)
        known = self._cache.get_message(message_id)
        row = self._unflushed_rows().get(message_id)
        if row is not None and known is not None:
            row |= {"ticket_id": ticket_id, "part": part.value}
            place = (known.account, known.chat_id, known.external_id)
            self._cache.set_message(place, replace(known, ticket_id=ticket_id, part=part))
            return
        await self._update(message_id, ticket_id=ticket_id, part=part.value)

    async def _update(self, message_id: int, **values: Any) -> None:
        self._cache.evict_message(message_id)
        await self._transaction.execute_keeping_cache(
            update(message).where(message.c.id == message_id).values(**values)
        )

    async def update_content(self, message_id: int, text: str, media: Sequence[Json], now: datetime) -> None:
        await self._update(message_id, text=text, media=list(media), edited_at=now)

    async def mark_deleted(self, message_id: int, at: datetime | None) -> None:
        """Record when its author deleted the message, or (``None``) restored it."""
        await self._update(message_id, deleted_at=at)


def message_from_row(row: Any) -> Message:
    """Return the message of a row, or of a mapping of its columns."""
    known = getattr(row, "_mapping", row)
    values = {name: known[name] for name in _FIELDS}
    values["media"] = tuple(values["media"])
    values["part"] = MessageRole(values["part"]) if values["part"] else None
    return Message(**values)
