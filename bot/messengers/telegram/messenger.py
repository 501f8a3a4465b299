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
from bot.messengers.port import (
    Batch,
    Capabilities,
    Command,
    Finding,
    Limits,
    Placed,
    RawUpdate,
    Seen,
    Sent,
    Standing,
    Target,
)
from bot.messengers.rate_limits import Rate
from bot.messengers.telegram import parsing, rendering
from bot.messengers.telegram.check import check
from bot.messengers.telegram.client import DOWNLOAD_LIMIT, Client
from bot.messengers.telegram.errors import NoTextToEdit, WebhookLeft
from bot.messengers.telegram.media import file_id, media_method
from bot.messengers.telegram.raw import number, obj
from bot.messengers.text_fitting import ELLIPSIS, clean, cut, total, utf16_units

ACCOUNT = "telegram"

REQUEST_SECONDS = 30
"""How long a call may take: Telegram itself takes seconds for a large album."""

_BATCH = 100
_TIME_FOR_UPLOADS = 90  # seconds more
_PRESS_ANSWER = 200  # characters
_OWN = frozenset({ChatKind.PRIVATE, ChatKind.GROUP})
_A_CHAT = Rate(1, burst=5)
_CAPABILITIES = Capabilities(
    text_limit=rendering.TEXT_LIMIT,
    caption_limit=rendering.CAPTION_LIMIT,
    buttons_per_row=rendering.BUTTONS_PER_ROW,
    button_rows=rendering.BUTTON_ROWS,
    answers_in=_OWN,
    edits_in=_OWN,
    idempotent=False,
    # core.telegram.org/bots/faq: 30 a second in all, one a second in a chat with short bursts, 20 a minute in a group.
    # Its developers: edits and messages share the limits (tdlib/td, issues 2592 and 3034), the answer to a press has
    # none (tdlib/telegram-bot-api, issue 648).
    limits=Limits(Rate(30), private=(_A_CHAT,), group=(_A_CHAT, Rate(20, 60.0)), albums=True),
    looks=2,
    copies=rendering.COPIES,
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
        request_timeout: int = REQUEST_SECONDS,
    ) -> None:
        self._client = Client(token, api_base, request_timeout)
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

    def resume(self, cursor: str | None) -> None:
        """Begin without an offset: the server tells everything that was not confirmed, also what an earlier poll
        brought and nobody could store. A stored offset may be of an older count of updates, which starts anew after a
        quiet week."""
        self._offset = None

    async def fetch(self) -> Batch:
        """Ask for updates; the first call names no offset, each later one confirms what the one before brought."""
        ask = GetUpdates(
            offset=self._offset,
            limit=_BATCH,
            timeout=self._poll_timeout,
            allowed_updates=list(parsing.WANTED),
        )
        try:
            answer = await self._client(ask, more_time=self._poll_timeout)
        except WebhookLeft:
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
    def receipt(self) -> str:
        return ""

    def is_ours(self, payload: Mapping[str, Any]) -> bool:
        return True

    def shown_secret(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        return headers.get("X-Telegram-Bot-Api-Secret-Token", "")

    async def greeting(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return None

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return _raw_update(dict(payload))

    async def subscribe(self, url: str, secret: str) -> None:
        await self._client(SetWebhook(url=url, secret_token=secret, allowed_updates=list(parsing.WANTED)))

    async def left_over(self) -> Batch:
        """Nothing: what nobody has confirmed is brought."""
        return Batch((), None)

    async def missed(self, since: datetime) -> Sequence[RawUpdate]:
        """Nothing: bots cannot read history, and the server keeps updates for a day."""
        return ()

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return parsing.events(payload, ACCOUNT)

    async def enrich(self, event: Event) -> Event:
        return event

    # Out

    def parts(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return rendering.parts(content, ACCOUNT)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. Telegram has nothing like *key*: what is repeated is shown twice."""
        text, entities = rendering.marked_up(clean(part.spans))
        common: dict[str, Any] = {"chat_id": _chat_id(target.chat), **_placed(target)}
        if silent:
            common["disable_notification"] = True
        if len(part.media) < 2 and (buttons := rendering.keyboard(part.keyboard)):
            common["reply_markup"] = buttons
        method: TelegramMethod[Any]
        if part.media:
            method = media_method(part.media, text, entities, common)
        else:
            method = SendMessage(text=text, entities=entities, link_preview_options=_NO_PREVIEW, **common)
        uploads = any(isinstance(item, Upload) for item in part.media)
        answer = await self._client(
            method, private=_is_private(target.chat), more_time=_TIME_FOR_UPLOADS if uploads else 0
        )
        return _sent(answer)

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
        text, entities = rendering.marked_up(cut(part.spans, rendering.TEXT_LIMIT, utf16_units) or (Text(ELLIPSIS),))
        method = EditMessageText(
            chat_id=_chat_id(chat),
            message_id=_number(message_id),
            text=text,
            entities=entities,
            reply_markup=rendering.keyboard(part.keyboard),
            link_preview_options=_NO_PREVIEW,
        )
        await self._client(method, private=_is_private(chat))

    async def _edit_caption(self, chat: Chat, message_id: str, part: Content) -> None:
        if not part.whole and total(clean(part.spans), utf16_units) > rendering.CAPTION_LIMIT:
            raise Rejected("too long to stand under a file", RejectReason.TOO_LONG)
        text, entities = rendering.marked_up(cut(part.spans, rendering.CAPTION_LIMIT, utf16_units))
        method = EditMessageCaption(
            chat_id=_chat_id(chat),
            message_id=_number(message_id),
            caption=text,
            caption_entities=entities,
            reply_markup=rendering.keyboard(part.keyboard),
        )
        await self._client(method, private=_is_private(chat))

    async def look(self, placed: Sequence[Placed]) -> Sequence[Seen]:
        """The Bot API cannot read messages; but a change of nothing (no keyboard where there is none) is refused in one
        way where the message stands and in another where it does not. Only our own can be asked for like that."""
        return [await self._look(one) for one in placed]

    async def _look(self, placed: Placed) -> Seen:
        if not placed.ours:
            return Seen(Standing.UNKNOWN)
        for message_id in placed.ids:
            try:
                await self._client(
                    EditMessageReplyMarkup(chat_id=_chat_id(placed.chat), message_id=_number(message_id)),
                    private=_is_private(placed.chat),
                )
            except NotModified:
                continue
            except MessageGone:
                return Seen(Standing.GONE)
            except (Rejected, RecipientUnreachable, ChatMigrated):
                return Seen(Standing.UNKNOWN)  # we were shown out, which says nothing of what we had written
        return Seen(Standing.STANDS)

    async def answer_press(self, press_id: str, text: str | None = None, *, alert: bool = False) -> None:
        words = "".join(span.text for span in cut((Text(text or ""),), _PRESS_ANSWER, utf16_units))
        await self._client(
            AnswerCallbackQuery(callback_query_id=press_id, text=words or None, show_alert=alert or None)
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

    async def show_commands(self, chat: Chat, commands: Sequence[Command]) -> None:
        scope = BotCommandScopeChat(chat_id=_chat_id(chat))
        method: TelegramMethod[Any] = DeleteMyCommands(scope=scope)
        if commands:
            menu = [BotCommand(command=one.name, description=one.description) for one in commands]
            method = SetMyCommands(commands=menu, scope=scope)
        await self._client(method, private=_is_private(chat))

    def invitation(self, code: str) -> str | None:
        """Our name is known to Telegram alone, and may change there."""
        return None

    async def may_write(self, user_id: str) -> bool | None:
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
    return RawUpdate(key, parsing.conversation(update), update)


def _chat_id(chat: Chat) -> int:
    return _number(chat.id)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Rejected("not a number of Telegram's", RejectReason.BAD_REQUEST) from None


def _is_private(chat: Chat) -> bool:
    return chat.kind is ChatKind.PRIVATE


def _placed(target: Target) -> dict[str, Any]:
    """Reply, topic or comments: where in the chat the message shall stand."""
    thread = target.chat.thread
    placed: dict[str, Any] = {}
    if thread.startswith(parsing.TOPIC):
        placed["message_thread_id"] = _number(thread.removeprefix(parsing.TOPIC))
    if target.reply_to is not None:
        placed["reply_parameters"] = ReplyParameters(
            message_id=_number(target.reply_to), allow_sending_without_reply=False
        )
    elif thread.isdecimal():  # comments hang under a message: so does an answer without an own message to reply to
        placed["reply_parameters"] = ReplyParameters(message_id=int(thread), allow_sending_without_reply=True)
    return placed


def _sent(answer: Any) -> Sent:
    messages = answer if isinstance(answer, list) else [answer]
    try:
        ids = tuple(str(number(message, "message_id")) for message in messages)
        return Sent(ids, parsing.link(obj(messages[0], "chat"), int(ids[0])))
    except (MalformedUpdate, AttributeError, IndexError):
        raise TemporaryFailure("sent, but the answer says not what", outcome_unknown=True) from None
