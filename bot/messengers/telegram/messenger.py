"""The Telegram messenger: one bot, both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMyCommands,
    EditMessageCaption,
    EditMessageText,
    GetFile,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeChat, LinkPreviewOptions

from bot.messengers.base import BaseWebhookMessenger
from bot.messengers.content import Content, Text
from bot.messengers.errors import (
    FileUnavailable,
    MalformedUpdate,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Chat, ChatKind, Event, MessageEdited, MessagePosted, Upload
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
)
from bot.messengers.rate_limits import Rate
from bot.messengers.telegram import parsing, publication_check, rendering, webhook
from bot.messengers.telegram.chats import ACCOUNT, chat_id_of, is_private, message_link, parse_id, placement_fields
from bot.messengers.telegram.check import check
from bot.messengers.telegram.client import DOWNLOAD_LIMIT, TelegramClient
from bot.messengers.telegram.errors import NoTextToEdit, TopicGone
from bot.messengers.telegram.linked_channels import LinkedChannels
from bot.messengers.telegram.media import build_media_method, file_id
from bot.messengers.telegram.polling import TelegramLongPoll
from bot.messengers.text_fitting import ELLIPSIS, clean_spans, total_length, truncate, utf16_units

REQUEST_TIMEOUT_SECONDS = 30
"""The time limit of a call: Telegram itself takes seconds for a large album."""

_UPLOAD_EXTRA_SECONDS = 90  # on top of the above
_CALLBACK_TEXT_LIMIT = 200  # characters
_WRITABLE_KINDS = frozenset({ChatKind.PRIVATE, ChatKind.GROUP})
_PER_CHAT_RATE = Rate(1, burst=5)
CAPABILITIES = Capabilities(
    text_limit=rendering.TEXT_LIMIT,
    buttons_per_row=rendering.BUTTONS_PER_ROW,
    button_rows=rendering.BUTTON_ROWS,
    can_answer_in=_WRITABLE_KINDS,
    can_edit_in=_WRITABLE_KINDS,
    idempotent=False,
    # core.telegram.org/bots/faq: 30 a second in all, one a second in a chat with short bursts, 20 a minute in a group.
    # Its developers: edits and messages share the limits (tdlib/td, issues 2592 and 3034), answers to presses have
    # none (tdlib/telegram-bot-api, issue 648).
    rate_limits=SendRateLimits(
        Rate(30), private=(_PER_CHAT_RATE,), group=(_PER_CHAT_RATE, Rate(20, 60.0)), count_album_items=True
    ),
    checks_per_call=2,
    copy_button_limit=rendering.COPY_TEXT_LIMIT,
)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramMessenger(BaseWebhookMessenger):
    """One bot. *chats* are the monitored ones, id and title: only the self-check needs them.

    The server holds a poll without updates for *poll_timeout* seconds; any other call may take *request_timeout*
    seconds.
    """

    SECRET_HEADER = webhook.SECRET_HEADER

    def __init__(
        self,
        token: str,
        api_base: str = "https://api.telegram.org",
        chats: Sequence[tuple[int, str]] = (),
        *,
        poll_timeout: int = 25,
        request_timeout: int = REQUEST_TIMEOUT_SECONDS,
        proxy: str | None = None,
    ) -> None:
        super().__init__(ACCOUNT, "Telegram", CAPABILITIES)
        self._client = TelegramClient(token, api_base, request_timeout, proxy)
        self._long_poll = TelegramLongPoll(self._client, poll_timeout)
        self._linked_channels = LinkedChannels(self._client)
        self._chats = tuple(chats)

    # In

    def set_cursor(self, cursor: str | None) -> None:
        self._long_poll.set_cursor(cursor)

    async def fetch(self) -> Batch:
        return await self._long_poll.fetch()

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return parsing.raw_update(dict(payload))

    async def subscribe(self, url: str, secret: str) -> None:
        await webhook.subscribe(self._client, url, secret)

    async def fetch_backlog(self) -> Batch:
        """Return nothing: the webhook brings everything that was not confirmed."""
        return Batch((), None)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return parsing.parse_update(payload, ACCOUNT)

    async def enrich(self, event: Event) -> Event:
        """Mark what the owners of a channel write in its discussion group in the channel's name."""
        if isinstance(event, MessageEdited):
            return MessageEdited(await self._with_owner(event.message))
        return await self._with_owner(event) if isinstance(event, MessagePosted) else event

    async def _with_owner(self, message: MessagePosted) -> MessagePosted:
        if not await self._linked_channels.is_written_by_owner(message):
            return message
        return replace(message, author=replace(message.author, owns_chat=True))

    # Out

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return rendering.split_content(content, ACCOUNT)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. Telegram has nothing like *key*: a repeated send is shown twice."""
        text, entities = rendering.render_text(clean_spans(part.spans))
        common: dict[str, Any] = {"chat_id": chat_id_of(target.chat), **placement_fields(target)}
        if silent:
            common["disable_notification"] = True
        if len(part.media) < 2 and (buttons := rendering.render_keyboard(part.keyboard)):
            common["reply_markup"] = buttons
        method: TelegramMethod[Any]
        if part.media:
            method = build_media_method(part.media, text, entities, common)
        else:
            method = SendMessage(text=text, entities=entities, link_preview_options=_NO_PREVIEW, **common)
        more_time = _UPLOAD_EXTRA_SECONDS if any(isinstance(item, Upload) for item in part.media) else 0
        try:
            answer = await self._client(method, private=is_private(target.chat), more_time=more_time)
        except TopicGone:
            if "message_thread_id" not in common:
                raise
            # The words must reach people all the same: without a topic they appear in the group itself.
            method = method.model_copy(update={"message_thread_id": None})
            answer = await self._client(method, private=is_private(target.chat), more_time=more_time)
        return _parse_sent(answer)

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change text and buttons; a message's file stays as it was."""
        if part.media and not part.spans and not part.keyboard:
            return  # a message with only a file; some (a location, a sticker) have nothing to change
        try:
            if not part.media:
                await self._edit_text(chat, message_id, part)
                return
        except NoTextToEdit:
            pass  # it was sent as a caption
        await self._edit_caption(chat, message_id, part)

    async def _edit_text(self, chat: Chat, message_id: str, part: Content) -> None:
        text, entities = rendering.render_text(
            truncate(part.spans, rendering.TEXT_LIMIT, utf16_units) or (Text(ELLIPSIS),)
        )
        method = EditMessageText(
            chat_id=chat_id_of(chat),
            message_id=parse_id(message_id),
            text=text,
            entities=entities,
            reply_markup=rendering.render_keyboard(part.keyboard),
            link_preview_options=_NO_PREVIEW,
        )
        await self._client(method, private=is_private(chat))

    async def _edit_caption(self, chat: Chat, message_id: str, part: Content) -> None:
        if not part.whole and total_length(clean_spans(part.spans), utf16_units) > rendering.CAPTION_LIMIT:
            raise Rejected("too long for a caption", RejectReason.TOO_LONG)
        text, entities = rendering.render_text(truncate(part.spans, rendering.CAPTION_LIMIT, utf16_units))
        method = EditMessageCaption(
            chat_id=chat_id_of(chat),
            message_id=parse_id(message_id),
            caption=text,
            caption_entities=entities,
            reply_markup=rendering.render_keyboard(part.keyboard),
        )
        await self._client(method, private=is_private(chat))

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        return await publication_check.check_published(self._client, published)

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
        scope = BotCommandScopeChat(chat_id=chat_id_of(chat))
        method: TelegramMethod[Any] = DeleteMyCommands(scope=scope)
        if commands:
            menu = [BotCommand(command=one.name, description=one.description) for one in commands]
            method = SetMyCommands(commands=menu, scope=scope)
        await self._client(method, private=is_private(chat))

    async def can_message(self, user_id: str) -> bool | None:
        """Try with «typing…», which sends no message: a bot cannot write first."""
        try:
            await self._client(SendChatAction(chat_id=int(user_id), action="typing"), private=True)
        except (RecipientUnreachable, Rejected):
            return False
        return True

    async def check(self) -> Sequence[Finding]:
        return await check(self._client, self._chats)

    async def close(self) -> None:
        await self._client.close()


def _parse_sent(answer: Any) -> Sent:
    messages = answer if isinstance(answer, list) else [answer]
    try:
        ids = tuple(str(get_int(message, "message_id")) for message in messages)
        return Sent(ids, message_link(get_object(messages[0], "chat"), int(ids[0])))
    except (MalformedUpdate, AttributeError, IndexError):
        raise TemporaryFailure("sent, but the answer names no message", outcome_unknown=True) from None
