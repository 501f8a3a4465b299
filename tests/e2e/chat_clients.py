"""The private chat of one official in one messenger, with one interface for all: read, press, write."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.e2e.harness import COMMUNITY, Harness, button_labels, message_text

Rows = list[list[str]]


@dataclass(frozen=True)
class BotMessage:
    """A message of our bot as its reader sees it now. ``raw`` is the sandbox's own."""

    id: Any
    text: str
    button_rows: Rows
    reply_to: Any
    pictures: int
    raw: Any

    @property
    def button_labels(self) -> list[str]:
        return [label for row in self.button_rows for label in row]


class ChatClient(Protocol):
    """Operations that each messenger's sandbox offers."""

    harness: Harness
    person: int

    def bot_messages(self) -> list[BotMessage]: ...

    async def press_button(self, letter: BotMessage, label: str) -> Callable[[], str | None]:
        """Press; what returns the words of the answer once there is one («» for none)."""
        ...

    async def send_message(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None: ...

    async def start_bot(self) -> None:
        """Open the bot there."""
        ...


@dataclass(frozen=True)
class TelegramChatClient:
    harness: Harness
    person: int

    def bot_messages(self) -> list[BotMessage]:
        return [
            BotMessage(
                one["message_id"],
                message_text(one),
                [[b["text"] for b in row] for row in one.get("reply_markup", {}).get("inline_keyboard", [])],
                one.get("reply_to_message", {}).get("message_id"),
                int("photo" in one),
                one,
            )
            for one in self.harness.bot_messages(self.person)
        ]

    async def press_button(self, letter: BotMessage, label: str) -> Callable[[], str | None]:
        telegram = self.harness.sandbox.telegram
        assert label in button_labels(letter.raw)
        press_id = await telegram.press_button(self.person, self.person, letter.id, label)
        return lambda: (
            None if press_id not in telegram.callback_answers else telegram.callback_answers[press_id].get("text") or ""
        )

    async def send_message(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        await self.harness.sandbox.telegram.send_message(self.person, self.person, text, photo=photo, reply_to=reply_to)

    async def start_bot(self) -> None:
        await self.harness.sandbox.telegram.start_bot(self.person)


@dataclass(frozen=True)
class VkChatClient:
    harness: Harness
    person: int

    def bot_messages(self) -> list[BotMessage]:
        vk = self.harness.sandbox.vk
        return [
            BotMessage(
                one.cmid,
                one.text,
                [[b["action"]["label"] for b in row] for row in (one.keyboard or {}).get("buttons", [])],
                one.reply.cmid if one.reply else None,
                sum(1 for thing in one.attachments if thing["type"] == "photo"),
                one,
            )
            for one in vk.messages(COMMUNITY, self.person)
            if one.out
        ]

    async def press_button(self, letter: BotMessage, label: str) -> Callable[[], str | None]:
        vk = self.harness.sandbox.vk
        event = await vk.press_button(self.person, COMMUNITY, letter.raw, label)
        assert event is not None
        press = vk.world.presses[event]
        return lambda: (press.answer or {}).get("text", "") if press.answered else None

    async def send_message(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        photos = [photo] if photo else []
        await self.harness.sandbox.vk.send_message(COMMUNITY, self.person, text, photos=photos, reply_to=reply_to)

    async def start_bot(self) -> None:
        await self.harness.sandbox.vk.send_message(COMMUNITY, self.person, "Начать", payload={"command": "start"})


@dataclass(frozen=True)
class MaxChatClient:
    harness: Harness
    person: int

    def bot_messages(self) -> list[BotMessage]:
        return [
            BotMessage(
                one.mid,
                one.text,
                [[b["text"] for b in row] for row in one.keyboard],
                one.reply_to,
                sum(1 for thing in one.media if thing["type"] == "image"),
                one,
            )
            for one in self.harness.sandbox.max.from_bot(self.person)
        ]

    async def press_button(self, letter: BotMessage, label: str) -> Callable[[], str | None]:
        server = self.harness.sandbox.max
        press_id = await server.press_button(self.person, letter.id, label)

        def answered() -> str | None:
            if press_id not in server.callback_answers:
                return None
            return str(server.callback_answers[press_id].get("notification") or "")

        return answered

    async def send_message(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        photos = [photo] if photo else []
        await self.harness.sandbox.max.send_message(self.person, self.person, text, photos=photos, reply_to=reply_to)

    async def start_bot(self) -> None:
        await self.harness.sandbox.max.start_bot(self.person)


@dataclass(frozen=True)
class OfficialChat:
    """Operations of a chat client that tests use."""

    client: ChatClient

    @property
    def bot_texts(self) -> list[str]:
        return [one.text for one in self.client.bot_messages()]

    def find_message(self, *pieces: str, opening: str = "", button: str = "") -> BotMessage | None:
        """The newest letter that holds every one of *pieces* (begins with the pattern *opening*, has a button that
        reads *button* somewhere)."""
        found = [
            one
            for one in self.client.bot_messages()
            if all(piece in one.text for piece in pieces)
            and re.match(opening, one.text)
            and any(button in label for label in one.button_labels or [""])
        ]
        return found[-1] if found else None

    async def wait_for_message(self, *pieces: str, opening: str = "", button: str = "") -> BotMessage:
        """Wait for such a letter."""
        try:
            return await self.client.harness.wait_until(
                lambda: self.find_message(*pieces, opening=opening, button=button)
            )
        except TimeoutError:
            raise AssertionError(f"no {pieces} with {button!r}; there is: {self.bot_texts}") from None

    async def wait_for_card(self, number: int, *pieces: str, button: str = "") -> BotMessage:
        """Wait for the card of that ticket that reads so."""
        return await self.wait_for_message(*pieces, opening=rf"[^\s:]+ №{number} · ", button=button)

    def find_cards(self, number: int) -> list[BotMessage]:
        """The cards of that ticket that stand there."""
        return [one for one in self.client.bot_messages() if re.match(rf"[^\s:]+ №{number} · ", one.text)]

    async def press_button(self, letter: BotMessage, button: str) -> str:
        """Press a button by a part of its words; the words of the answer. Some presses are answered by what happens."""
        answered = await self.client.press_button(
            letter, next(label for label in letter.button_labels if button in label)
        )
        await self.client.harness.wait_until(lambda: answered() is not None)
        return answered() or ""

    async def press_without_answer(self, letter: BotMessage, button: str) -> None:
        """Press where no word is expected: MAX lets such presses be."""
        await self.client.press_button(letter, next(label for label in letter.button_labels if button in label))

    async def send_message(
        self, text: str = "", *, photo: bytes | None = None, reply_to: BotMessage | None = None
    ) -> None:
        await self.client.send_message(text, photo=photo, reply_to=reply_to.id if reply_to else None)

    async def answer_ticket(self, number: int, text: str) -> None:
        """The whole way of an answer: button, words, preview, «Отправить»."""
        await self.press_without_answer(await self.wait_for_card(number, button="Ответить"), "Ответить")
        await self.wait_for_message(f"Ответ на №{number}")
        await self.send_message(text)
        await self.press_without_answer(
            await self.wait_for_message("Так ответ увидит житель", text[:40], button="Отправить"), "Отправить"
        )
