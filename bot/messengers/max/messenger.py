"""A MAX bot as one of the house's messengers."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.clock import Clock
from bot.messengers.content import Content, Text
from bot.messengers.errors import (
    MalformedUpdate,
    MessageGone,
    PressExpired,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Chat, ChatKind, Event, Upload
from bot.messengers.max import chats, parsing, rendering, webhook
from bot.messengers.max.chat_titles import Titles
from bot.messengers.max.check import check
from bot.messengers.max.client import CALLS_PER_SECOND, FOR_POLLS, Client, Timeouts
from bot.messengers.max.errors import Asked
from bot.messengers.max.media import MediaDesk, Request, carried
from bot.messengers.max.polling import LongPoll
from bot.messengers.max.raw import may_obj, may_words
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
from bot.messengers.text_fitting import ELLIPSIS, Spans, clean, cleaned

_PRESS_ANSWER = 200  # characters: a line at the edge of the screen
_MOST_REMEMBERED = 2000

_OWN = frozenset({ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL})
CAPABILITIES = Capabilities(
    text_limit=rendering.TEXT_LIMIT,
    caption_limit=rendering.TEXT_LIMIT,
    buttons_per_row=rendering.BUTTONS_PER_ROW,
    button_rows=rendering.BUTTON_ROWS,
    answers_in=_OWN,
    # dev.max.ru: dialogs for 7 days, with buttons always; groups always; comments for 26 hours
    edits_in=_OWN,
    idempotent=False,
    # dev.max.ru: 30 calls a second in all, uploads and polls among them; 2 messages a second into one chat
    limits=Limits(Rate(CALLS_PER_SECOND - FOR_POLLS), private=(Rate(2),), group=(Rate(2),)),
    looks=4,
    copies=rendering.COPIES,
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a message of ours carries beside words and buttons; an edit must name it again."""

    media: tuple[Request, ...] = ()
    reply_to: str | None = None


