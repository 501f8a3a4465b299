"""Keys by which VK recognises a repeated send, and the check that it has not taken a new message for a repeated one.

dev.vk.com, ``messages.send``: ``random_id`` is any number within int32 but 0, compared with the messages of the last
hour in the same conversation, at most the last hundred. VK answers a repetition with the number of the earlier message
and sends nothing. ``guid`` of ``wall.createComment`` is a string.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.messengers.errors import Rejected
from bot.messengers.json_reader import find_int, find_text, list_objects
from bot.messengers.vk.chats import GROUP_PEER_OFFSET
from bot.messengers.vk.client import VkClient

CLOCK_TOLERANCE = timedelta(minutes=1)
"""The difference that VK's clock and that of the server may have."""


@dataclass(frozen=True, slots=True)
class VkSendKey:
    """VK's two forms of a key; no message that was sent before ``since`` has it."""

    random_id: int
    guid: str
    since: datetime | None

    @classmethod
    def derive(cls, key: str, chat_id: str) -> "VkSendKey":
        """Return the key of one part of an outbox row, which `OutboxRow.send_key` names, in a chat.

        Rows that release 0.1.0 has queued name no time. They keep its 31 bits, since it may have sent them already.
        """
        digest = hashlib.sha256(f"{key}\n{chat_id}".encode()).digest()
        seconds, dot, _ = key.partition(".")
        if dot:
            random_id, since = int.from_bytes(digest[:4], signed=True), datetime.fromtimestamp(int(seconds, 16), UTC)
        else:
            random_id, since = int.from_bytes(digest[:4]) >> 1, None
        return cls(random_id or 1, digest.hex()[:32], since)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """VK's numbers of a sent message: in the community (0 in a conversation of several people), in its conversation."""

    message_id: int
    conversation_message_id: int


class SwallowedMessageCheck:
    """Recognition of messages that VK did not send, because their ``random_id`` was that of an earlier one.

    The number of a new message is greater than all that VK has given before, so that one more call is needed only for
    the first message after the start, and for a repetition.
    """

    def __init__(self, client: VkClient) -> None:
        self._client = client
        self._newest: dict[int, int] = {}  # the greatest number seen, by scope

    def newest(self, peer_id: int) -> int | None:
        """Return the greatest number known before a send."""
        return self._newest.get(_scope(peer_id))

    async def is_swallowed(
        self, peer_id: int, sent: SentMessage, key: VkSendKey, text: str, newest_before: int | None
    ) -> bool:
        """Return whether VK has named another message instead of sending *text*."""
        scope = _scope(peer_id)
        number = sent.conversation_message_id if scope else sent.message_id
        is_new = newest_before is not None and number > newest_before
        swallowed = not is_new and await self._is_other_message(peer_id, sent.conversation_message_id, key, text)
        self._newest[scope] = max(number, self._newest.get(scope, 0))
        return swallowed

    async def _is_other_message(self, peer_id: int, number: int, key: VkSendKey, text: str) -> bool:
        """Return whether message *number* is older than the key and has another text."""
        if key.since is None:
            return False
        try:
            answer = await self._client.call(
                "messages.getByConversationMessageId", peer_id=peer_id, conversation_message_ids=number
            )
        except Rejected:  # it cannot be read, and is not to be sent twice
            return False
        found = list_objects(answer, "items") if isinstance(answer, dict) else []
        if not found:  # somebody has deleted it
            return False
        sent_at = find_int(found[0], "date")
        is_older = sent_at is not None and sent_at < (key.since - CLOCK_TOLERANCE).timestamp()
        return is_older and (find_text(found[0], "text") or "").split() != text.split()


def _scope(peer_id: int) -> int:
    """Return which messages VK numbers together: those of a conversation of several people, or all private ones."""
    return peer_id if peer_id > GROUP_PEER_OFFSET else 0
