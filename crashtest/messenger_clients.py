"""An official's telephone, whatever messenger it has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.max import MaxServer
from sandbox.telegram import TelegramServer
from sandbox.vk import VkServer

CARD = re.compile(r"[^\s:]+ №(\d+) · ")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of the bot's on the screen. ``native`` is the messenger's own object."""

    id: int | str
    text: str
    buttons: tuple[str, ...]
    native: Any

    @property
    def card(self) -> int | None:
        """The number of the ticket whose card this is."""
        found = CARD.match(self.text)
        return int(found[1]) if found else None


class Phone(Protocol):
    """What a head does."""

    head: int

    def letters(self, skip: int = 0) -> list[Letter]:
        """What the bot has written here, oldest first, without the first *skip*."""
        ...

    async def press(self, letter: Letter, button: str) -> Callable[[], bool]:
        """Press; what is returned tells whether the press has been answered."""
        ...

    async def write(self, text: str) -> None: ...


@dataclass(slots=True)
class TelegramPhone:
    head: int
    server: TelegramServer

    def letters(self, skip: int = 0) -> list[Letter]:
        found = self.server.from_bot(self.head)[skip:]
        return [
            Letter(
                one["message_id"],
                str(one.get("text", "")),
                tuple(b["text"] for row in one.get("reply_markup", {}).get("inline_keyboard", []) for b in row),
                one,
            )
            for one in found
        ]

    async def press(self, letter: Letter, button: str) -> Callable[[], bool]:
        press_id = await self.server.press(self.head, self.head, int(letter.id), button)
        return lambda: press_id in self.server.answered

    async def write(self, text: str) -> None:
        await self.server.say(self.head, self.head, text)


@dataclass(slots=True)
class VkPhone:
    head: int
    server: VkServer
    community: int

    def letters(self, skip: int = 0) -> list[Letter]:
        found = [one for one in self.server.messages(self.community, self.head) if one.out][skip:]
        return [
            Letter(
                one.cmid,
                one.text,
                tuple(b["action"]["label"] for row in (one.keyboard or {}).get("buttons", []) for b in row),
                one,
            )
            for one in found
        ]

    async def press(self, letter: Letter, button: str) -> Callable[[], bool]:
        event_id = await self.server.press(self.head, self.community, letter.native, button)
        assert event_id is not None
        press = self.server.world.presses[event_id]
        return lambda: press.answered

    async def write(self, text: str) -> None:
        await self.server.message(self.community, self.head, text)


@dataclass(slots=True)
class MaxPhone:
    head: int
    server: MaxServer

    def letters(self, skip: int = 0) -> list[Letter]:
        found = self.server.from_bot(self.head)[skip:]
        return [Letter(one.mid, one.text, tuple(b["text"] for row in one.keyboard for b in row), one) for one in found]

    async def press(self, letter: Letter, button: str) -> Callable[[], bool]:
        """MAX has no answer without words: a press is answered when its effect shows."""
        await self.server.press(self.head, str(letter.id), button)
        return lambda: True

    async def write(self, text: str) -> None:
        await self.server.say(self.head, self.head, text)
