"""An official's telephone, whatever messenger it has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol

from sandbox.change_log import ChangeLog
from sandbox.max import MaxServer
from sandbox.telegram import TelegramServer
from sandbox.telegram.updates import CALLBACK_LIFETIME
from sandbox.vk import VkServer

CARD_HEADER = re.compile(r"[^\s:]+ №(\d+) · ")

TELEGRAM_ANSWER_TIME = timedelta(seconds=150 + 120)
"""Telegram keeps a press for the bot for 150 seconds, and the bot its answer for 120."""

VK_ANSWER_TIME = timedelta(seconds=60)
"""VK takes no later answer."""


class PressOutcome(Enum):
    """The outcome of a press."""

    ANSWERED = "answered"
    LATE = "late"
    """The bot has got it, but the messenger takes no answer any more, as after an outage; its effect shows."""
    LOST = "lost"
    """The messenger has forgotten it before the bot came for it."""


@dataclass(frozen=True, slots=True)
class BotMessage:
    """A message of the bot's on the screen. ``native`` is the messenger's own object."""

    id: int | str
    text: str
    buttons: tuple[str, ...]
    raw: Any

    @property
    def card_number(self) -> int | None:
        """The number of the ticket whose card this is."""
        found = CARD_HEADER.match(self.text)
        return int(found[1]) if found else None


class ChatClient(Protocol):
    """The messenger as a head uses it."""

    head_id: int

    def messages_from_bot(self, skip: int = 0) -> list[BotMessage]:
        """List the bot's messages here, oldest first, without the first *skip*."""
        ...

    async def press_button(self, letter: BotMessage, button: str) -> Callable[[], PressOutcome | None]:
        """Press; what is returned tells what has become of the press."""
        ...

    async def send_text(self, text: str) -> None: ...


@dataclass(slots=True)
class TelegramChatClient:
    head_id: int
    server: TelegramServer

    def messages_from_bot(self, skip: int = 0) -> list[BotMessage]:
        found = self.server.from_bot(self.head_id)[skip:]
        return [
            BotMessage(
                one["message_id"],
                str(one.get("text", "")),
                tuple(b["text"] for row in one.get("reply_markup", {}).get("inline_keyboard", []) for b in row),
                one,
            )
            for one in found
        ]

    async def press_button(self, letter: BotMessage, button: str) -> Callable[[], PressOutcome | None]:
        press_id = await self.server.press_button(self.head_id, self.head_id, int(letter.id), button)
        is_waiting = True

        def is_lost() -> bool:
            nonlocal is_waiting
            known = any(one.get("callback_query", {}).get("id") == press_id for one in self.server.pending_updates)
            is_expired = self.server.change_log.now() > expires_at
            is_waiting = is_waiting and (known or is_expired)
            return is_waiting and is_expired

        expires_at = self.server.change_log.now() + CALLBACK_LIFETIME
        return _outcome_of(
            lambda: press_id in self.server.callback_answers, self.server.change_log, TELEGRAM_ANSWER_TIME, is_lost
        )

    async def send_text(self, text: str) -> None:
        await self.server.send_message(self.head_id, self.head_id, text)


@dataclass(slots=True)
class VkChatClient:
    head_id: int
    server: VkServer
    community_id: int

    def messages_from_bot(self, skip: int = 0) -> list[BotMessage]:
        found = [one for one in self.server.messages(self.community_id, self.head_id) if one.out][skip:]
        return [
            BotMessage(
                one.cmid,
                one.text,
                tuple(b["action"]["label"] for row in (one.keyboard or {}).get("buttons", []) for b in row),
                one,
            )
            for one in found
        ]

    async def press_button(self, letter: BotMessage, button: str) -> Callable[[], PressOutcome | None]:
        event_id = await self.server.press_button(self.head_id, self.community_id, letter.raw, button)
        assert event_id is not None
        press = self.server.world.presses[event_id]
        return _outcome_of(lambda: press.answered, self.server.change_log, VK_ANSWER_TIME)

    async def send_text(self, text: str) -> None:
        await self.server.send_message(self.community_id, self.head_id, text)


@dataclass(slots=True)
class MaxChatClient:
    head_id: int
    server: MaxServer

    def messages_from_bot(self, skip: int = 0) -> list[BotMessage]:
        found = self.server.from_bot(self.head_id)[skip:]
        return [
            BotMessage(one.mid, one.text, tuple(b["text"] for row in one.keyboard for b in row), one) for one in found
        ]

    async def press_button(self, letter: BotMessage, button: str) -> Callable[[], PressOutcome | None]:
        """MAX has no answer without words: a press is answered when its effect shows."""
        await self.server.press_button(self.head_id, str(letter.id), button)
        return lambda: PressOutcome.ANSWERED

    async def send_text(self, text: str) -> None:
        await self.server.send_message(self.head_id, self.head_id, text)


def _outcome_of(
    is_answered: Callable[[], bool],
    change_log: ChangeLog,
    answer_time: timedelta,
    is_lost: Callable[[], bool] = lambda: False,
) -> Callable[[], PressOutcome | None]:
    """Return what tells the outcome of a press that was made now."""
    ends_at = change_log.now() + answer_time

    def outcome() -> PressOutcome | None:
        if is_answered():
            return PressOutcome.ANSWERED
        if is_lost():
            return PressOutcome.LOST
        return PressOutcome.LATE if change_log.now() > ends_at else None

    return outcome
