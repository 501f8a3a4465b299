"""A Telegram bot as one of the house's messengers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMyCommands,
    DeleteWebhook,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    GetFile,
    GetUpdates,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeChat, LinkPreviewOptions, ReplyParameters

from bot.messengers.content import Content, Text
from bot.messengers.errors import (
    ChatMigrated,
    FileUnavailable,
    MalformedUpdate,
    MessageGone,
    NotModified,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Chat, ChatKind, Event, Upload
from bot.messengers.json_reader import get_int, get_object
from bot.messengers.port import (
    Batch,
    Capabilities,
    CheckResult,
    Finding,
    MenuCommand,
    PublishedAnswer,
    RawUpdate,
    SendRateLimits,
    Sent,
    Target,
    Visibility,
)
from bot.messengers.rate_limits import Rate
from bot.messengers.telegram import parsing, rendering
from bot.messengers.telegram.check import check
from bot.messengers.telegram.client import DOWNLOAD_LIMIT, TelegramClient
from bot.messengers.telegram.errors import NoTextToEdit, WebhookActive
from bot.messengers.telegram.media import build_media_method, file_id
from bot.messengers.text_fitting import ELLIPSIS, clean_spans, total_length, truncate, utf16_units

ACCOUNT = "telegram"

REQUEST_TIMEOUT_SECONDS = 30
"""How long a call may take: Telegram itself takes seconds for a large album."""

_MAX_UPDATES_PER_POLL = 100
_UPLOAD_EXTRA_SECONDS = 90  # seconds more
_CALLBACK_TEXT_LIMIT = 200  # characters
_WRITABLE_KINDS = frozenset({ChatKind.PRIVATE, ChatKind.GROUP})
_PER_CHAT_RATE = Rate(1, burst=5)
_CAPABILITIES = Capabilities(
    text_limit=rendering.TEXT_LIMIT,
    caption_limit=rendering.CAPTION_LIMIT,
    buttons_per_row=rendering.BUTTONS_PER_ROW,
    button_rows=rendering.BUTTON_ROWS,
    can_answer_in=_WRITABLE_KINDS,
    can_edit_in=_WRITABLE_KINDS,
    idempotent=False,
    # core.telegram.org/bots/faq: 30 a second in all, one a second in a chat with short bursts, 20 a minute in a group.
    # Its developers: edits and messages share the limits (tdlib/td, issues 2592 and 3034), the answer to a press has
    # none (tdlib/telegram-bot-api, issue 648).
    rate_limits=SendRateLimits(
        Rate(30), private=(_PER_CHAT_RATE,), group=(_PER_CHAT_RATE, Rate(20, 60.0)), count_album_items=True
    ),
    checks_per_call=2,
    copy_button_limit=rendering.COPY_TEXT_LIMIT,
)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramMessenger:
    """One bot. *chats* are the monitored ones, id and title: only the self-check needs them.

    *poll_timeout* is how long the server holds a poll that has nothing to tell, *request_timeout* how long any other
    call may take, both in seconds.
    """

    def __init__(
        self,
        token: str,
        api_base: str = "https://api.telegram.org",
        chats: Sequence[tuple[int, str]] = (),
        *,
        poll_timeout: int = 25,
        request_timeout: int = REQUEST_TIMEOUT_SECONDS,
    ) -> None:
        self._client = TelegramClient(token, api_base, request_timeout)
        self._chats = tuple(chats)
        self._poll_timeout = poll_timeout
        self._offset: int | None = None

    @property
    def account(self) -> str:
        return ACCOUNT

    @property
    def title(self) -> str:
        return "Telegram"

    @property
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    # In

    def set_cursor(self, cursor: str | None) -> None:
        """Begin without an offset: the server tells everything that was not confirmed, also what an earlier poll
        brought and nobody could store. A stored offset may be of an older count of updates, which starts anew after a
        quiet week."""
        self._offset = None

    async def fetch(self) -> Batch:
        """Ask for updates; the first call names no offset, each later one confirms what the one before brought."""
        ask = GetUpdates(
            offset=self._offset,
            limit=_MAX_UPDATES_PER_POLL,
            timeout=self._poll_timeout,
            allowed_updates=list(parsing.ALLOWED_UPDATES),
        )
        try:
            answer = await self._client(ask, more_time=self._poll_timeout)
        except WebhookActive:
            await self._client(DeleteWebhook())  # nothing that waits is lost
            answer = await self._client(ask, more_time=self._poll_timeout)
        if not isinstance(answer, list):
            raise TemporaryFailure("getUpdates: not a list")
        updates = tuple(_raw_update(one) for one in answer if isinstance(one, dict))
        known = [int(one.key) for one in updates if one.key.isdecimal()]
        if known:
            self._offset = max(known) + 1
        return Batch(updates, None if self._offset is None else str(self._offset))

    @property
    def ack_body(self) -> str:
        return ""

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        return True

    def secret_of(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        return headers.get("X-Telegram-Bot-Api-Secret-Token", "")

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return None

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return _raw_update(dict(payload))

    async def subscribe(self, url: str, secret: str) -> None:
        await self._client(SetWebhook(url=url, secret_token=secret, allowed_updates=list(parsing.ALLOWED_UPDATES)))

    async def fetch_backlog(self) -> Batch:
        """Nothing: what nobody has confirmed is brought."""
        return Batch((), None)

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        """Nothing: bots cannot read history, and the server keeps updates for a day."""
        return ()

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return parsing.parse_update(payload, ACCOUNT)

    async def enrich(self, event: Event) -> Event:
        return event

    # Out

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return rendering.split_content(content, ACCOUNT)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. Telegram has nothing like *key*: what is repeated is shown twice."""
        text, entities = rendering.render_text(clean_spans(part.spans))
        common: dict[str, Any] = {"chat_id": _chat_id(target.chat), **_placement_fields(target)}
        if silent:
            common["disable_notification"] = True
        if len(part.media) < 2 and (buttons := rendering.render_keyboard(part.keyboard)):
            common["reply_markup"] = buttons
        method: TelegramMethod[Any]
        if part.media:
            method = build_media_method(part.media, text, entities, common)
        else:
            method = SendMessage(text=text, entities=entities, link_preview_options=_NO_PREVIEW, **common)
        uploads = any(isinstance(item, Upload) for item in part.media)
        answer = await self._client(
            method, private=_is_private(target.chat), more_time=_UPLOAD_EXTRA_SECONDS if uploads else 0
        )
        return _parse_sent(answer)

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change words and buttons; a message's file stays as it was."""
        if part.media and not part.spans and not part.keyboard:
            return  # a file alone, and some (a place, a sticker) have nothing that could be changed
        try:
            if not part.media:
                await self._edit_text(chat, message_id, part)
                return
        except NoTextToEdit:
            pass  # it was sent as words under a file
        await self._edit_caption(chat, message_id, part)

    async def _edit_text(self, chat: Chat, message_id: str, part: Content) -> None:
        text, entities = rendering.render_text(
            truncate(part.spans, rendering.TEXT_LIMIT, utf16_units) or (Text(ELLIPSIS),)
        )
        method = EditMessageText(
            chat_id=_chat_id(chat),
            message_id=_parse_id(message_id),
            text=text,
            entities=entities,
            reply_markup=rendering.render_keyboard(part.keyboard),
            link_preview_options=_NO_PREVIEW,
        )
        await self._client(method, private=_is_private(chat))

    async def _edit_caption(self, chat: Chat, message_id: str, part: Content) -> None:
        if not part.whole and total_length(clean_spans(part.spans), utf16_units) > rendering.CAPTION_LIMIT:
            raise Rejected("too long to stand under a file", RejectReason.TOO_LONG)
        text, entities = rendering.render_text(truncate(part.spans, rendering.CAPTION_LIMIT, utf16_units))
        method = EditMessageCaption(
            chat_id=_chat_id(chat),
            message_id=_parse_id(message_id),
            caption=text,
            caption_entities=entities,
            reply_markup=rendering.render_keyboard(part.keyboard),
        )
        await self._client(method, private=_is_private(chat))

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        """The Bot API cannot read messages; but a change of nothing (no keyboard where there is none) is refused in one
        way where the message stands and in another where it does not. Only our own can be asked for like that."""
        return [await self._check_one(one) for one in published]

    async def _check_one(self, answer: PublishedAnswer) -> CheckResult:
        if not answer.sent_by_bot:
            return CheckResult(Visibility.UNKNOWN)
        for message_id in answer.ids:
            try:
                await self._client(
                    EditMessageReplyMarkup(chat_id=_chat_id(answer.chat), message_id=_parse_id(message_id)),
                    private=_is_private(answer.chat),
                )
            except NotModified:
                continue
            except MessageGone:
                return CheckResult(Visibility.GONE)
            except (Rejected, RecipientUnreachable, ChatMigrated):
                return CheckResult(Visibility.UNKNOWN)  # we were shown out, which says nothing of what we had written
        return CheckResult(Visibility.VISIBLE)

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        words = "".join(span.text for span in truncate((Text(text or ""),), _CALLBACK_TEXT_LIMIT, utf16_units))
        await self._client(
            AnswerCallbackQuery(callback_query_id=callback_id, text=words or None, show_alert=alert or None)
        )

    async def download(self, attachment: Attachment) -> Upload:
        if attachment.origin != ACCOUNT or not attachment.ref:
            raise FileUnavailable("not a file of this account")
        if (attachment.size or 0) > DOWNLOAD_LIMIT:
            raise FileUnavailable("larger than bots may download")
        answer = await self._client(GetFile(file_id=file_id(attachment)))
        path = answer.get("file_path") if isinstance(answer, dict) else None
        if not isinstance(path, str):
            raise FileUnavailable("no path to the file")
        data = await self._client.download(path)
        name = attachment.name or path.rpartition("/")[2]
        return Upload(attachment.kind, name, attachment.mime or "application/octet-stream", data)

    async def set_commands(self, chat: Chat, commands: Sequence[MenuCommand]) -> None:
        scope = BotCommandScopeChat(chat_id=_chat_id(chat))
        method: TelegramMethod[Any] = DeleteMyCommands(scope=scope)
        if commands:
            menu = [BotCommand(command=one.name, description=one.description) for one in commands]
            method = SetMyCommands(commands=menu, scope=scope)
        await self._client(method, private=_is_private(chat))

    def start_link(self, code: str) -> str | None:
        """Our name is known to Telegram alone, and may change there."""
        return None

    async def can_message(self, user_id: str) -> bool | None:
        """A bot can not write first. «Typing…» asks without saying anything."""
        try:
            await self._client(SendChatAction(chat_id=int(user_id), action="typing"), private=True)
        except (RecipientUnreachable, Rejected):
            return False
        return True

    async def check(self) -> Sequence[Finding]:
        return await check(self._client, self._chats)

    async def close(self) -> None:
        await self._client.close()


