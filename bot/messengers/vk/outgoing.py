"""Sending and editing of a community's messages and comments."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache

from bot.messengers import text_fitting
from bot.messengers.content import Content
from bot.messengers.errors import MessageGone, Rejected, RejectReason, TemporaryFailure
from bot.messengers.events import Chat, ChatKind
from bot.messengers.json_reader import find_nonzero_int
from bot.messengers.port import Sent, Target
from bot.messengers.vk.chats import POST_MESSAGE_ID, VkChats, WallPost, comment_link, wall_post_of
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.errors import translate_error
from bot.messengers.vk.media import VkMediaTransfer, VkPreparedMedia
from bot.messengers.vk.rendering import TEXT_LIMIT, is_visible, length, render_keyboard, render_text
from bot.messengers.vk.send_keys import SentMessage, SwallowedMessageCheck, VkSendKey

logger = logging.getLogger(__name__)

ATTACHMENT_CACHE_SIZE = 2000  # sent messages whose attachments need no call
OWN_RANDOM_IDS = 20_000  # sent messages whose report needs no look into the database


class VkSender:
    """The outgoing side of one community."""

    def __init__(self, client: VkClient, media: VkMediaTransfer, chats: VkChats, group_id: int) -> None:
        self._client = client
        self._media = media
        self._chats = chats
        self._group_id = group_id
        self._swallowed = SwallowedMessageCheck(client)
        self._attachments_by_message = LRUCache[tuple[str, str], str](ATTACHMENT_CACHE_SIZE)
        self.own_random_ids = LRUCache[int, bool](OWN_RANDOM_IDS)
        """The keys of the messages sent by this process, as VK reports them back."""

    async def send(self, target: Target, part: Content, key: str) -> Sent:
        """Send one part. *key* must differ between the parts of one text."""
        wall = wall_post_of(target.chat)
        if (wall is None) is (target.chat.kind is ChatKind.WALL):
            raise Rejected("VK: not a place of this kind", RejectReason.BAD_REQUEST)
        send_key = VkSendKey.derive(key, target.chat.id)
        if wall is not None:
            return await self._send_comment(target, wall, part, send_key.guid)
        peer_id = int(target.chat.id)
        newest = self._swallowed.newest(peer_id)
        sent, text = await self._send_message(target, part, send_key)
        if await self._swallowed.is_swallowed(peer_id, sent, send_key, text, newest):
            logger.warning("VK took a new message for a repeated one", extra={"account": self._chats.account})
            sent, _ = await self._send_message(target, part, VkSendKey.derive(f"{key}:again", target.chat.id))
        return Sent((str(sent.conversation_message_id),), self._chats.conversation_link(peer_id))

    async def _send_message(self, target: Target, part: Content, key: VkSendKey) -> tuple[SentMessage, str]:
        """Send one part; return its numbers and its text as VK got it."""
        peer_id = int(target.chat.id)
        attached = await self._media.prepare(part.media, peer_id)
        forward = None
        if target.reply_to is not None and target.reply_to.isdigit():
            place = {"peer_id": peer_id, "conversation_message_ids": [int(target.reply_to)], "is_reply": 1}
            forward = json.dumps(place)
        text = _message_text(part, attached)
        self.own_random_ids[key.random_id] = True  # before the call: VK may report the message before it answers
        # «peer_ids» instead of «peer_id» makes VK return the number within the conversation, which edits need.
        answer = await self._client.call(
            "messages.send",
            replying=forward is not None,
            peer_ids=peer_id,
            random_id=key.random_id,
            message=text,
            attachment=",".join(attached.names) or None,
            lat=attached.latitude,
            long=attached.longitude,
            keyboard=render_keyboard(part.keyboard),
            forward=forward,
            dont_parse_links=1,
            disable_mentions=1,
        )
        sent = _parse_sent_message(answer)
        self._cache_attachment(target.chat.id, str(sent.conversation_message_id), ",".join(attached.names))
        return sent, text

    async def _send_comment(self, target: Target, wall: WallPost, part: Content, guid: str) -> Sent:
        attached = await self._media.prepare(part.media, None)
        parent = target.reply_to if target.reply_to != POST_MESSAGE_ID else None
        answer = await self._client.call(
            "wall.createComment",
            replying=parent is not None,
            owner_id=wall.owner_id,
            post_id=wall.post_id,
            from_group=self._group_id,
            message=_message_text(part, attached),
            reply_to_comment=parent,
            attachments=",".join(attached.names) or None,
            guid=guid,
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("comment_id"), int):
            raise TemporaryFailure("VK: no number of the comment in the answer", outcome_unknown=True)
        stack = answer.get("parents_stack")
        thread = stack[0] if isinstance(stack, list) and stack and isinstance(stack[0], int) else None
        return Sent((str(answer["comment_id"]),), comment_link(target.chat.id, answer["comment_id"], thread))

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change text and buttons and keep the attachments. VK never says that nothing changed."""
        if not message_id.isdigit():
            raise MessageGone("VK: not a message's number")
        attachment = await self._load_attachment(chat, message_id)
        await self._client.call(
            "messages.edit",
            peer_id=int(chat.id),
            cmid=int(message_id),
            message=render_text(text_fitting.truncate(part.spans, TEXT_LIMIT, length)),
            attachment=attachment or None,
            keyboard=render_keyboard(part.keyboard),
            keep_forward_messages=1,
            dont_parse_links=1,
            disable_mentions=1,
        )

    async def _load_attachment(self, chat: Chat, message_id: str) -> str:
        """Return the message's attachments: an edit without them would remove them."""
        known = self._attachments_by_message.get((chat.id, message_id))
        if known is not None:
            return known
        message = await self.load_message(chat.id, message_id)
        names = [_attachment_name(thing) for thing in message.get("attachments") or () if isinstance(thing, dict)]
        found = ",".join(name for name in names if name)
        self._cache_attachment(chat.id, message_id, found)
        return found

    async def load_message(self, peer_id: str, message_id: str) -> Mapping[str, Any]:
        """Return the message as VK has it; raise :class:`MessageGone` if there is none."""
        answer = await self._client.call(
            "messages.getByConversationMessageId", peer_id=int(peer_id), conversation_message_ids=message_id
        )
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not items or not isinstance(items[0], dict):
            raise MessageGone("VK: no such message")
        return items[0]

    def _cache_attachment(self, chat_id: str, message_id: str, attachment: str) -> None:
        self._attachments_by_message[(chat_id, message_id)] = attachment


