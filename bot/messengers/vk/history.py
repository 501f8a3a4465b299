"""After a gap in the long poll: conversations that wait for us, read back from history as updates."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.domain.clock import Clock
from bot.messengers.base import RawUpdate
from bot.messengers.errors import MessengerError
from bot.messengers.vk.client import API_VERSION, VkClient
from bot.messengers.vk.reading import raw_update

LOOK_BACK = timedelta(days=3)  # what is older has been seen by a person or is not waiting for a machine any more
MOST_CONVERSATIONS = 200  # messages.getConversations gives no more at once
MOST_MESSAGES = 100  # of one conversation


async def missed_messages(client: VkClient, group_id: int, clock: Clock) -> Sequence[RawUpdate]:
    """Incoming messages of unread and unanswered conversations, oldest first; nothing when VK does not answer.

    Comments cannot be read back: a community's key may not list them (``wall.getComments`` is for people's keys).
    """
    oldest = (clock.now() - LOOK_BACK).timestamp()
    found: list[tuple[tuple[int, int, int], RawUpdate]] = []
    try:
        for peer_id, count in (await _waiting(client)).items():
            history = await client.call("messages.getHistory", peer_id=peer_id, count=count)
            for message in _dicts(history):
                date, cmid = message.get("date"), message.get("conversation_message_id")
                if message.get("out") == 0 and isinstance(date, int) and isinstance(cmid, int) and date >= oldest:
                    found.append(((date, peer_id, cmid), _as_update(group_id, peer_id, message)))
    except MessengerError:
        pass  # what was found before the refusal is still good
    return [update for _, update in sorted(found, key=lambda pair: pair[0])]


async def _waiting(client: VkClient) -> dict[int, int]:
    """Peers with something for us, and how many of their messages to read."""
    peers: dict[int, int] = {}
    for chosen in ("unread", "unanswered"):
        answer = await client.call("messages.getConversations", filter=chosen, count=MOST_CONVERSATIONS)
        for item in _dicts(answer):
            conversation = item.get("conversation")
            peer = conversation.get("peer") if isinstance(conversation, dict) else None
            if isinstance(conversation, dict) and isinstance(peer, dict) and isinstance(peer.get("id"), int):
                unread = conversation.get("unread_count")
                count = unread if isinstance(unread, int) else 1
                peers[peer["id"]] = min(max(count, peers.get(peer["id"], 1)), MOST_MESSAGES)
    return peers


def _dicts(answer: Any) -> list[dict[str, Any]]:
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