def _raw_update(update: dict[str, Any]) -> RawUpdate:
    number_ = update.get("update_id")
    if isinstance(number_, int):
        key = str(number_)
    else:  # the server never sends such a thing; but what cannot be named could not be set aside
        key = "odd-" + hashlib.sha256(json.dumps(update, sort_keys=True).encode()).hexdigest()
    return RawUpdate(key, parsing.conversation_key(update), update)


def _chat_id(chat: Chat) -> int:
    return _parse_id(chat.id)


def _parse_id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Rejected("not a number of Telegram's", RejectReason.BAD_REQUEST) from None


def _is_private(chat: Chat) -> bool:
    return chat.kind is ChatKind.PRIVATE


def _placement_fields(target: Target) -> dict[str, Any]:
    """Reply, topic or comments: where in the chat the message shall stand."""
    thread = target.chat.thread
    placed: dict[str, Any] = {}
    if thread.startswith(parsing.TOPIC_PREFIX):
        placed["message_thread_id"] = _parse_id(thread.removeprefix(parsing.TOPIC_PREFIX))
    if target.reply_to is not None:
        placed["reply_parameters"] = ReplyParameters(
            message_id=_parse_id(target.reply_to), allow_sending_without_reply=False
        )
    elif thread.isdecimal():  # comments hang under a message: so does an answer without an own message to reply to
        placed["reply_parameters"] = ReplyParameters(message_id=int(thread), allow_sending_without_reply=True)
    return placed


def _parse_sent(answer: Any) -> Sent:
    messages = answer if isinstance(answer, list) else [answer]
    try:
        ids = tuple(str(get_int(message, "message_id")) for message in messages)
        return Sent(ids, parsing.message_link(get_object(messages[0], "chat"), int(ids[0])))
    except (MalformedUpdate, AttributeError, IndexError):
        raise TemporaryFailure("sent, but the answer says not what", outcome_unknown=True) from None