def _message_text(part: Content, attached: VkPreparedMedia) -> str:
    """Return the text, and below it lines for what could not be attached, as far as there is room.

    VK takes no message without visible content, so an empty one becomes «…».
    """
    text = render_text(text_fitting.clean_spans(part.spans))
    for note in attached.fallback_lines:
        longer = f"{text}\n{note}" if text else note
        if len(longer) <= TEXT_LIMIT:
            text = longer
    something = attached.names or attached.latitude is not None or is_visible(text)
    return text if something else text_fitting.ELLIPSIS


def _parse_sent_message(answer: Any) -> SentMessage:
    """Return the message's numbers from the answer of ``messages.send`` to ``peer_ids``."""
    item = answer[0] if isinstance(answer, list) and answer else None
    if not isinstance(item, dict):
        raise TemporaryFailure("VK: no number of the message in the answer", outcome_unknown=True)
    error = item.get("error")
    if isinstance(error, dict) and isinstance(error.get("code"), int):
        raise translate_error(error["code"], "messages.send", str(error.get("description", "")))
    if not isinstance(item.get("conversation_message_id"), int):
        raise TemporaryFailure("VK: no number of the message in the answer", outcome_unknown=True)
    return SentMessage(find_nonzero_int(item, "message_id") or 0, item["conversation_message_id"])


def _attachment_name(thing: Mapping[str, Any]) -> str | None:
    kind = thing.get("type")
    shown = thing.get(kind) if isinstance(kind, str) else None
    if not isinstance(shown, dict) or "id" not in shown or "owner_id" not in shown:
        return None
    key = f"_{shown['access_key']}" if shown.get("access_key") else ""
    return f"{kind}{shown['owner_id']}_{shown['id']}{key}"