class MaxMessenger:
    """One bot. *chats* are the monitored ones, id and title; *webhook_url* where MAX brings updates, if it does. See
    :class:`bot.messengers.port.Messenger`."""

    def __init__(
        self,
        token: str,
        api_base: str,
        chats: Sequence[tuple[int, str]],
        clock: Clock,
        *,
        webhook_url: str | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._client = Client(token, api_base, timeouts or Timeouts())
        self._webhook_url = webhook_url
        self._chats = tuple(chats)
        self._long_poll = LongPoll(self._client, clock, [chat_id for chat_id, _ in chats])
        self._titles = Titles(self._client, frozenset(str(chat_id) for chat_id, _ in chats))
        self._media = MediaDesk(self._client)
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    @property
    def account(self) -> str:
        return chats.ACCOUNT

    @property
    def title(self) -> str:
        return "MAX"

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    # In

    def resume(self, cursor: str | None) -> None:
        self._long_poll.resume(cursor)

    async def fetch(self) -> Batch:
        return await self._long_poll.fetch()

    async def missed(self, since: datetime) -> Sequence[RawUpdate]:
        return await self._long_poll.missed(since)

    @property
    def receipt(self) -> str:
        return ""

    def is_ours(self, payload: Mapping[str, Any]) -> bool:
        return True

    def shown_secret(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        return headers.get("X-Max-Bot-Api-Secret", "")

    async def greeting(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return None

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return parsing.raw_update(dict(payload))

    async def subscribe(self, url: str, secret: str) -> None:
        await webhook.only(self._client, url, secret)

    async def left_over(self) -> Batch:
        return Batch(await self._long_poll.left_over(), None)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return parsing.events(payload)

    async def enrich(self, event: Event) -> Event:
        """The title of a chat that is not monitored."""
        return await self._titles.put(event)

    async def download(self, attachment: Attachment) -> Upload:
        return await self._media.download(attachment)

    # Out

    def parts(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return rendering.parts(content, kind)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. MAX has nothing like *key*: what is repeated is shown twice."""
        chat = target.chat
        if chat.kind not in CAPABILITIES.answers_in:
            raise Rejected(f"MAX: nothing is written in {chat.kind}", RejectReason.NO_RIGHTS)
        if target.reply_to is not None and not chats.is_mid(target.reply_to):
            raise ReplyTargetGone("MAX: the message has no number there")
        if chat.kind is ChatKind.WALL:
            return await self._comment(target, part, silent=silent)
        private = chat.kind is ChatKind.PRIVATE
        attached = await self._media.attach(part.media)
        spans = rendering.with_notes(clean(part.spans), attached.notes)
        body = _body(spans, [*attached.requests, *_keyboard(part)], target.reply_to)
        answer = await self._client.call(
            "POST",
            "/messages",
            Asked("sendMessage", private, target.reply_to is not None),
            query={"user_id" if private else "chat_id": _number(chat.id), "disable_link_preview": "true"},
            body=body | {"notify": not silent},
        )
        message = may_obj(answer, "message")
        mid = _mid(message)
        self._remember(mid, _Shown(attached.requests, target.reply_to))
        return Sent((mid,), may_words(message, "url") or chats.link(mid))

    async def _comment(self, target: Target, part: Content, *, silent: bool) -> Sent:
        answer = await self._client.call(
            "POST",
            f"/messages/{_post(target.chat)}/comments",
            Asked("createComment", replying=target.reply_to is not None),
            body=_body(clean(part.spans), None, target.reply_to) | {"notify": not silent},
        )
        return Sent((_mid(may_obj(answer, "message")),), chats.link(target.chat.id))

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change words and buttons; what is attached stays. MAX never says that nothing changed."""
        if part.media and not part.spans and not part.keyboard:
            return  # a file alone has nothing that could be changed
        if not chats.is_mid(message_id):
            raise MessageGone("MAX: not a message's number")
        spans = rendering.cut(part.spans) or (Text(ELLIPSIS),)
        if chat.kind is ChatKind.WALL:
            path, query, asked = f"/messages/{_post(chat)}/comments", {"comment_id": message_id}, Asked("editComment")
            body = _body(spans, None, None)
        else:
            shown = await self._shown_with(message_id)
            path, query, asked = "/messages", {"message_id": message_id}, Asked("editMessage")
            body = _body(spans, [*shown.media, *_keyboard(part)], shown.reply_to)
        answer = await self._client.call("PUT", path, asked, query=query, body=body)
        if answer.get("success") is False:
            raise MessageGone("MAX: may not be edited any more")

    async def _shown_with(self, mid: str) -> _Shown:
        known = self._shown.get(mid)
        if known is not None:
            return known
        message = await self._client.call("GET", f"/messages/{mid}", Asked("editMessage"))
        linked = may_obj(message, "link")
        reply_to = may_words(may_obj(linked, "message"), "mid") if linked.get("type") == "reply" else None
        found = _Shown(carried(may_obj(message, "body")), reply_to)
        self._remember(mid, found)
        return found

    def _remember(self, mid: str, shown: _Shown) -> None:
        self._shown[mid] = shown
        while len(self._shown) > _MOST_REMEMBERED:
            self._shown.popitem(last=False)

    async def look(self, placed: Sequence[Placed]) -> Sequence[Seen]:
        return [await self._look(one) for one in placed]

    async def _look(self, placed: Placed) -> Seen:
        """A message that is not there is answered 404, and so is one in a place that we may not look at any more."""
        for mid in placed.ids:
            try:
                await self._read(placed.chat, mid)
            except MessageGone:
                there = placed.chat.kind is ChatKind.PRIVATE or await self._is_member(placed.chat)
                return Seen(Standing.GONE if there else Standing.UNKNOWN)
            except (Rejected, RecipientUnreachable):
                return Seen(Standing.UNKNOWN)
        question = None
        if placed.question is not None and chats.is_mid(placed.question):
            with suppress(MessageGone, Rejected, RecipientUnreachable, MalformedUpdate):
                question = parsing.text_of(await self._read(placed.chat, placed.question))
        return Seen(Standing.STANDS, question)

    async def _read(self, chat: Chat, mid: str) -> Mapping[str, Any]:
        if not chats.is_mid(mid):
            raise MessageGone("MAX: not a message's number")
        path = f"/messages/{_post(chat)}/comments/{mid}" if chat.kind is ChatKind.WALL else f"/messages/{mid}"
        return await self._client.call("GET", path, Asked("getMessageById"))

    async def _is_member(self, chat: Chat) -> bool:
        try:
            answer = await self._client.call("GET", f"/chats/{chat.root}", Asked("getChat"))
        except Rejected:
            return False
        return may_words(answer, "status") in (None, "active")

    async def answer_press(self, press_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """A line at the edge of the screen. MAX has no window to close, so *alert* looks the same, and no spinner that
        would have to be stopped without a word."""
        if press_id in self._answered:
            raise PressExpired("MAX: answered already")
        words = cleaned(text or "").strip()
        if words:
            words = words if len(words) <= _PRESS_ANSWER else words[: _PRESS_ANSWER - 1].rstrip() + ELLIPSIS
            query = {"callback_id": press_id}
            await self._client.call(
                "POST", "/answers", Asked("answerOnCallback"), query=query, body={"notification": words}
            )
        self._answered[press_id] = None
        while len(self._answered) > _MOST_REMEMBERED:
            self._answered.popitem(last=False)

    async def show_commands(self, chat: Chat, commands: Sequence[Command]) -> None:
        """Nothing: MAX has one list of commands for all who talk to the bot, and ours differ from person to person."""

    def invitation(self, code: str) -> str | None:
        """Our name is known to MAX alone, and may change there."""
        return None

    async def may_write(self, user_id: str) -> bool | None:
        """MAX lists no dialogs to bots: only a message would tell."""
        return None

    async def check(self) -> Sequence[Finding]:
        return await check(self._client, self._chats, self._webhook_url)

    async def close(self) -> None:
        await self._client.close()


def _body(spans: Spans, attachments: list[Request] | None, reply_to: str | None) -> dict[str, Any]:
    if not rendering.is_visible(spans) and not any(one["type"] != "inline_keyboard" for one in attachments or ()):
        spans = (Text(ELLIPSIS),)  # MAX takes no message without anything to see
    return {
        "text": rendering.html(spans),
        "format": "html",
        "attachments": attachments,
        "link": None if reply_to is None else {"type": "reply", "mid": reply_to},
    }


def _keyboard(part: Content) -> list[Request]:
    made = rendering.keyboard(part.keyboard)
    return [] if made is None else [made]


def _number(text: str) -> str:
    if not text.removeprefix("-").isdecimal():
        raise Rejected("MAX: not a number of a chat or a person", RejectReason.BAD_REQUEST)
    return text


def _post(chat: Chat) -> str:
    if not chats.is_mid(chat.id):
        raise Rejected("MAX: not a post's number", RejectReason.BAD_REQUEST)
    return chat.id


def _mid(message: Mapping[str, Any]) -> str:
    mid = may_words(may_obj(message, "body"), "mid")
    if mid is None:
        raise TemporaryFailure("MAX: sent, but the answer says not what", outcome_unknown=True)
    return mid
