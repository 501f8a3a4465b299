"""The state in which sent messages are, so that an edit that changes nothing is never sent.

A hash of the words and buttons is stored with each sent message. Edits of one message take turns until each is
recorded. While one hangs, or its outcome is unknown, nobody knows what the message shows: the next is sent anyway.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from cachetools import LRUCache

from bot.domain.outbox import OutboxRow
from bot.messengers.content import Content
from bot.messengers.port import Sent
from bot.outbox.in_flight import MAX_WAIT_SECONDS
from storage.unit_of_work import UnitOfWork

MAX_REMEMBERED = 1_000
"""Messages whose latest edit is remembered: those that were edited a moment ago."""


def hash_shown(part: Content) -> str | None:
    """Return a hash of what an edit of a message can change; ``None`` if the message has files."""
    if part.media:
        return None
    return hashlib.sha256(repr((part.spans, part.keyboard)).encode()).hexdigest()[:32]


def list_shown(sent: Iterable[Sent], parts: Iterable[Content]) -> dict[str, str]:
    """Return the hash of each message that was sent as one of *parts*; files that were sent apart are left out."""
    hashes = ((one.ids, hash_shown(part)) for one, part in zip(sent, parts, strict=False))
    return {ids[0]: found for ids, found in hashes if found is not None and len(ids) == 1}


@dataclass(slots=True)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    edits: int = 0


MessageKey = tuple[str, str, str]
"""Account, chat and message."""


@dataclass(frozen=True, slots=True)
class EditTurn:
    """The turn of one edit. ``is_alone``: no other edit of its messages is unrecorded; ``has_waited``: one was.

    ``shown``: what earlier edits of this process have left, by message; the stored hash goes with a recalled message.
    """

    is_alone: bool
    has_waited: bool
    shown: Mapping[str, str]


@dataclass(slots=True)
class EditsUnderWay:
    """The messages that are being edited by this process, which is the only one that sends: one edit after another."""

    _queues: dict[MessageKey, _Queue] = field(default_factory=dict)
    _shown: LRUCache[MessageKey, str] = field(default_factory=lambda: LRUCache(MAX_REMEMBERED))

    @asynccontextmanager
    async def edit(self, row: OutboxRow, message_ids: Sequence[str]) -> AsyncIterator[EditTurn]:
        """Edit and record within the block, after the earlier edits of the messages; one that hangs holds up nobody."""
        keys = sorted((row.account, row.chat_id, message_id) for message_id in message_ids)
        queues = [self._queues.setdefault(key, _Queue()) for key in keys]
        for queue in queues:
            queue.edits += 1
        held: list[asyncio.Lock] = []
        has_waited = any(queue.lock.locked() for queue in queues)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(MAX_WAIT_SECONDS):
                    for queue in queues:
                        await queue.lock.acquire()
                        held.append(queue.lock)
            shown = {key[2]: self._shown[key] for key in keys if key in self._shown}
            yield EditTurn(len(held) == len(queues), has_waited, shown)
        finally:
            for lock in held:
                lock.release()
            for key, queue in zip(keys, queues, strict=True):
                queue.edits -= 1
                if not queue.edits:
                    self._queues.pop(key, None)

    def remember(self, row: OutboxRow, hashes: Mapping[str, str]) -> None:
        """Remember what messages show after an edit."""
        for message_id, found in hashes.items():
            self._shown[row.account, row.chat_id, message_id] = found

    def forget(self, row: OutboxRow, message_ids: Sequence[str]) -> None:
        """Forget what messages show: the outcome of their edit is not known yet."""
        for message_id in message_ids:
            self._shown.pop((row.account, row.chat_id, message_id), None)

    def forget_all(self) -> None:
        """Forget what all messages show: another process may have edited them."""
        self._shown.clear()


async def forget_shown(uow: UnitOfWork, row: OutboxRow, message_ids: Sequence[str]) -> None:
    """Record that nobody knows what the messages show: the outcome of their edit is unknown."""
    await uow.sent_messages.set_shown(row.account, row.chat_id, dict.fromkeys(message_ids))
