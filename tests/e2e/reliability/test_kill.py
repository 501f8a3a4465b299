"""Nothing that people wrote or officials began is only ever in memory: the power may go out at any moment."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bench.workload_config import ADMINISTRATOR, ALONE, FIRST_HEAD, Places, configuration, in_telegram
from bench.workload_config import TWENTY as STATIONS
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from tests.databases import ON_BOTH, Shelf, migrated_database
from tests.e2e.harness import COMMUNITY, GROUP, PATIENCE, TOKEN, VK_TOKEN, buttons, words
from tests.e2e.process import BotProcess

MESSAGES = 200
FIRST_CITIZEN = 2001


class Stations:
    """A town of twenty stations, and a bot that dies and rises."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox()
        self.bot = BotProcess(folder / "config.toml")
        self.written = 0

    async def open(self) -> None:
        await self.sandbox.start()
        telegram, vk = self.sandbox.telegram, self.sandbox.vk
        telegram.add_bot(TOKEN, username="mcu_test_bot")
        telegram.group(GROUP, "Подслушано")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        for number in range(MESSAGES):
            telegram.user(FIRST_CITIZEN + number, f"Житель {number}")
            vk.user(FIRST_CITIZEN + number, "Житель", str(number))
        for head in (ADMINISTRATOR, *self.heads()):
            telegram.user(head, f"Начальник {head}")
            await telegram.start_bot(head)
        self.post = await vk.post(COMMUNITY, "Новости станций")
        places = Places(GROUP, COMMUNITY, TOKEN, VK_TOKEN)
        text = configuration(
            in_telegram(STATIONS), places, self.sandbox.url, "sqlite+aiosqlite:///mcu.sqlite3", more=ALONE
        )
        self.bot.config.write_text(text, encoding="utf-8")

    async def close(self) -> None:
        await self.bot.close()
        await self.sandbox.stop()

    def use(self, url: str) -> None:
        """Let the bot work on the database behind *url*."""
        text = self.bot.config.read_text(encoding="utf-8").replace("sqlite+aiosqlite:///mcu.sqlite3", url)
        self.bot.config.write_text(text, encoding="utf-8")

    def heads(self) -> range:
        return range(FIRST_HEAD, FIRST_HEAD + len(STATIONS))

    async def write(self, count: int) -> None:
        """So many citizens write, one after another, here and there."""
        for number in range(self.written, self.written + count):
            text = f"На станции {STATIONS[number % len(STATIONS)]} сломана скамейка, жалоба номер {number:03}"
            if number % 2:
                await self.sandbox.telegram.say(GROUP, FIRST_CITIZEN + number, text)
            elif number % 4:
                await self.sandbox.vk.message(COMMUNITY, FIRST_CITIZEN + number, text)
            else:
                await self.sandbox.vk.comment(COMMUNITY, self.post, FIRST_CITIZEN + number, text)
        self.written += count

    def cards(self) -> dict[int, set[int]]:
        """Complaint → the numbers of the tickets on the cards about it."""
        found: dict[int, set[int]] = {}
        for head in self.heads():
            for letter in self.sandbox.telegram.from_bot(head):
                match = re.match(r"[^\s:]+ №(\d+) · .*жалоба номер (\d+)", words(letter), re.DOTALL)
                if match:
                    found.setdefault(int(match[2]), set()).add(int(match[1]))
        return found

    async def until_cards(self, count: int, seconds: float = PATIENCE) -> None:
        try:
            await self.sandbox.journal.until(lambda: len(self.cards()) >= count, seconds)
        except TimeoutError:
            missing = sorted(set(range(self.written)) - set(self.cards()))
            log = self.bot.log.read_text(encoding="utf-8")[-3000:]
            raise AssertionError(f"no cards of {missing}; the bot says: {log}") from None

    async def letter(self, head: int, *pieces: str) -> dict[str, Any]:
        def find() -> dict[str, Any]:
            letters = reversed(self.sandbox.telegram.from_bot(head))
            return next((one for one in letters if all(piece in words(one) for piece in pieces)), {})

        return await self.sandbox.journal.until(find, PATIENCE)

    async def press(self, head: int, letter: dict[str, Any], button: str) -> None:
        telegram = self.sandbox.telegram
        label = next(label for label in buttons(letter) if button in label)
        press_id = await telegram.press(head, head, letter["message_id"], label)
        await self.sandbox.journal.until(lambda: press_id in telegram.answered, PATIENCE)

    async def until_asked(self) -> None:
        """The bot listens to both messengers (again)."""
        before = self._asked()
        await self.sandbox.journal.until(
            lambda: all(now > was for now, was in zip(self._asked(), before, strict=True)), PATIENCE
        )

    def _asked(self) -> tuple[int, int]:
        telegram = sum(name == "getUpdates" for name, _ in self.sandbox.telegram.calls)
        vk = sum(call.method == "groups.getLongPollServer" for call in self.sandbox.vk.calls)
        return telegram, vk


