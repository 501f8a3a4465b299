"""A town that starts from a shipped example file, with the sandbox's addresses and an account for everybody in it."""

import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.config import Config
from bot.config.schema import ConfigTree
from tests.e2e.chat_clients import BotMessage, ChatClient, OfficialChat, TelegramChatClient, VkChatClient
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, TOKEN, VK_TOKEN, Harness
from tests.e2e.queries import wait_until_idle

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
MAX_TOKEN, MAX_CHAT = "max-token-for-tests-only", -70800000000001
SERVICE_KEY = "vk-service-key-for-tests-only"
TURN = "Дальше"
"""The button that shows the next page of a menu."""
FIRST_FREE_ACCOUNT = 3001
"""Number of the account of the first person for whom the file names none: they would join with an invitation."""


@dataclass
class ExampleTown(Harness):
    """The town of ``examples/NAME.toml``; :meth:`chat_of` is the chat of a position with the bot."""

    name: str = ""
    values: dict[str, Any] = field(init=False)
    _accounts: dict[str, tuple[str, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        path = EXAMPLES / f"{self.name}.toml"
        self.values = tomllib.loads(path.read_text(encoding="utf-8"))
        self.settings["timezone"] = self.values["municipality"]["timezone"]
        messenger = "vk_id" if any("vk_id" in one for one in self.values["staff"]) else "telegram_id"
        for number, person in enumerate(self.values["staff"], FIRST_FREE_ACCOUNT):
            self._accounts[person["name"]] = (messenger, person.setdefault(messenger, number))

    async def open(self) -> None:
        """Set up the servers, and let everybody press «Start»."""
        await super().open()
        self.sandbox.max.add_bot(MAX_TOKEN, username="mcu_max_bot")
        self.sandbox.max.channel(MAX_CHAT, "Канал")
        self.sandbox.vk.service_key(SERVICE_KEY)
        for page in self.values.get("pages", ()):
            self.sandbox.vk.community(page["id"], page["title"], "a-key-that-nobody-gave-us")
        await self.start()
        await wait_until_idle(self)

    async def start_staff(self) -> None:
        for messenger, number in self._accounts.values():
            if messenger == "vk_id":
                self.sandbox.vk.user(number, "Сотрудник", str(number))
            else:
                self.sandbox.telegram.user(number, f"Сотрудник {number}")
        for name in self._accounts:
            await self.chat_of(name).client.start_bot()

    def load_config(self) -> Config:
        """Read the example file; only tokens, numbers of chats and addresses are the sandbox's."""
        values = self.values
        values["database"]["url"] = self.settings["database"]
        values["telegram"] |= {"token": TOKEN, "api_base": f"{self.sandbox.url}/telegram"}
        if "chats" in values["telegram"]:
            values["telegram"]["chats"][0]["id"] = GROUP
        values["vk"]["api_base"] = f"{self.sandbox.url}/vk"
        values["vk"]["communities"][0] |= {"id": COMMUNITY, "token": VK_TOKEN}
        if "pages" in values:
            values["vk"] |= {"service_token": SERVICE_KEY, "pages_every": "1s"}
        if "max" in values:
            values["max"] |= {"token": MAX_TOKEN, "api_base": f"{self.sandbox.url}/max"}
            values["max"]["chats"][0]["id"] = MAX_CHAT
        return Config(ConfigTree.model_validate(values), EXAMPLES)

    def chat_of(self, position: str) -> OfficialChat:
        """Return the chat of the one person whose position begins so."""
        (account,) = (account for name, account in self._accounts.items() if name.startswith(position))
        client: ChatClient
        client = (VkChatClient if account[0] == "vk_id" else TelegramChatClient)(self, account[1])
        return OfficialChat(client)

    @property
    def page_checks(self) -> int:
        """Number of looks at the official pages so far."""
        return len([call for call in self.sandbox.vk.calls if call.method == "execute:wall.get"])

    @property
    def positions(self) -> tuple[str, ...]:
        """The names of everybody in the file."""
        return tuple(self._accounts)

    def holders_of_cards(self, number: int) -> set[str]:
        """Return the positions whose chats hold a card of that ticket."""
        return {name for name in self._accounts if self.chat_of(name).find_cards(number)}

    async def press(self, position: str, message: tuple[str, ...], *buttons: str) -> None:
        """Press *buttons* one after another, each in the newest message that holds *message* and that button.

        A menu is turned until the button is there.
        """
        chat = self.chat_of(position)
        for place, button in enumerate(buttons):
            if place:
                await wait_until_idle(self)  # or the menu that was pressed before would be turned
            await self._turn_to(chat, message, button)
            await chat.press_without_answer(await chat.wait_for_message(*message, button=button), button)

    async def _turn_to(self, chat: OfficialChat, message: tuple[str, ...], button: str) -> None:
        def find() -> BotMessage | None:
            return chat.find_message(*message, button=button)

        with suppress(TimeoutError):
            await self.wait_until(lambda: find() or chat.find_message(*message, button=TURN))
            while not find() and (page := chat.find_message(*message, button=TURN)):
                await chat.press_without_answer(page, TURN)
                await self.wait_until(
                    lambda labels=page.button_labels: find() or self._is_turned(chat, message, labels)
                )

    @staticmethod
    def _is_turned(chat: OfficialChat, message: tuple[str, ...], labels: Sequence[str]) -> bool:
        page = chat.find_message(*message, button="Раньше")
        return page is not None and page.button_labels != labels

    async def submit(self, position: str, number: int, text: str, button: str = "Подготовить ответ") -> None:
        """Let a position word an answer, or correct a returned one with that *button*, and ask for approval."""
        chat = self.chat_of(position)
        known = len(chat.bot_texts)
        await self.press(position, (f"№{number}",), button)
        await self.wait_until(lambda: len(chat.bot_texts) > known)
        await chat.send_message(text)
        await self.press(position, (f"(№{number})", text), "На согласование")
        await wait_until_idle(self)

    async def return_draft(self, position: str, number: int, remark: str) -> None:
        """Let the approver return what waits for approval."""
        chat = self.chat_of(position)
        await self.press(position, (f"на согласовании (№{number})",), "Вернуть с замечанием")
        await chat.wait_for_message(f"Замечание к ответу на №{number}")
        await chat.send_message(remark)
        await chat.wait_for_message(f"Ответ на №{number} возвращён автору")
        await wait_until_idle(self)

    def count(self, position: str, *words: str) -> int:
        """Return how many messages of the bot to that position hold all *words*."""
        return sum(all(word in text for word in words) for text in self.chat_of(position).bot_texts)

    async def hears_at(self, moment: str, words: tuple[str, ...], *positions: str) -> None:
        """Check that these positions read *words* at *moment*, not a minute before, and nobody else does."""
        before = {name: self.count(name, *words) for name in self._accounts}
        minute = datetime.strptime(moment, "%d.%m %H:%M") - timedelta(minutes=1)  # noqa: DTZ007 - of the town's clock
        self.set_time(f"{minute:%d.%m %H:%M}")
        await wait_until_idle(self)
        assert {name: self.count(name, *words) for name in self._accounts} == before
        self.set_time(moment)
        for position in positions:
            (name,) = (one for one in self._accounts if one.startswith(position))
            try:
                await self.wait_until(lambda name=name: self.count(name, *words) == before[name] + 1)
            except TimeoutError:
                raise AssertionError(f"{position} heard no {words}: {self.chat_of(position).bot_texts}") from None
        await wait_until_idle(self)
        told = {name for name, number in before.items() if self.count(name, *words) != number}
        assert told == {name for name in self._accounts if name.startswith(positions)}

    async def enter_table(
        self, position: str, name: str, rows: Sequence[Mapping[str, str]], *words: str, is_new: bool = True
    ) -> None:
        """Let an official in VK send a table, read *words* in its preview, and enter it if there is anything new."""
        chat = self.chat_of(position)
        done = self.count(position, "✅", "Внесено новых")
        book = Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
        stream = BytesIO()
        book.save(stream)
        await self.sandbox.vk.send_message(COMMUNITY, chat.client.person, docs=[(name, stream.getvalue())])
        preview = await chat.wait_for_message(*words, opening="📥", button="Внести" if is_new else "")
        if is_new:
            await chat.press_without_answer(preview, "Внести")
            await self.wait_until(lambda: self.count(position, "✅", "Внесено новых") > done)
        await wait_until_idle(self)

    async def comment(self, text: str, who: int = MARIA) -> tuple[int, int]:
        """Let a citizen comment on a post of the administration; return the post and the comment."""
        post = await self.sandbox.vk.post(COMMUNITY, "Доброе утро!")
        return post, await self.sandbox.vk.comment(COMMUNITY, post, who, text)

    def official_comments(self, post: int) -> list[str]:
        """Return the texts of the administration's own comments."""
        return [one.text for one in self.sandbox.vk.comments(COMMUNITY, post) if one.from_id == -COMMUNITY]


__all__ = ["COMMUNITY", "GROUP", "MARIA", "ExampleTown"]
