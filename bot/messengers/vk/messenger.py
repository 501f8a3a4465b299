"""The VK messenger: one community, both directions."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.clock import Clock
from bot.messengers import text_fitting
from bot.messengers.content import Content
from bot.messengers.errors import MessageGone, PressExpired, Rejected, RejectReason, TemporaryFailure
from bot.messengers.events import (
    Attachment,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatKind,
    Event,
    MessageEdited,
    MessagePosted,
    Upload,
)
from bot.messengers.port import Batch, Capabilities, Command, Finding, Limits, Placed, RawUpdate, Seen, Sent, Target
from bot.messengers.rate_limits import Rate
from bot.messengers.vk.chats import POST, Places, Wall, comment_link, wall_of
from bot.messengers.vk.check import SelfCheck
from bot.messengers.vk.client import CALLS_PER_SECOND, FOR_LOOKUPS, OF_A_SERVICE_KEY, VkClient
from bot.messengers.vk.errors import refusal
from bot.messengers.vk.gap_recovery import LOOK_BACK, missed_messages
from bot.messengers.vk.media import Attached, MediaDesk
from bot.messengers.vk.parsing import events_of, raw_update
from bot.messengers.vk.parsing_messages import Press
from bot.messengers.vk.polling import LONG_AGO, LongPoll
from bot.messengers.vk.publication_check import Lookout
from bot.messengers.vk.rendering import (
    SNACKBAR_LIMIT,
    TEXT_LIMIT,
    is_visible,
    keyboard_of,
    length,
    parts_of,
    plain,
    shortened,
)
from bot.messengers.vk.transport import Timeouts
from bot.messengers.vk.user_names import Names
from bot.messengers.vk.webhook import Callback

MOST_REMEMBERED = 2000  # messages of ours whose attachments are known without asking

CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    caption_limit=TEXT_LIMIT,
    # VK draws up to 6 rows of 5, but no more than 10 buttons: 5 rows of 2 always fit.
    buttons_per_row=2,
    button_rows=5,
    answers_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL}),
    edits_in=frozenset({ChatKind.PRIVATE, ChatKind.GROUP}),
    idempotent=True,
    # More than 1,000 messages an hour to one person are a flood to VK (error 9, vk.com/faq11583).
    limits=Limits(Rate(CALLS_PER_SECOND - FOR_LOOKUPS), private=(Rate(900, 3600.0, burst=60),)),
    looks=12,  # an answer takes two of the 25 calls of an execute
)


class VkMessenger:
    """One community with its own key. See :class:`bot.messengers.port.Messenger` for what each method promises.

    *group_id* is the community's positive number, *api_base* the address before ``/method``. *webhook_url* is where VK
    brings updates, if it does; *confirmation* what it wants to read there, if an administrator has set that up by hand.
    *service_token*: an application's key, which may read what a community's may not: comments on walls.
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
        timeouts: Timeouts | None = None,
    ) -> None:
        self._group_id = group_id
        self._title = title
        self._clock = clock
        self._client = VkClient(token, api_base, timeouts or Timeouts())
        patience = timeouts or Timeouts()
        self._reader = VkClient(service_token, api_base, patience, OF_A_SERVICE_KEY) if service_token else None
        self._lookout = Lookout(self._client, self._reader)
        self._places = Places(self.account, group_id, title)
        self._long_poll = LongPoll(self._client, group_id)
        self._callback = Callback(self._client, group_id, webhook_url, confirmation)
        self._names = Names(self._client)
        self._media = MediaDesk(self._client, self.account, group_id)
        self._attached: OrderedDict[tuple[str, str], str] = OrderedDict()

    @property
    def account(self) -> str:
        return f"vk:{self._group_id}"

    @property
    def title(self) -> str:
        return f"VK «{self._title}»"

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    # -- what comes in

    def resume(self, cursor: str | None) -> None:
        self._long_poll.resume(cursor)

    async def fetch(self) -> Batch:
        return await self._long_poll.fetch()

    async def missed(self, since: datetime) -> Sequence[RawUpdate]:
        return await missed_messages(self._client, self._group_id, max(since, self._clock.now() - LOOK_BACK))

    @property
    def receipt(self) -> str:
        return "ok"

    def is_ours(self, payload: Mapping[str, Any]) -> bool:
        return payload.get("group_id") == self._group_id

    def shown_secret(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        return str(payload.get("secret", ""))

    async def greeting(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return await self._callback.greeting(payload, trusted=trusted)

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        return raw_update({name: value for name, value in payload.items() if name != "secret"})

    async def subscribe(self, url: str, secret: str) -> None:
        await self._callback.connect(url, secret)

    async def left_over(self) -> Batch:
        """VK tells nobody how long it comes again, so unread and unanswered conversations are read back, unless this is
        the very first start. A long poll that comes back later starts from long ago, that is with a gap."""
        missed = await self.missed(self._clock.now() - LOOK_BACK) if self._long_poll.has_place else ()
        return Batch(tuple(missed), LONG_AGO)

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        return events_of(self._places, payload)

    async def enrich(self, event: Event) -> Event:
        """Names: of the author, and of whoever the text was forwarded from."""
        if isinstance(event, MessageEdited):
            return MessageEdited(await self._with_names(event.message))
        if isinstance(event, MessagePosted):
            return await self._with_names(event)
        if isinstance(event, ButtonPressed) and event.author.name is None:
            return replace(event, author=replace(event.author, name=await self._names.name(int(event.author.id))))
        return event

    async def _with_names(self, message: MessagePosted) -> MessagePosted:
        author = message.author
        if author.name is None and author.kind is AuthorKind.PERSON:
            author = replace(author, name=await self._names.name(int(author.id)))
        source = message.forwarded_from
        if source is not None and source.startswith("id") and source[2:].isdigit():
            source = await self._names.name(int(source[2:])) or source
        return replace(message, author=author, forwarded_from=source)

    async def download(self, attachment: Attachment) -> Upload:
        return await self._media.download(attachment)

    # -- what goes out

    def parts(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return parts_of(content)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. VK has no silent messages. *key* must differ between the parts of one text."""
        wall = wall_of(target.chat)
        if target.chat.kind not in CAPABILITIES.answers_in:
            raise Rejected(f"VK: a community may not write in {target.chat.kind}", RejectReason.NO_RIGHTS)
        if (wall is None) is (target.chat.kind is ChatKind.WALL):
            raise Rejected("VK: not a place of this kind", RejectReason.BAD_REQUEST)
        digest = hashlib.sha256(f"{key}\n{target.chat.id}".encode()).digest()
        if wall is not None:
            return await self._comment(target, wall, part, digest.hex()[:32])
        return await self._write(target, part, int.from_bytes(digest[:4]) >> 1 or 1)

    async def _write(self, target: Target, part: Content, random_id: int) -> Sent:
        peer_id = int(target.chat.id)
        attached = await self._media.attach(part.media, peer_id)
        forward = None
        if target.reply_to is not None and target.reply_to.isdigit():
            place = {"peer_id": peer_id, "conversation_message_ids": [int(target.reply_to)], "is_reply": 1}
            forward = json.dumps(place)
        # «peer_ids» instead of «peer_id» makes VK tell the number within the conversation, which edits need.
        answer = await self._client.call(
            "messages.send",
            replying=forward is not None,
            peer_ids=peer_id,
            random_id=random_id,
            message=_text(part, attached),
            attachment=",".join(attached.names) or None,
            lat=attached.latitude,
            long=attached.longitude,
            keyboard=keyboard_of(part.keyboard),
            forward=forward,
            dont_parse_links=1,
            disable_mentions=1,
        )
        cmid = _sent_number(answer)
        self._remember(target.chat.id, cmid, ",".join(attached.names))
        return Sent((cmid,), self._places.talk_link(peer_id))

    async def _comment(self, target: Target, wall: Wall, part: Content, guid: str) -> Sent:
        attached = await self._media.attach(part.media, None)
        parent = target.reply_to if target.reply_to != POST else None
        answer = await self._client.call(
            "wall.createComment",
            replying=parent is not None,
            owner_id=wall.owner_id,
            post_id=wall.post_id,
            from_group=self._group_id,
            message=_text(part, attached),
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
        """Change words and buttons; what is attached stays as it was. VK never says that nothing changed."""
        if chat.kind not in CAPABILITIES.edits_in:
            # wall.editComment and its kin take people's keys only.
            raise Rejected(f"VK: a community may not edit in {chat.kind}", RejectReason.NO_RIGHTS)
        if not message_id.isdigit():
            raise MessageGone("VK: not a message's number")
        attachment = await self._attachment_of(chat, message_id)
        await self._client.call(
            "messages.edit",
            peer_id=int(chat.id),
            cmid=int(message_id),
            message=plain(text_fitting.cut(part.spans, TEXT_LIMIT, length)),
            attachment=attachment or None,
            keyboard=keyboard_of(part.keyboard),
            keep_forward_messages=1,
            dont_parse_links=1,
            disable_mentions=1,
        )

    async def _attachment_of(self, chat: Chat, message_id: str) -> str:
        """What the message carries: an edit without it would take it away."""
        known = self._attached.get((chat.id, message_id))
        if known is not None:
            return known
        answer = await self._client.call(
            "messages.getByConversationMessageId", peer_id=int(chat.id), conversation_message_ids=message_id
        )
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not items or not isinstance(items[0], dict):
            raise MessageGone("VK: no such message")
        names = [_attachment_name(thing) for thing in items[0].get("attachments") or () if isinstance(thing, dict)]
        found = ",".join(name for name in names if name)
        self._remember(chat.id, message_id, found)
        return found

    def _remember(self, chat_id: str, message_id: str, attachment: str) -> None:
        self._attached[(chat_id, message_id)] = attachment
        while len(self._attached) > MOST_REMEMBERED:
            self._attached.popitem(last=False)

    async def look(self, placed: Sequence[Placed]) -> Sequence[Seen]:
        return await self._lookout.look(placed)

    async def answer_press(self, press_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """A line at the bottom of the screen. VK has no window to close, so *alert* looks the same."""
        press = Press.unpacked(press_id)
        if press is None:
            raise PressExpired("VK: not a press of ours")
        line = {"type": "show_snackbar", "text": shortened(text, SNACKBAR_LIMIT)} if text else None
        await self._client.call(
            "messages.sendMessageEventAnswer",
            event_id=press.event_id,
            user_id=press.user_id,
            peer_id=press.peer_id,
            event_data=json.dumps(line, ensure_ascii=False) if line else None,
        )

    async def show_commands(self, chat: Chat, commands: Sequence[Command]) -> None:
        """VK has no command menu."""

    def invitation(self, code: str) -> str | None:
        """dev.vk.com, «Ссылки на сообщения сообщества»: ``ref`` comes with the person's first message."""
        return f"https://vk.me/club{self._group_id}?ref={code}"

    async def may_write(self, user_id: str) -> bool | None:
        """dev.vk.com, ``messages.isMessagesFromGroupAllowed``: a community can not write first."""
        answer = await self._client.call(
            "messages.isMessagesFromGroupAllowed", group_id=self._group_id, user_id=int(user_id)
        )
        return bool(answer.get("is_allowed")) if isinstance(answer, dict) else None

    async def check(self) -> Sequence[Finding]:
        return await SelfCheck(self._client, self._group_id, self.title, self._callback).run()

    async def close(self) -> None:
        await self._client.close()
        if self._reader is not None:
            await self._reader.close()


def _text(part: Content, attached: Attached) -> str:
    """The words, and below them what could not be attached, as far as there is room.

    VK takes no message without anything to see, so where there is nothing at all, «…» stands for it.
    """
    text = plain(text_fitting.clean(part.spans))
    for note in attached.notes:
        longer = f"{text}\n{note}" if text else note
        if len(longer) <= TEXT_LIMIT:
            text = longer
    something = attached.names or attached.latitude is not None or is_visible(text)
    return text if something else text_fitting.ELLIPSIS


def _sent_number(answer: Any) -> str:
    """The new message's number in its conversation, from what ``messages.send`` answers to ``peer_ids``."""
    item = answer[0] if isinstance(answer, list) and answer else None
    if not isinstance(item, dict):
        raise TemporaryFailure("VK: no number of the message in the answer", outcome_unknown=True)
    error = item.get("error")
    if isinstance(error, dict) and isinstance(error.get("code"), int):
        raise refusal(error["code"], "messages.send", str(error.get("description", "")))
    if not isinstance(item.get("conversation_message_id"), int):
        raise TemporaryFailure("VK: no number of the message in the answer", outcome_unknown=True)
    return str(item["conversation_message_id"])


def _attachment_name(thing: Mapping[str, Any]) -> str | None:
    kind = thing.get("type")
    shown = thing.get(kind) if isinstance(kind, str) else None
    if not isinstance(shown, dict) or "id" not in shown or "owner_id" not in shown:
        return None
    key = f"_{shown['access_key']}" if shown.get("access_key") else ""
    return f"{kind}{shown['owner_id']}_{shown['id']}{key}"
