"""A workload with one head, in which many people write about one accident everywhere at once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.workload_config import ADMINISTRATOR, FIRST_HEAD
from crashtest.messenger_clients import TelegramChatClient
from crashtest.workload import COMMUNITY, FIRST_CITIZEN, MAX_TOKEN, TOKEN, VK_TOKEN
from sandbox.server import Sandbox

GROUPS = tuple(range(-1_001_000_000_112, -1_001_000_000_100))
HOUSE_CHATS = tuple(range(-70_801_000_000_014, -70_801_000_000_010))

CONFIG = """
[municipality]
name = "Город одной аварии"
timezone = "Asia/Vladivostok"

[database]
url = "{database}"

[telegram]
token = "{token}"
api_base = "{url}/telegram"
{groups}
[vk]
api_base = "{url}/vk"

[[vk.communities]]
id = {community}
title = "Администрация"
token = "{vk_token}"

[max]
token = "{max_token}"
api_base = "{url}/max"
{houses}
[[sectors]]
code = "housing"
title = "ЖКХ"

[[staff]]
name = "Начальник ЖКХ"
role = "head"
sectors = ["housing"]
telegram_id = {head}

[[staff]]
name = "Администратор"
role = "administrator"
telegram_id = {administrator}
max_id = {administrator}

[quiet]
from = "00:00"
to = "00:00"
"""

CHAT_CONFIG = """
[[{messenger}.chats]]
id = {id}
title = "Дом {number}"
kind = "official"
answers = "bot"
"""

MESSAGE_TEMPLATES = (
    "Нет воды, ул. {street}, {house}. Что случилось?",
    "ул. {street}, {house}: прорвало трубу, воды нет с утра",
    "улица {street}, {house}, прорыв трубы, сидим без воды",
    "прорвало водопровод, ул. {street}, {house}, нет воды",
)
STREETS = (
    *("Заводская", "Лесная", "Садовая", "Школьная", "Речная", "Полевая", "Луговая", "Южная", "Северная", "Кленовая"),
    *("Вишнёвая", "Горная", "Морская", "Озёрная", "Степная", "Парковая", "Фабричная", "Вокзальная", "Больничная"),
    *("Почтовая", "Рыночная", "Цветочная", "Сосновая", "Берёзовая", "Набережная", "Тополиная", "Рабочая", "Мирная"),
)

Location = tuple[str, Any]


OFFICIALS = frozenset({FIRST_HEAD, ADMINISTRATOR})


@dataclass(slots=True)
class BroadcastWorkload:
    """The sandbox's side. ``waiting``: where the answer to the accident at hand must stand in the end."""

    folder: Path
    author_count: int
    sandbox: Sandbox = field(default_factory=Sandbox)
    post_id: int = 0
    messages_written: int = 0
    expected_locations: list[Location] = field(default_factory=list)

    @property
    def head_client(self) -> TelegramChatClient:
        return TelegramChatClient(FIRST_HEAD, self.sandbox.telegram)

    async def open(self, database: str) -> Path:
        """The servers listen and everybody is there; the configuration's file."""
        await self.sandbox.start()
        telegram, vk, max_ = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        telegram.add_bot(TOKEN, username="chaos_bot")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        max_.add_bot(MAX_TOKEN, username="chaos_max_bot")
        for number, group in enumerate(GROUPS):
            telegram.group(group, f"Дом {number}")
        for number, house in enumerate(HOUSE_CHATS):
            max_.chat(house, f"Дом {number}")
        for official in (FIRST_HEAD, ADMINISTRATOR):
            telegram.user(official, f"Начальник {official}")
            await telegram.start_bot(official)
        max_.user(ADMINISTRATOR, "Администратор")
        await max_.start_bot(ADMINISTRATOR)  # the first update there: from then on the bot has a cursor
        self.post_id = await vk.post(COMMUNITY, "Новости города")
        values = {
            "url": self.sandbox.url,
            "database": database,
            "community": COMMUNITY,
            "head": FIRST_HEAD,
            "administrator": ADMINISTRATOR,
            "groups": _chat_sections("telegram", GROUPS),
            "houses": _chat_sections("max", HOUSE_CHATS),
        }
        config = self.folder / "config.toml"
        text = CONFIG.format(token=TOKEN, vk_token=VK_TOKEN, max_token=MAX_TOKEN, **values)
        config.write_text(text, encoding="utf-8")
        return config

    async def send_reports(self, street: str) -> None:
        """Everybody writes about it, in a group, in a house's chat, under a post or in private."""
        said = [
            await self._send_report(
                number, MESSAGE_TEMPLATES[number % len(MESSAGE_TEMPLATES)].format(street=street, house=10 + number % 7)
            )
            for number in range(self.author_count)
        ]
        self.expected_locations = list(dict.fromkeys(said))

    async def _send_report(self, number: int, text: str) -> Location:
        """The place where the answer is read."""
        author = FIRST_CITIZEN + self.messages_written
        self.messages_written += 1
        telegram, vk, max_ = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        telegram.user(author, f"Житель {author}")
        vk.user(author, "Житель", str(author))
        max_.user(author, "Житель", str(author))
        match number % 6:
            case 0 | 1 as one:
                group = GROUPS[(number // 6 * 2 + one) % len(GROUPS)]
                await telegram.send_message(group, author, text)
                return "telegram", group
            case 2:
                house = HOUSE_CHATS[number // 6 % len(HOUSE_CHATS)]
                await max_.send_message(house, author, text)
                return "max", house
            case 3:
                return "comment", await vk.comment(COMMUNITY, self.post_id, author, text)
            case _:
                await vk.send_message(COMMUNITY, author, text)
                return "vk", author

    def answered_locations(self, answer: str) -> list[Location]:
        """Return the places where *answer* is posted."""
        telegram, vk, max_ = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        under = {one.reply_to_comment for one in vk.comments(COMMUNITY, self.post_id) if one.text == answer}
        found = []
        for where, which in self.expected_locations:
            match where:
                case "telegram":
                    is_posted = any(one.get("text") == answer for one in telegram.from_bot(which))
                case "max":
                    is_posted = any(one.text == answer for one in max_.from_bot(which))
                case "comment":
                    is_posted = which in under
                case _:
                    is_posted = any(one.out and one.text == answer for one in vk.messages(COMMUNITY, which))
            if is_posted:
                found.append((where, which))
        return found


def _chat_sections(messenger: str, ids: tuple[int, ...]) -> str:
    return "".join(CHAT_CONFIG.format(messenger=messenger, id=one, number=number) for number, one in enumerate(ids))
