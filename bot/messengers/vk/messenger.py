"""The VK messenger: one community, both directions."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.clock import Clock
from bot.messengers.base import BaseWebhookMessenger
from bot.messengers.content import Content
from bot.messengers.errors import (
    CallbackExpired,
    MessengerError,
    Rejected,
    RejectReason,
)
from bot.messengers.events import (
    Attachment,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatKind,
    Event,
    Forwarded,
    MediaKind,
    MessageEdited,
    MessagePosted,
    Upload,
)
from bot.messengers.json_reader import find_int, object_or_empty
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
from bot.messengers.vk.chats import VkChats
from bot.messengers.vk.check import CommunityCheck
from bot.messengers.vk.client import CALLS_PER_SECOND, LOOKUP_CALLS_PER_SECOND, SERVICE_KEY_RATE, VkClient
from bot.messengers.vk.gap_recovery import MAX_RECOVERY_AGE, fetch_missed_messages
from bot.messengers.vk.media import VkMediaTransfer
from bot.messengers.vk.outgoing import VkSender
from bot.messengers.vk.parsing import parse_update, raw_update
from bot.messengers.vk.parsing_messages import VkCallbackId, read_message
from bot.messengers.vk.polling import EXPIRED_TS, VkLongPoll
from bot.messengers.vk.publication_check import VkPublicationChecker
from bot.messengers.vk.rendering import (
    SNACKBAR_LIMIT,
    TEXT_LIMIT,
    split_content,
    truncate_label,
)
from bot.messengers.vk.transport import VkTimeouts
from bot.messengers.vk.user_names import UserNameLoader
from bot.messengers.vk.webhook import VkWebhook

CROPPED_ATTACHMENTS = "часть вложений"
"""The name of attachments that VK left out of an update and did not give afterwards."""

CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    # VK draws up to 6 rows of 5, but no more than 10 buttons: 5 rows of 2 always fit.
    buttons_per_row=2,
    button_rows=5,
    can_answer_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL}),
    can_edit_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP}),
    edit_window=timedelta(hours=24),  # error 909 afterwards
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
        proxy: str | None = None,
    ) -> None:
        super().__init__(f"vk:{group_id}", f"VK «{title}»", CAPABILITIES)
        self._group_id = group_id
        self._clock = clock
        self._client = VkClient(token, api_base, timeouts or VkTimeouts(), proxy=proxy)
        limits = timeouts or VkTimeouts()
        self._service_client = (
            VkClient(service_token, api_base, limits, SERVICE_KEY_RATE, proxy) if service_token else None
        )
        self._publication_checker = VkPublicationChecker(self._client, self._service_client)
        self._chats = VkChats(self.account, group_id, title)
        self._long_poll = VkLongPoll(self._client, group_id)
        self._webhook = VkWebhook(self._client, group_id, webhook_url, confirmation)
        self._names = UserNameLoader(self._client)
        self._media = VkMediaTransfer(self._client, self.account, group_id)
        self._sender = VkSender(self._client, self._media, self._chats, group_id)

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
            if random_id is not None and random_id in self._sender.own_random_ids:
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
                item = await self._sender.load_message(message.chat.id, message.message_id)
            found = read_message(self._chats, item)
            if not found.cropped:
                return replace(
                    message, text=found.text, attachments=found.attachments, forwards=found.forwards, cropped=False
                )
        missing = Attachment(MediaKind.OTHER, self.account, name=CROPPED_ATTACHMENTS, link=message.link)
        return replace(message, attachments=(*message.attachments, missing))

    async def _with_names(self, message: MessagePosted) -> MessagePosted:
        author = message.author
        if author.name is None and author.kind in (AuthorKind.PERSON, AuthorKind.CHAT):
            author = replace(author, name=await self._names.find_name(int(author.id)))
        source = message.forwarded_from
        if source is not None and source.startswith("id") and source[2:].isdigit():
            source = await self._names.find_name(int(source[2:])) or source
        forwards = tuple([await self._with_name(one) for one in message.forwards])
        return replace(message, author=author, forwarded_from=source, forwards=forwards)

    async def _with_name(self, forwarded: Forwarded) -> Forwarded:
        if forwarded.author_id is None:
            return forwarded
        return replace(forwarded, author_name=await self._names.find_name(int(forwarded.author_id)))

    async def download(self, attachment: Attachment) -> Upload:
        return await self._media.download(attachment)

    # Out

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return split_content(content)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. VK has no silent messages. *key* must differ between the parts of one text."""
        if target.chat.kind not in CAPABILITIES.can_answer_in:
            raise Rejected(f"VK: a community may not write in {target.chat.kind}", RejectReason.NO_RIGHTS)
        return await self._sender.send(target, part, key)

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change text and buttons and keep the attachments. VK never says that nothing changed."""
        if chat.kind not in CAPABILITIES.can_edit_in:
            # wall.editComment and similar methods accept only people's keys.
            raise Rejected(f"VK: a community may not edit in {chat.kind}", RejectReason.NO_RIGHTS)
        await self._sender.edit(chat, message_id, part)

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
