"""Twelve stations, each with a head of its own in one of the messengers, and citizens who write everywhere."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.workload_config import ADMINISTRATOR, NO_JOIN_CONFIG, MessengerAccess, Station, build_config
from crashtest.chain_audit import ACCEPT_TERM, CHAIN_CONFIG
from crashtest.messenger_clients import ChatClient, MaxChatClient, TelegramChatClient, VkChatClient
from sandbox.server import Sandbox

TOKEN, VK_TOKEN, MAX_TOKEN = "700001:sandbox-token-for-chaos-only", "vk-token-for-chaos", "max-token-for-chaos"
GROUP, COMMUNITY, HOUSE_CHAT = -1001000000001, 500, -70_801_000_000_001
FIRST_CITIZEN = 2001

STATIONS = {
    **dict.fromkeys(("Снегирь", "Синица", "Дятел", "Голубь", "Чайка", "Филин"), "telegram"),
    **dict.fromkeys(("Журавль", "Лебедь", "Сокол"), "vk"),
    **dict.fromkeys(("Пеликан", "Фламинго", "Павлин"), "max"),
}
"""Station → where its head works. A head may be written to once a second, so there are several."""

MAX_CONFIG = """
[max]
token = "{token}"
api_base = "{url}/max"

[[max.chats]]
id = {house}
title = "Дом на Ленина, 45"
kind = "official"
"""

STREETS = (
    "Мира",
    "Садовая",
    "Лесная",
    "Школьная",
    "Новая",
    "Речная",
    "Полевая",
    "Луговая",
    "Зелёная",
    "Заводская",
    "Южная",
)
PROBLEM_TEXTS = (
    *("сломана скамейка", "не горит фонарь", "течёт кран", "не вывозят снег", "разбито окно", "сорвана дверь"),
    *(
        "висит провод",
        "упало дерево",
        "забита урна",
        "провалился люк",
        "нет расписания",
        "гудит насос",
        "облезла стена",
    ),
)

COMPLAINT_NUMBER = re.compile(r"жалоба (\d{5})")
"""By this a citizen's words are known again wherever they stand."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A citizen's message; ``where`` is telegram, vk message, vk comment or max."""

    number: int
    channel: str
    author: int
    message_id: int | str


@dataclass(slots=True)
class Workload:
    """The sandbox's side of the story."""

    folder: Path
    random: Random
    sandbox: Sandbox = field(default_factory=Sandbox)
    complaints: list[Complaint] = field(default_factory=list)
    clients: list[ChatClient] = field(default_factory=list)
    post_id: int = 0

    async def open(self, database: str) -> Path:
        """The servers listen and everybody is there; the configuration's file."""
        await self.sandbox.start()
        telegram, vk, max_ = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        telegram.add_bot(TOKEN, username="chaos_bot")
        telegram.group(GROUP, "Подслушано")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        max_.add_bot(MAX_TOKEN, username="chaos_max_bot")
        max_.chat(HOUSE_CHAT, "Дом на Ленина, 45")
        telegram.user(ADMINISTRATOR, "Администратор")
        await telegram.start_bot(ADMINISTRATOR)
        self.post_id = await vk.post(COMMUNITY, "Новости станций")
        self.clients = [await self._open_client(one.head_id, one.messenger) for one in _stations()]
        return self._write_config(database)

    async def _open_client(self, head: int, messenger: str) -> ChatClient:
        match messenger:
            case "vk":
                self.sandbox.vk.user(head, "Начальник", str(head))
                await self.sandbox.vk.allow_messages(COMMUNITY, head)
                return VkChatClient(head, self.sandbox.vk, COMMUNITY)
            case "max":
                self.sandbox.max.user(head, "Начальник", str(head))
                await self.sandbox.max.start_bot(head)
                return MaxChatClient(head, self.sandbox.max)
        self.sandbox.telegram.user(head, f"Начальник {head}")
        await self.sandbox.telegram.start_bot(head)
        return TelegramChatClient(head, self.sandbox.telegram)

    def _write_config(self, database: str) -> Path:
        url = self.sandbox.url
        more = MAX_CONFIG.format(token=MAX_TOKEN, url=url, house=HOUSE_CHAT) + NO_JOIN_CONFIG + CHAIN_CONFIG
        config = self.folder / "config.toml"
        text = build_config(
            _stations(),
            MessengerAccess(GROUP, COMMUNITY, TOKEN, VK_TOKEN),
            url,
            database,
            accept=ACCEPT_TERM,
            more=more,
        )
        config.write_text(text, encoding="utf-8")
        return config

    async def send_complaint(self) -> None:
        """Some citizen writes somewhere."""
        number = len(self.complaints)
        author = FIRST_CITIZEN + number
        text = self._complaint_text(number)
        self.sandbox.telegram.user(author, f"Житель {author}")
        self.sandbox.vk.user(author, "Житель", str(author))
        self.sandbox.max.user(author, "Житель", str(author))
        where = self.random.choice(("telegram", "telegram", "vk message", "vk comment", "max"))
        external: int | str
        match where:
            case "vk message":
                external = (await self.sandbox.vk.send_message(COMMUNITY, author, text)).cmid
            case "vk comment":
                external = await self.sandbox.vk.comment(COMMUNITY, self.post_id, author, text)
            case "max":
                external = await self.sandbox.max.send_message(HOUSE_CHAT, author, text)
            case _:
                external = await self.sandbox.telegram.send_message(GROUP, author, text)
        self.complaints.append(Complaint(number, where, author, external))

    def count_waiting(self) -> int:
        """Count the complaints that are on nobody's card."""
        cards = {letter.card_number for client in self.clients for letter in client.messages_from_bot()} - {None}
        return len(self.complaints) - len(cards)

    def _complaint_text(self, number: int) -> str:
        """Words about something new: what two people write of one event would be one thing to do."""
        street, trouble = STREETS[number % len(STREETS)], PROBLEM_TEXTS[number % len(PROBLEM_TEXTS)]
        station = self.random.choice(list(STATIONS))
        return f"Станция {station}, улица {street}, дом {number + 1}: {trouble}, жалоба {number:05}"

    def answers_under(self, complaint: Complaint) -> list[str]:
        """Return the bot's replies to this message, without the notes to its author."""
        telegram, vk, max_ = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        match complaint.channel:
            case "vk message":
                letters = [m for m in vk.messages(COMMUNITY, complaint.author) if m.out and m.reply is not None]
                found = [m.text for m in letters if m.reply is not None and m.reply.cmid == complaint.message_id]
            case "vk comment":
                comments = vk.comments(COMMUNITY, self.post_id)
                found = [c.text for c in comments if c.from_id < 0 and c.reply_to_comment == complaint.message_id]
            case "max":
                found = [m.text for m in max_.from_bot(HOUSE_CHAT) if m.reply_to == complaint.message_id]
            case _:
                letters_ = telegram.from_bot(GROUP)
                found = [m["text"] for m in letters_ if _replied_message_id(m) == complaint.message_id]
        return [text for text in found if text.startswith("Ответ на жалобу")]


def _replied_message_id(letter: dict[str, object]) -> object:
    replied = letter.get("reply_to_message")
    return replied["message_id"] if isinstance(replied, dict) else None


def _stations() -> list[Station]:
    return [Station(index, word, messenger) for index, (word, messenger) in enumerate(STATIONS.items())]
