"""Messages on their way to an official while their access ends do not stay in their chat."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.bootstrap.messengers import build_messengers
from bot.messengers.content import Content
from bot.messengers.port import Messenger, Sent, Target
from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, ROADS_HEAD, Harness
from tests.e2e.queries import send_report, wait_until_idle
from tests.e2e.staff.test_people import open_page

pytestmark = ON_BOTH


class SlowMessenger:
    """A messenger whose answers about messages with *words* come only when they are let through."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self.words = ""
        self.is_waiting = asyncio.Event()
        self.goes_on = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._messenger, name)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        sent = await self._messenger.send(target, part, key=key, silent=silent)
        if self.words and self.words in part.plain_text:
            self.words = ""
            self.is_waiting.set()
            await self.goes_on.wait()
        return sent


@pytest.fixture
async def slow(closed_bot: Harness) -> SlowMessenger:
    made: dict[str, SlowMessenger] = {}

    def make(*how: Any) -> Mapping[str, Any]:
        messengers = dict(build_messengers(*how))
        made["telegram"] = SlowMessenger(messengers["telegram"])
        return messengers | made

    closed_bot.further_options = {"make_messengers": make}
    await closed_bot.start()
    return made["telegram"]


async def test_a_list_that_arrives_during_the_dismissal_is_emptied(closed_bot: Harness, slow: SlowMessenger) -> None:
    bot = closed_bot
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    slow.words = "Найдено"
    await bot.send_message(ROADS_HEAD, "/find яма")
    await slow.is_waiting.wait()
    await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Уволить", "Уволить")
    slow.goes_on.set()
    await bot.wait_for_message(ROADS_HEAD, "Ваш доступ к сообщениям жителей")
    await wait_until_idle(bot)
    assert not any("Ленина" in text for text in bot.bot_texts(ROADS_HEAD))
