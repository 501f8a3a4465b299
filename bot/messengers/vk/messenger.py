"""The VK messenger: one community, both directions."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from bot.domain.clock import Clock
from bot.messengers import text_fitting
from bot.messengers.base import BaseWebhookMessenger
from bot.messengers.content import Content
from bot.messengers.errors import (
    CallbackExpired,
    MessageGone,
    MessengerError,
    Rejected,
    RejectReason,
    TemporaryFailure,
)
from bot.messengers.events import (
    Attachment,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatKind,
    Event,
    MediaKind,
    MessageEdited,
    MessagePosted,
    Upload,
)
from bot.messengers.json_reader import find_int, find_nonzero_int, object_or_empty
from bot.messengers.port import (
    Batch,
    Capabilities,
    CheckResult,
    Finding,
    PublishedAnswer,
    RawUpdate,
    SendRateLimits,
    Sent,
    Target,
)
from bot.messengers.rate_limits import Rate
from bot.messengers.vk.chats import POST_MESSAGE_ID, VkChats, WallPost, comment_link, wall_post_of
from bot.messengers.vk.check import CommunityCheck
from bot.messengers.vk.client import CALLS_PER_SECOND, LOOKUP_CALLS_PER_SECOND, SERVICE_KEY_RATE, VkClient
from bot.messengers.vk.errors import translate_error
from bot.messengers.vk.gap_recovery import MAX_RECOVERY_AGE, fetch_missed_messages
from bot.messengers.vk.media import VkMediaTransfer, VkPreparedMedia
from bot.messengers.vk.parsing import parse_update, raw_update
from bot.messengers.vk.parsing_messages import VkCallbackId, read_message
from bot.messengers.vk.polling import EXPIRED_TS, VkLongPoll
from bot.messengers.vk.publication_check import VkPublicationChecker
from bot.messengers.vk.rendering import (
    SNACKBAR_LIMIT,
    TEXT_LIMIT,
    is_visible,
    length,
    render_keyboard,
    render_text,
    split_content,
    truncate_label,
)
from bot.messengers.vk.send_keys import SentMessage, SwallowedMessageCheck, VkSendKey
from bot.messengers.vk.transport import VkTimeouts
from bot.messengers.vk.user_names import UserNameLoader
from bot.messengers.vk.webhook import VkWebhook

logger = logging.getLogger(__name__)

CROPPED_ATTACHMENTS = "часть вложений"
"""The name of attachments that VK left out of an update and did not give afterwards."""

ATTACHMENT_CACHE_SIZE = 2000  # sent messages whose attachments need no call
OWN_RANDOM_IDS = 20_000  # sent messages whose report needs no look into the database

CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    caption_limit=TEXT_LIMIT,
    # VK draws up to 6 rows of 5, but no more than 10 buttons: 5 rows of 2 always fit.
    buttons_per_row=2,
    button_rows=5,
    can_answer_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL}),
    can_edit_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP}),
    idempotent=True,
    # More than 1,000 messages an hour to one person are a flood to VK (error 9, vk.com/faq11583).
    rate_limits=SendRateLimits(
        Rate(CALLS_PER_SECOND - LOOKUP_CALLS_PER_SECOND), private=(Rate(900, 3600.0, burst=60),)
    ),
    checks_per_call=12,  # an answer takes two of the 25 calls of an execute
)


class VkMessenger(BaseWebhookMessenger):
    """One community with its own key. `bot.messengers.port.Messenger` says what each method promises.

    *group_id* is the community's positive number, *api_base* the address before ``/method``. *webhook_url* is the
    address that VK pushes updates to, if any; *confirmation* is the string that VK expects there, if an administrator
    has added the address by hand. *service_token*: an application's key, which may also read comments on walls.
    """

    def __init__(
        self,
        group_id: int,
        title: str,
        token: str,
        api_base: str,
        clock: Clock,
        *,
        webhook_url: str | None = None,
        confirmation: str | None = None,
        service_token: str | None = None,
        timeouts: VkTimeouts | None = None,
    ) -> None:
        super().__init__(f"vk:{group_id}", f"VK «{title}»", CAPABILITIES)
        self._group_id = group_id
        self._clock = clock
        self._client = VkClient(token, api_base, timeouts or VkTimeouts())
        limits = timeouts or VkTimeouts()
        self._service_client = VkClient(service_token, api_base, limits, SERVICE_KEY_RATE) if service_token else None
        self._publication_checker = VkPublicationChecker(self._client, self._service_client)
        self._chats = VkChats(self.account, group_id, title)
        self._long_poll = VkLongPoll(self._client, group_id)
        self._webhook = VkWebhook(self._client, group_id, webhook_url, confirmation)
        self._names = UserNameLoader(self._client)
        self._media = VkMediaTransfer(self._client, self.account, group_id)
        self._own_random_ids = LRUCache[int, bool](OWN_RANDOM_IDS)
        self._swallowed = SwallowedMessageCheck(self._client)
        self._attachments_by_message = LRUCache[tuple[str, str], str](ATTACHMENT_CACHE_SIZE)

    # In

    def set_cursor(self, cursor: str | None) -> None:
        self._long_poll.set_cursor(cursor)

    async def fetch(self) -> Batch:
        return await self._long_poll.fetch()

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        return await fetch_missed_messages(
            self._client, self._group_id, max(since, self._clock.now() - MAX_RECOVERY_AGE)
        )

    @property
    def ack_body(self) -> str:
        return "ok"

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        return payload.get("group_id") == self._group_id

    def header_secret(self, headers: Mapping[str, str]) -> str | None:
        return None

    def body_secret(self, payload: Mapping[str, Any]) -> str:
        return str(payload.get("secret", ""))

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return await self._webhook.handshake(payload, trusted=trusted)

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return raw_update({name: value for name, value in payload.items() if name != "secret"})

    async def subscribe(self, url: str, secret: str) -> None:
        await self._webhook.subscribe(url, secret)

    async def fetch_backlog(self) -> Batch:
        """Read unread and unanswered conversations back, except at the very first start: VK does not say how long it
        repeats updates. A later long poll starts from an expired cursor, that is with a gap."""
        missed = await self.fetch_missed(self._clock.now() - MAX_RECOVERY_AGE) if self._long_poll.has_cursor else ()
        return Batch(tuple(missed), EXPIRED_TS)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        if payload.get("type") == "message_reply":
            random_id = find_int(object_or_empty(payload, "object"), "random_id")
            if random_id is not None and random_id in self._own_random_ids:
                return ()
        return parse_update(self._chats, payload)

    async def enrich(self, event: Event) -> Event:
        """Add attachments that the update left out, and the names of its author and of a forwarded text's."""
        if isinstance(event, MessageEdited):
            return MessageEdited(await self._with_names(await self._whole(event.message)))
        if isinstance(event, MessagePosted):
            return await self._with_names(await self._whole(event))
        if isinstance(event, ButtonPressed) and event.author.name is None:
            return replace(event, author=replace(event.author, name=await self._names.find_name(int(event.author.id))))
        return event

    async def _whole(self, message: MessagePosted) -> MessagePosted:
        """Return a cropped message with all its attachments, or with a placeholder for those that VK does not give."""
        if not message.cropped:
            return message
        with suppress(MessengerError, TimeoutError, ValueError):
            async with asyncio.timeout(self._client.timeouts.lookup):
                item = await self._load_message(message.chat.id, message.message_id)
            found = read_message(self._chats, item)
            if not found.cropped:
                return replace(message, text=found.text, attachments=found.attachments, cropped=False)
        missing = Attachment(MediaKind.OTHER, self.account, name=CROPPED_ATTACHMENTS, link=message.link)
        return replace(message, attachments=(*message.attachments, missing))

    async def _with_names(self, message: MessagePosted) -> MessagePosted:
        author = message.author
        if author.name is None and author.kind is AuthorKind.PERSON:
            author = replace(author, name=await self._names.find_name(int(author.id)))
        source = message.forwarded_from
        if source is not None and source.startswith("id") and source[2:].isdigit():
            source = await self._names.find_name(int(source[2:])) or source
        return replace(message, author=author, forwarded_from=source)

    async def download(self, attachment: Attachment) -> Upload:
        return await self._media.download(attachment)

    # Out

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return split_content(content)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. VK has no silent messages. *key* must differ between the parts of one text."""
        wall = wall_post_of(target.chat)
        if target.chat.kind not in CAPABILITIES.can_answer_in:
            raise Rejected(f"VK: a community may not write in {target.chat.kind}", RejectReason.NO_RIGHTS)
        if (wall is None) is (target.chat.kind is ChatKind.WALL):
            raise Rejected("VK: not a place of this kind", RejectReason.BAD_REQUEST)
        send_key = VkSendKey.derive(key, target.chat.id)
        if wall is not None:
            return await self._send_comment(target, wall, part, send_key.guid)
        peer_id = int(target.chat.id)
        newest = self._swallowed.newest(peer_id)
        sent, text = await self._send_message(target, part, send_key)
        if await self._swallowed.is_swallowed(peer_id, sent, send_key, text, newest):
            logger.warning("VK took a new message for a repeated one", extra={"account": self.account})
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
        self._own_random_ids[key.random_id] = True  # before the call: VK may report the message before it answers
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
        if chat.kind not in CAPABILITIES.can_edit_in:
            # wall.editComment and similar methods accept only people's keys.
            raise Rejected(f"VK: a community may not edit in {chat.kind}", RejectReason.NO_RIGHTS)
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
        message = await self._load_message(chat.id, message_id)
        names = [_attachment_name(thing) for thing in message.get("attachments") or () if isinstance(thing, dict)]
        found = ",".join(name for name in names if name)
        self._cache_attachment(chat.id, message_id, found)
        return found

    async def _load_message(self, peer_id: str, message_id: str) -> Mapping[str, Any]:
        answer = await self._client.call(
            "messages.getByConversationMessageId", peer_id=int(peer_id), conversation_message_ids=message_id
        )
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not items or not isinstance(items[0], dict):
            raise MessageGone("VK: no such message")
        return items[0]

    def _cache_attachment(self, chat_id: str, message_id: str, attachment: str) -> None:
        self._attachments_by_message[(chat_id, message_id)] = attachment

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        return await self._publication_checker.check_published(published)

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """Show a line at the bottom of the screen. VK has no window to close, so *alert* looks the same."""
        press = VkCallbackId.unpack(callback_id)
        if press is None:
            raise CallbackExpired("VK: not a press of the bot's button")
        line = {"type": "show_snackbar", "text": truncate_label(text, SNACKBAR_LIMIT)} if text else None
        await self._client.call(
            "messages.sendMessageEventAnswer",
            event_id=press.event_id,
            user_id=press.user_id,
            peer_id=press.peer_id,
            event_data=json.dumps(line, ensure_ascii=False) if line else None,
        )

    def start_link(self, code: str) -> str | None:
        """Return a link; VK sends its ``ref`` with the first message (dev.vk.com, «Ссылки на сообщения сообщества»)."""
        return f"https://vk.me/club{self._group_id}?ref={code}"

    async def can_message(self, user_id: str) -> bool | None:
        """Ask VK (dev.vk.com, ``messages.isMessagesFromGroupAllowed``): a community cannot write first."""
        answer = await self._client.call(
            "messages.isMessagesFromGroupAllowed", group_id=self._group_id, user_id=int(user_id)
        )
        return bool(answer.get("is_allowed")) if isinstance(answer, dict) else None

    async def check(self) -> Sequence[Finding]:
        return await CommunityCheck(self._client, self._group_id, self.title, self._webhook).run()

    async def close(self) -> None:
        await self._client.close()
        if self._service_client is not None:
            await self._service_client.close()


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
