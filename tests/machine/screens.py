"""The messengers' screens of people, and their acts there: read, press, write."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.views.callback_codes import CallbackData, unpack
from sandbox.vk.messages import EDIT_WINDOW
from sandbox.vk.state import Message as VkMessage
from tests.e2e.harness import COMMUNITY, GROUP, SECOND_GROUP, message_text
from tests.machine.town import CITIZENS, HOUSE, CentreTown

Toast = Callable[[], str | None]
"""The words that answered a press; ``None`` while there are none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot as its readers see it now. ``buttons``: pairs of label and code.

    ``is_final``: the messenger lets nobody change it any more.
    """

    id: Any
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    reply_to: Any = None
    is_final: bool = False

    @property
    def presses(self) -> list[CallbackData]:
        return [press for _, code in self.buttons if (press := unpack(code)) is not None]


@dataclass(frozen=True, slots=True)
class Phone:
    """The private chat of one account with the bot."""

    town: CentreTown = field(repr=False, compare=False)
    messenger: str
    user_id: int

    def __str__(self) -> str:
        return f"{self.messenger}:{self.user_id}"

    @property
    def account(self) -> str:
        """The bot's account in this messenger."""
        return f"vk:{COMMUNITY}" if self.messenger == "vk" else self.messenger

    def messages(self) -> list[Seen]:
        """List the bot's messages, the oldest first."""
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            return [_of_telegram(one) for one in sandbox.telegram.from_bot(self.user_id)]
        if self.messenger == "vk":
            found = [one for one in sandbox.vk.messages(COMMUNITY, self.user_id) if one.out]
            return [_of_vk(one, self.town.clock.now()) for one in found]
        return [
            Seen(one.mid, one.text, _max_buttons(one.keyboard), one.reply_to)
            for one in sandbox.max.from_bot(self.user_id)
        ]

    async def press(self, message_id: Any, code: str) -> Toast:
        """Press a button with this code under a message of this chat, be it that there is none."""
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            press = await sandbox.telegram.press_callback_data(self.user_id, self.user_id, message_id, code)
            return lambda: _text_of(sandbox.telegram.callback_answers.get(press), "text")
        if self.messenger == "vk":
            payload = {"c": code}
            event = await sandbox.vk.press_payload(self.user_id, COMMUNITY, self.user_id, message_id, payload)
            pressed = sandbox.vk.world.presses[event]
            return lambda: str((pressed.answer or {}).get("text") or "") if pressed.answered else None
        callback = await sandbox.max.press_payload(self.user_id, message_id, code)
        return lambda: _text_of(sandbox.max.callback_answers.get(callback), "notification")

    async def write(self, text: str, reply_to: Any = None) -> None:
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            await sandbox.telegram.send_message(self.user_id, self.user_id, text, reply_to=reply_to)
        elif self.messenger == "vk":
            await sandbox.vk.send_message(COMMUNITY, self.user_id, text, reply_to=reply_to)
        else:
            await sandbox.max.send_message(self.user_id, self.user_id, text, reply_to=reply_to)

    @property
    def is_blocked(self) -> bool:
        """Return whether the bot can change nothing there, as its reader has blocked it."""
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            return sandbox.telegram.world.get_chat(self.user_id).bot_status == "kicked"
        if self.messenger == "vk":
            return not sandbox.vk.world.ensure_dialog(COMMUNITY, self.user_id).allowed
        return sandbox.max.world.ensure_dialog(self.user_id).stopped

    async def block(self) -> None:
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            await sandbox.telegram.block(self.user_id)
        elif self.messenger == "vk":
            await sandbox.vk.deny_messages(COMMUNITY, self.user_id)
        else:
            await sandbox.max.stop_bot(self.user_id)

    async def unblock(self) -> None:
        sandbox = self.town.sandbox
        if self.messenger == "telegram":
            await sandbox.telegram.unblock(self.user_id)
        elif self.messenger == "vk":
            await sandbox.vk.allow_messages(COMMUNITY, self.user_id)
        else:
            await sandbox.max.start_bot(self.user_id)


@dataclass(frozen=True, slots=True)
class Square:
    """A place where citizens read the bot and write to it. ``author``: of a private chat."""

    town: CentreTown = field(repr=False, compare=False)
    name: str
    chat: int
    author: int | None = None

    def messages(self) -> list[Seen]:
        """List the bot's messages there, the oldest first."""
        sandbox = self.town.sandbox
        if self.name == "comments":
            comments = sandbox.vk.comments(COMMUNITY, self.town.post)
            own = [one for one in comments if one.from_id == -COMMUNITY]
            return [Seen(one.id, one.text, (), one.reply_to_comment) for one in own]
        if self.name == "telegram":
            return [_of_telegram(one) for one in sandbox.telegram.from_bot(self.chat)]
        if self.name == "max" and self.author is None:
            found = sandbox.max.from_bot(self.chat)
            return [Seen(one.mid, one.text, _max_buttons(one.keyboard), one.reply_to) for one in found]
        return Phone(self.town, self.name, self.chat).messages()

    async def write(self, who: int, text: str, reply_to: Any = None) -> Any:
        """Let a citizen write there; return the message's id."""
        sandbox = self.town.sandbox
        if self.name == "telegram":
            return await sandbox.telegram.send_message(self.chat, who, text, reply_to=reply_to)
        if self.name == "comments":
            return await sandbox.vk.comment(COMMUNITY, self.town.post, who, text, reply_to=reply_to)
        if self.name == "vk":
            return (await sandbox.vk.send_message(COMMUNITY, who, text, reply_to=reply_to)).cmid
        return await sandbox.max.send_message(self.chat, who, text, reply_to=reply_to)


def squares(town: CentreTown) -> list[Square]:
    """Return all places of citizens: groups, comments, private chats."""
    private = [Square(town, name, one, one) for name in ("telegram", "vk", "max") for one in CITIZENS]
    groups = [Square(town, "telegram", chat) for chat in (GROUP, SECOND_GROUP)]
    return [*groups, Square(town, "comments", COMMUNITY), Square(town, "max", HOUSE), *private]


def _of_telegram(one: dict[str, Any]) -> Seen:
    rows = one.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = tuple((b["text"], b["callback_data"]) for row in rows for b in row if "callback_data" in b)
    return Seen(one["message_id"], message_text(one), buttons, one.get("reply_to_message", {}).get("message_id"))


def _of_vk(one: VkMessage, now: datetime) -> Seen:
    reply_to = one.reply.cmid if one.reply else None
    return Seen(one.cmid, one.text, _vk_buttons(one.keyboard), reply_to, now - one.date > EDIT_WINDOW)


def _vk_buttons(keyboard: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    actions = [b["action"] for row in (keyboard or {}).get("buttons", []) for b in row]
    return tuple((one["label"], _vk_code(one["payload"])) for one in actions if one["type"] == "callback")


def _vk_code(payload: Any) -> str:
    return str((json.loads(payload) if isinstance(payload, str) else payload).get("c", ""))


def _max_buttons(rows: list[list[dict[str, Any]]]) -> tuple[tuple[str, str], ...]:
    return tuple((b["text"], b["payload"]) for row in rows for b in row if b["type"] == "callback")


def _text_of(answer: dict[str, Any] | None, key: str) -> str | None:
    return None if answer is None else str(answer.get(key) or "")
