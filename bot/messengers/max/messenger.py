"""The MAX messenger: one bot, both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from bot.domain.clock import Clock
from bot.messengers.base import BaseWebhookMessenger
from bot.messengers.content import Content, Text
from bot.messengers.errors import (
    CallbackExpired,
    MessageGone,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Chat, ChatKind, Event, Upload
from bot.messengers.json_reader import find_text, object_or_empty
from bot.messengers.max import chats, parsing, rendering, webhook
from bot.messengers.max.chat_titles import ChatTitleLoader
from bot.messengers.max.chats import ACCOUNT
from bot.messengers.max.check import check
from bot.messengers.max.client import CALLS_PER_SECOND, POLL_CALLS_PER_SECOND, MaxClient, MaxTimeouts
from bot.messengers.max.errors import MaxOperation
from bot.messengers.max.media import AttachmentRequest, MaxMediaTransfer, attachment_requests
from bot.messengers.max.polling import MaxLongPoll
from bot.messengers.max.publication_check import check_published
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
from bot.messengers.text_fitting import ELLIPSIS, Spans, clean_spans, clean_text

_CALLBACK_TEXT_LIMIT = 200  # characters: a line at the edge of the screen
_CACHE_SIZE = 2000

_WRITABLE_KINDS = frozenset({ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL})
CAPABILITIES = Capabilities(
    text_limit=rendering.TEXT_LIMIT,
    buttons_per_row=rendering.BUTTONS_PER_ROW,
    button_rows=rendering.BUTTON_ROWS,
    can_answer_in=_WRITABLE_KINDS,
    # dev.max.ru: edits in dialogs for 7 days, with buttons always; in groups always; of comments for 26 hours
    can_edit_in=_WRITABLE_KINDS,
    idempotent=False,
    # dev.max.ru: 30 calls a second in all, uploads and polls among them; 2 messages a second into one chat
    rate_limits=SendRateLimits(Rate(CALLS_PER_SECOND - POLL_CALLS_PER_SECOND), private=(Rate(2),), group=(Rate(2),)),
    checks_per_call=4,
    copy_button_limit=rendering.COPY_TEXT_LIMIT,
)


@dataclass(frozen=True, slots=True)
class _MessageExtras:
    """The media and the reply target of a sent message; an edit must repeat them."""

    media: tuple[AttachmentRequest, ...] = ()
    reply_to: str | None = None


class MaxMessenger(BaseWebhookMessenger):
    """One bot. *chats* are the monitored ones, id and title; *webhook_url* is the address for pushed updates, if any.

    MAX has one list of commands for all users, while the bot's differ from person to person, so none are set.
    """

    SECRET_HEADER = webhook.SECRET_HEADER

    def __init__(
        self,
        token: str,
        api_base: str,
        chats: Sequence[tuple[int, str]],
        clock: Clock,
        *,
        webhook_url: str | None = None,
        timeouts: MaxTimeouts | None = None,
        proxy: str | None = None,
    ) -> None:
        super().__init__(ACCOUNT, "MAX", CAPABILITIES)
        self._client = MaxClient(token, api_base, timeouts or MaxTimeouts(), proxy)
        self._webhook_url = webhook_url
        self._chats = tuple(chats)
        self._long_poll = MaxLongPoll(self._client, clock, [chat_id for chat_id, _ in chats])
        self._titles = ChatTitleLoader(self._client, frozenset(str(chat_id) for chat_id, _ in chats))
        self._media = MaxMediaTransfer(self._client)
        self._extras_by_message = LRUCache[str, _MessageExtras](_CACHE_SIZE)
        self._answered_callbacks = LRUCache[str, None](_CACHE_SIZE)

    # In

    def set_cursor(self, cursor: str | None) -> None:
        self._long_poll.set_cursor(cursor)

    async def fetch(self) -> Batch:
        return await self._long_poll.fetch()

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        return await self._long_poll.fetch_missed(since)

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return parsing.raw_update(dict(payload))

    async def subscribe(self, url: str, secret: str) -> None:
        await webhook.subscribe_only(self._client, url, secret)

    async def fetch_backlog(self) -> Batch:
        return Batch(await self._long_poll.fetch_backlog(), None)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return parsing.parse_update(payload)

    async def enrich(self, event: Event) -> Event:
        """Add the title of a chat that is not monitored."""
        return await self._titles.add_title(event)

    async def download(self, attachment: Attachment) -> Upload:
        return await self._media.download(attachment)

    # Out

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return rendering.split_content(content, kind)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. MAX has nothing like *key*: a repeated send is shown twice."""
        chat = target.chat
        if chat.kind not in CAPABILITIES.can_answer_in:
            raise Rejected(f"MAX: the bot does not write in {chat.kind}", RejectReason.NO_RIGHTS)
        if target.reply_to is not None and not chats.is_mid(target.reply_to):
            raise ReplyTargetGone("MAX: the message has no id there")
        if chat.kind is ChatKind.WALL:
            return await self._send_comment(target, part, silent=silent)
        private = chat.kind is ChatKind.PRIVATE
        attached = await self._media.prepare(part.media)
        spans = rendering.with_fallback_lines(clean_spans(part.spans), attached.fallback_lines)
        body = _message_body(spans, [*attached.requests, *_keyboard_attachments(part)], target.reply_to)
        answer = await self._client.call(
            "POST",
            "/messages",
            MaxOperation("sendMessage", private, target.reply_to is not None),
            query={"user_id" if private else "chat_id": chats.require_id(chat.id), "disable_link_preview": "true"},
            body=body | {"notify": not silent},
        )
        message = object_or_empty(answer, "message")
        mid = _message_id(message)
        self._cache_extras(mid, _MessageExtras(attached.requests, target.reply_to))
        return Sent((mid,), find_text(message, "url") or chats.message_link(mid))

    async def _send_comment(self, target: Target, part: Content, *, silent: bool) -> Sent:
        answer = await self._client.call(
            "POST",
            f"/messages/{chats.post_id_of(target.chat)}/comments",
            MaxOperation("createComment", replying=target.reply_to is not None),
            body=_message_body(clean_spans(part.spans), None, target.reply_to) | {"notify": not silent},
        )
        return Sent((_message_id(object_or_empty(answer, "message")),), chats.message_link(target.chat.id))

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change text and buttons and keep the attachments. MAX never says that nothing changed."""
        if part.media and not part.spans and not part.keyboard:
            return  # a message with only a file has nothing to change
        if not chats.is_mid(message_id):
            raise MessageGone("MAX: not a message id")
        spans = rendering.truncate(part.spans) or (Text(ELLIPSIS),)
        if chat.kind is ChatKind.WALL:
            path, query, operation = (
                f"/messages/{chats.post_id_of(chat)}/comments",
                {"comment_id": message_id},
                MaxOperation("editComment"),
            )
            body = _message_body(spans, None, None)
        else:
            extras = await self._load_extras(message_id)
            path, query, operation = "/messages", {"message_id": message_id}, MaxOperation("editMessage")
            body = _message_body(spans, [*extras.media, *_keyboard_attachments(part)], extras.reply_to)
        await self._client.call("PUT", path, operation, query=query, body=body)

    async def _load_extras(self, mid: str) -> _MessageExtras:
        known = self._extras_by_message.get(mid)
        if known is not None:
            return known
        message = await self._client.call("GET", f"/messages/{mid}", MaxOperation("editMessage"))
        linked = object_or_empty(message, "link")
        reply_to = find_text(object_or_empty(linked, "message"), "mid") if linked.get("type") == "reply" else None
        found = _MessageExtras(attachment_requests(object_or_empty(message, "body")), reply_to)
        self._cache_extras(mid, found)
        return found

    def _cache_extras(self, mid: str, extras: _MessageExtras) -> None:
        self._extras_by_message[mid] = extras

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        return await check_published(self._client, published)

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """Show a line at the edge of the screen. MAX has no window to close, so *alert* looks the same, and no spinner
        that must be stopped when there is no text."""
        if callback_id in self._answered_callbacks:
            raise CallbackExpired("MAX: answered already")
        line = clean_text(text or "").strip()
        if line:
            line = line if len(line) <= _CALLBACK_TEXT_LIMIT else line[: _CALLBACK_TEXT_LIMIT - 1].rstrip() + ELLIPSIS
            query = {"callback_id": callback_id}
            await self._client.call(
                "POST", "/answers", MaxOperation("answerOnCallback"), query=query, body={"notification": line}
            )
        self._answered_callbacks[callback_id] = None

    async def check(self) -> Sequence[Finding]:
        return await check(self._client, self._chats, self._webhook_url)

    async def close(self) -> None:
        await self._client.close()


def _message_body(spans: Spans, attachments: list[AttachmentRequest] | None, reply_to: str | None) -> dict[str, Any]:
    if not rendering.is_visible(spans) and not any(one["type"] != "inline_keyboard" for one in attachments or ()):
        spans = (Text(ELLIPSIS),)  # MAX takes no message without visible content
    return {
        "text": rendering.render_html(spans),
        "format": "html",
        "attachments": attachments,
        "link": None if reply_to is None else {"type": "reply", "mid": reply_to},
    }


def _keyboard_attachments(part: Content) -> list[AttachmentRequest]:
    made = rendering.render_keyboard(part.keyboard)
    return [] if made is None else [made]


def _message_id(message: Mapping[str, Any]) -> str:
    mid = find_text(object_or_empty(message, "body"), "mid")
    if mid is None:
        raise TemporaryFailure("MAX: sent, but the answer names no message", outcome_unknown=True)
    return mid