@pytest.fixture
async def stations(kind: str, tmp_path: Path, shelf: Shelf) -> AsyncIterator[Stations]:
    town = Stations(tmp_path)
    await town.open()
    try:
        async with migrated_database(kind, tmp_path, shelf) as url:
            town.use(url)
            try:
                yield town
            finally:
                await town.bot.close()
    finally:
        await town.close()


@ON_BOTH
async def test_killed_again_and_again_while_two_hundred_write(stations: Stations) -> None:
    bot = stations.bot
    await bot.start()
    await stations.until_asked()  # VK tells what comes from now on only
    await stations.write(4)
    await stations.until_cards(4)
    await stations.write(46)
    await stations.until_cards(5)  # the next has just left, the others are anywhere
    head = FIRST_HEAD
    card = await stations.letter(head, "жалоба номер 000")
    await stations.press(head, card, "Ответить")
    await stations.letter(head, "Ответ на №")
    await bot.kill()

    await stations.write(50)  # nobody listens
    await bot.start()
    await stations.sandbox.telegram.say(head, head, "Скамейку починим завтра.")
    await stations.until_cards(40)
    preview = await stations.letter(head, "Так ответ увидит житель", "Скамейку починим завтра.")
    await stations.write(50)
    await bot.kill()

    await bot.start()
    await stations.until_asked()
    await stations.press(head, preview, "Отправить")
    await stations.write(50)
    assert await bot.terminate() == 0, "an administrator's stop is a clean one, also in the thick of it"

    await bot.start()
    await stations.until_cards(MESSAGES)
    await stations.letter(head, "Отвечено")
    assert await bot.terminate() == 0

    numbers = stations.cards()
    assert sorted(numbers) == list(range(MESSAGES))
    assert [of for of in numbers.values() if len(of) > 1] == []
    assert len(set().union(*numbers.values())) == MESSAGES
    rows = await bot.exported()
    assert Counter(row["text"][-3:] for row in rows) == Counter(f"{n:03}" for n in range(MESSAGES))
    assert [row["answer"] for row in rows if row["answer"]] == ["Скамейку починим завтра."]
    assert "Traceback" not in bot.log.read_text(encoding="utf-8")


async def test_a_stop_does_not_wait_for_a_messenger_that_hangs(stations: Stations) -> None:
    await stations.bot.start()
    await stations.until_asked()
    await stations.sandbox.journal.until(lambda: _menus(stations) >= len(STATIONS), PATIENCE)
    telegram, vk = stations.sandbox.telegram, stations.sandbox.vk
    telegram.faults.order("sendMessage", Fault(FaultKind.HANG), times=1000)
    vk.faults.order("messages.send", Fault(FaultKind.HANG), times=1000)
    sent = _asked_to_send(stations)
    await stations.write(4)
    await stations.sandbox.journal.until(
        lambda: all(now > was for now, was in zip(_asked_to_send(stations), sent, strict=True)), PATIENCE
    )
    assert await stations.bot.terminate() == 0


def _asked_to_send(stations: Stations) -> tuple[int, int]:
    telegram = sum(name == "sendMessage" for name, _ in stations.sandbox.telegram.calls)
    return telegram, sum(call.method == "messages.send" for call in stations.sandbox.vk.calls)


def _menus(stations: Stations) -> int:
    return sum(name == "setMyCommands" for name, _ in stations.sandbox.telegram.calls)
