"""Recovery after a gap in the long poll: waiting conversations are read from history as updates."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot.messengers.errors import Rejected
from bot.messengers.port import RawUpdate
from bot.messengers.vk.client import API_VERSION, VkClient
from bot.messengers.vk.parsing import raw_update

MAX_RECOVERY_AGE = timedelta(days=3)  # a person has seen older messages by now
CONVERSATIONS_PER_PAGE = 200  # messages.getConversations returns no more per call
MAX_PAGES = 10
MESSAGES_PER_CONVERSATION = 100  # of one conversation


async def fetch_missed_messages(client: VkClient, group_id: int, since: datetime) -> Sequence[RawUpdate]:
    """Return incoming messages since *since* of unread and unanswered conversations, oldest first.

    Raise if VK does not answer now; leave out conversations that the bot's key may not read.

    Comments cannot be read back: a community's key may not list them (``wall.getComments`` is for people's keys).
    """
    oldest = int(since.timestamp())
    found: list[tuple[tuple[int, int, int], RawUpdate]] = []
    for peer_id in await _list_waiting_peers(client):
        with suppress(Rejected):
            history = await client.call("messages.getHistory", peer_id=peer_id, count=MESSAGES_PER_CONVERSATION)
            for message in _list_items(history):
                date, cmid = message.get("date"), message.get("conversation_message_id")
                if message.get("out") == 0 and isinstance(date, int) and isinstance(cmid, int) and date >= oldest:
                    found.append(((date, peer_id, cmid), _as_update(group_id, peer_id, message)))
    return [update for _, update in sorted(found, key=lambda pair: pair[0])]


async def _list_waiting_peers(client: VkClient) -> list[int]:
    """Return peers with unread or unanswered messages; a person may have read them, so the unread count says little."""
    peers: dict[int, None] = {}
    for chosen in ("unread", "unanswered"):
        with suppress(Rejected):  # a key without the right to messages: the self-check says so
            for page in range(MAX_PAGES):
                answer = await client.call(
                    "messages.getConversations",
                    filter=chosen,
                    count=CONVERSATIONS_PER_PAGE,
                    offset=page * CONVERSATIONS_PER_PAGE or None,
                )
                items = _list_items(answer)
                peers.update(dict.fromkeys(peer for item in items if (peer := _peer_id(item)) is not None))
                if len(items) < CONVERSATIONS_PER_PAGE:
                    break
    return list(peers)


def _peer_id(item: dict[str, Any]) -> int | None:
    conversation = item.get("conversation")
    peer = conversation.get("peer") if isinstance(conversation, dict) else None
    number = peer.get("id") if isinstance(peer, dict) else None
    return number if isinstance(number, int) else None


def _list_items(answer: Any) -> list[dict[str, Any]]:
    items = answer.get("items") if isinstance(answer, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _as_update(group_id: int, peer_id: int, message: dict[str, Any]) -> RawUpdate:
    return raw_update(
        {
            "type": "message_new",
            "group_id": group_id,
            "event_id": f"history:{peer_id}:{message.get('conversation_message_id')}",
            "v": API_VERSION,
            "object": {"message": message},
        }
    )
