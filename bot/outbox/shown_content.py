"""The state in which sent messages are, so that an edit that changes nothing is never sent.

A hash of the words and buttons is stored with each sent message. While an edit is under way, or its outcome is unknown,
nobody knows what the message shows: the next edit is sent whatever it says.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.domain.outbox import OutboxRow
from bot.messengers.content import Content
from bot.messengers.port import Sent
from storage.unit_of_work import UnitOfWork


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
class EditsUnderWay:
    """The messages that are being edited by this process, which is the only one that sends."""

    _messages: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @contextmanager
    def edit(self, row: OutboxRow, message_ids: Sequence[str]) -> Iterator[bool]:
        """Edit and record within the block; False if another edit of one of the messages is not recorded yet."""
        keys = [(row.account, row.chat_id, message_id) for message_id in message_ids]
        is_alone = not any(key in self._messages for key in keys)
        for key in keys:
            self._messages[key] = self._messages.get(key, 0) + 1
        try:
            yield is_alone
        finally:
            for key in keys:
                self._messages[key] -= 1
                if not self._messages[key]:
                    del self._messages[key]


async def forget_shown(uow: UnitOfWork, row: OutboxRow, message_ids: Sequence[str]) -> None:
    """Record that nobody knows what the messages show: the outcome of their edit is unknown."""
    await uow.sent_messages.set_shown(row.account, row.chat_id, dict.fromkeys(message_ids))
