"""The configuration of a town of stations, for towns that are driven hard: each station is a block with a head of its
own, and a message that names it is surely its."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST_HEAD, ADMINISTRATOR = 1001, 999

TWENTY = (
    *("Снегирь", "Синица", "Дятел", "Голубь", "Чайка", "Филин", "Журавль", "Лебедь", "Сокол", "Ястреб"),
    *("Пеликан", "Фламинго", "Павлин", "Страус", "Кукушка", "Ласточка", "Соловей", "Жаворонок", "Скворец", "Зяблик"),
)
"""A head may be written to once a second: a town that gets five messages a second has many heads."""

ALONE = """
[problems]
join = false
"""
"""For what counts messages: each is a ticket of its own."""

_TOWN = """
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

_BLOCK = """
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
    word: str
    messenger: str = "telegram"

    @property
    def head(self) -> int:
        """The head's number in that messenger."""
        return FIRST_HEAD + self.index


@dataclass(frozen=True, slots=True)
class Places:
    """Where citizens write: a Telegram group and a VK community, with our bot's and the community's tokens."""

    group: int
    community: int
    token: str
    vk_token: str


def in_telegram(words: Iterable[str]) -> list[Station]:
    """Stations whose heads all work in Telegram."""
    return [Station(index, word) for index, word in enumerate(words)]


def configuration(
    found: Iterable[Station],
    places: Places,
    url: str,
    database: str,
    *,
    kind: str = "official",
    accept: str = "1h",
    more: str = "",
) -> str:
    """The text of the file. *url*: the sandbox's; *kind*: the group's; *more*: further sections."""
    blocks = "".join(
        _BLOCK.format(index=one.index, word=one.word, stem=one.word.lower()[:5], messenger=one.messenger, head=one.head)
        for one in found
    )
    return more + _TOWN.format(
        url=url,
        database=database,
        kind=kind,
        accept=accept,
        blocks=blocks,
        administrator=ADMINISTRATOR,
        group=places.group,
        community=places.community,
        token=places.token,
        vk_token=places.vk_token,
    )
