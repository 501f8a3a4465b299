"""Configuration for heavy load: each station is a block with its own head, and a message that names it is its."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST_HEAD, ADMINISTRATOR = 1001, 999

STATION_NAMES = (
    *("Снегирь", "Синица", "Дятел", "Голубь", "Чайка", "Филин", "Журавль", "Лебедь", "Сокол", "Ястреб"),
    *("Пеликан", "Фламинго", "Павлин", "Страус", "Кукушка", "Ласточка", "Соловей", "Жаворонок", "Скворец", "Зяблик"),
)
"""A head may be written to once a second: a town that gets five messages a second has many heads."""

NO_LIMITS_CONFIG = """
[limits]
messages_per_author_hour = 100000
messages_per_chat_hour = 100000
"""
"""For what counts messages: none is set aside because a chat or an author writes many."""

NO_JOIN_CONFIG = f"""
[problems]
join = false
{NO_LIMITS_CONFIG}"""
"""For what counts messages: each is a ticket of its own, however many an author writes."""

_BASE_CONFIG = """
[municipality]
name = "Станции"
timezone = "Asia/Vladivostok"

[database]
url = "{database}"

[telegram]
token = "{token}"
api_base = "{url}/telegram"

[[telegram.chats]]
id = {group}
title = "Подслушано"
kind = "{kind}"
answers = "bot"

[vk]
api_base = "{url}/vk"

[[vk.communities]]
id = {community}
title = "Администрация"
token = "{vk_token}"
{blocks}
[[staff]]
name = "Администратор"
role = "administrator"
telegram_id = {administrator}

[deadlines]
accept = "{accept}"
answer = "8h"

[quiet]
from = "00:00"
to = "00:00"
"""

_STATION_CONFIG = """
[[sectors]]
code = "station{index}"
title = "Станция {word}"
keywords = ["{stem}"]

[[staff]]
name = "Начальник станции {word}"
role = "head"
sectors = ["station{index}"]
{messenger}_id = {head}
"""


@dataclass(frozen=True, slots=True)
class Station:
    """Its name, and where its head works."""

    index: int
    name: str
    messenger: str = "telegram"

    @property
    def head_id(self) -> int:
        """The head's number in that messenger."""
        return FIRST_HEAD + self.index


@dataclass(frozen=True, slots=True)
class MessengerAccess:
    """A Telegram group and a VK community for citizens, with the tokens of the bot and of the community."""

    group: int
    community: int
    token: str
    vk_token: str


def telegram_stations(words: Iterable[str]) -> list[Station]:
    """Stations whose heads all work in Telegram."""
    return [Station(index, word) for index, word in enumerate(words)]


def build_config(
    stations: Iterable[Station],
    access: MessengerAccess,
    url: str,
    database: str,
    *,
    kind: str = "official",
    accept: str = "1h",
    more: str = "",
) -> str:
    """The text of the file. *url*: the sandbox's; *kind*: the group's; *more*: further sections."""
    blocks = "".join(
        _STATION_CONFIG.format(
            index=one.index, word=one.name, stem=one.name.lower()[:5], messenger=one.messenger, head=one.head_id
        )
        for one in stations
    )
    return more + _BASE_CONFIG.format(
        url=url,
        database=database,
        kind=kind,
        accept=accept,
        blocks=blocks,
        administrator=ADMINISTRATOR,
        group=access.group,
        community=access.community,
        token=access.token,
        vk_token=access.vk_token,
    )
