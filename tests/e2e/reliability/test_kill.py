"""Nothing that people wrote or officials began is only ever in memory: the power may go out at any moment."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bench.workload_config import (
    ADMINISTRATOR,
    FIRST_HEAD,
    NO_JOIN_CONFIG,
    MessengerAccess,
    build_config,
    telegram_stations,
)
from bench.workload_config import STATION_NAMES as STATIONS
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from tests.databases import ON_BOTH, DatabasePool, migrated_database
from tests.e2e.harness import COMMUNITY, GROUP, TIMEOUT_SECONDS, TOKEN, VK_TOKEN, button_labels, message_text
from tests.e2e.process import BotProcess

MESSAGES = 200
FIRST_CITIZEN = 2001


class StationsHarness:
    """A town of twenty stations, and a bot that dies and rises."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox()
        self.bot = BotProcess(folder / "config.toml")
        self.messages_written = 0
        self.database_url = ""

    async def open(self) -> None:
        await self.sandbox.start()
        telegram, vk = self.sandbox.telegram, self.sandbox.vk
        telegram.add_bot(TOKEN, username="mcu_test_bot")
        telegram.group(GROUP, "Подслушано")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        for number in range(MESSAGES):
            telegram.user(FIRST_CITIZEN + number, f"Житель {number}")
            vk.user(FIRST_CITIZEN + number, "Житель", str(number))
        for head in (ADMINISTRATOR, *self.head_ids()):
            telegram.user(head, f"Начальник {head}")
            await telegram.start_bot(head)
        self.post = await vk.post(COMMUNITY, "Новости станций")
        places = MessengerAccess(GROUP, COMMUNITY, TOKEN, VK_TOKEN)
        text = build_config(
            telegram_stations(STATIONS),
            places,
            self.sandbox.url,
            "sqlite+aiosqlite:///mcu.sqlite3",
            more=NO_JOIN_CONFIG,
        )
        self.bot.config.write_text(text, encoding="utf-8")

    async def close(self) -> None:
        await self.bot.close()
        await self.sandbox.stop()

    def use_database(self, url: str) -> None:
        """Let the bot work on the database behind *url*."""
        self.database_url = url
        text = self.bot.config.read_text(encoding="utf-8").replace("sqlite+aiosqlite:///mcu.sqlite3", url)
        self.bot.config.write_text(text, encoding="utf-8")

    def head_ids(self) -> range:
        return range(FIRST_HEAD, FIRST_HEAD + len(STATIONS))

    async def send_complaints(self, count: int) -> None:
        """Let *count* citizens write, one after another, in different places."""
        for number in range(self.messages_written, self.messages_written + count):
            text = f"На станции {STATIONS[number % len(STATIONS)]} сломана скамейка, жалоба номер {number:03}"
            if number % 2:
                await self.sandbox.telegram.send_message(GROUP, FIRST_CITIZEN + number, text)
            elif number % 4:
                await self.sandbox.vk.send_message(COMMUNITY, FIRST_CITIZEN + number, text)
            else:
                await self.sandbox.vk.comment(COMMUNITY, self.post, FIRST_CITIZEN + number, text)
        self.messages_written += count

    def cards_by_complaint(self) -> dict[int, set[int]]:
        """Complaint → the numbers of the tickets on the cards about it."""
        found: dict[int, set[int]] = {}
        for head in self.head_ids():
            for letter in self.sandbox.telegram.from_bot(head):
                match = re.match(r"[^\s:]+ №(\d+) · .*жалоба номер (\d+)", message_text(letter), re.DOTALL)
                if match:
                    found.setdefault(int(match[2]), set()).add(int(match[1]))
        return found

    async def wait_for_cards(self, count: int, seconds: float = TIMEOUT_SECONDS) -> None:
        try:
            await self.sandbox.change_log.wait_until(lambda: len(self.cards_by_complaint()) >= count, seconds)
        except TimeoutError:
            missing = sorted(set(range(self.messages_written)) - set(self.cards_by_complaint()))
            log = self.bot.log.read_text(encoding="utf-8")[-3000:]
            raise AssertionError(f"no cards of {missing}; the bot says: {log}") from None

    async def wait_for_message(self, head: int, *pieces: str) -> dict[str, Any]:
        def find() -> dict[str, Any]:
            letters = reversed(self.sandbox.telegram.from_bot(head))
            return next((one for one in letters if all(piece in message_text(one) for piece in pieces)), {})

        return await self.sandbox.change_log.wait_until(find, TIMEOUT_SECONDS)

    async def press_button(self, head: int, letter: dict[str, Any], button: str) -> None:
        telegram = self.sandbox.telegram
        label = next(label for label in button_labels(letter) if button in label)
        press_id = await telegram.press_button(head, head, letter["message_id"], label)
        await self.sandbox.change_log.wait_until(lambda: press_id in telegram.callback_answers, TIMEOUT_SECONDS)

    async def wait_for_polls(self) -> None:
        """The bot listens to both messengers (again)."""
        before = self._poll_counts()
        await self.sandbox.change_log.wait_until(
            lambda: all(now > was for now, was in zip(self._poll_counts(), before, strict=True)), TIMEOUT_SECONDS
        )

    def _poll_counts(self) -> tuple[int, int]:
        telegram = sum(name == "getUpdates" for name, _ in self.sandbox.telegram.calls)
        vk = sum(call.method == "groups.getLongPollServer" for call in self.sandbox.vk.calls)
        return telegram, vk


@pytest.fixture
async def stations(kind: str, tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[StationsHarness]:
    stations = StationsHarness(tmp_path)
    await stations.open()
    try:
        async with migrated_database(kind, tmp_path, shelf) as url:
            stations.use_database(url)
            try:
                yield stations
            finally:
                await stations.bot.close()
    finally:
        await stations.close()


@ON_BOTH
async def test_killed_again_and_again_while_two_hundred_write(stations: StationsHarness) -> None:
    bot = stations.bot
    await bot.start()
    await stations.wait_for_polls()  # VK tells what comes from now on only
    await stations.send_complaints(4)
    await stations.wait_for_cards(4)
    await stations.send_complaints(46)
    await stations.wait_for_cards(5)  # the next has just left, the others are anywhere
    head = FIRST_HEAD
    card = await stations.wait_for_message(head, "жалоба номер 000")
    await stations.press_button(head, card, "Ответить")
    await stations.wait_for_message(head, "Ответ на №")
    await bot.kill()

    await stations.send_complaints(50)  # nobody listens
    await bot.start()
    await stations.sandbox.telegram.send_message(head, head, "Скамейку починим завтра.")
    await stations.wait_for_cards(40)
    preview = await stations.wait_for_message(head, "Так ответ увидит житель", "Скамейку починим завтра.")
    await stations.send_complaints(50)
    await bot.kill()

    await bot.start()
    await stations.wait_for_polls()
    await stations.press_button(head, preview, "Отправить")
    await stations.send_complaints(50)
    assert await bot.terminate() == 0, "an administrator's stop is a clean one, also in the thick of it"

    await bot.start()
    await stations.wait_for_cards(MESSAGES)
    await stations.wait_for_message(head, "Отвечено")
    assert await bot.terminate() == 0

    numbers = stations.cards_by_complaint()
    assert sorted(numbers) == list(range(MESSAGES))
    assert [of for of in numbers.values() if len(of) > 1] == []
    assert len(set().union(*numbers.values())) == MESSAGES
    rows = await bot.export_tickets()
    assert Counter(row["text"][-3:] for row in rows) == Counter(f"{n:03}" for n in range(MESSAGES))
    assert [row["answer"] for row in rows if row["answer"]] == ["Скамейку починим завтра."]
    assert "Traceback" not in bot.log.read_text(encoding="utf-8")


async def test_a_stop_does_not_wait_for_a_messenger_that_hangs(stations: StationsHarness) -> None:
    await stations.bot.start()
    await stations.wait_for_polls()
    await stations.sandbox.change_log.wait_until(lambda: _count_menus(stations) >= len(STATIONS), TIMEOUT_SECONDS)
    telegram, vk = stations.sandbox.telegram, stations.sandbox.vk
    telegram.faults.order("sendMessage", Fault(FaultKind.HANG), times=1000)
    vk.faults.order("messages.send", Fault(FaultKind.HANG), times=1000)
    sent = _send_counts(stations)
    await stations.send_complaints(4)
    await stations.sandbox.change_log.wait_until(
        lambda: all(now > was for now, was in zip(_send_counts(stations), sent, strict=True)), TIMEOUT_SECONDS
    )
    assert await stations.bot.terminate(closed_within=10.0) == 0


def _send_counts(stations: StationsHarness) -> tuple[int, int]:
    telegram = sum(name == "sendMessage" for name, _ in stations.sandbox.telegram.calls)
    return telegram, sum(call.method == "messages.send" for call in stations.sandbox.vk.calls)


def _count_menus(stations: StationsHarness) -> int:
    return sum(name == "setMyCommands" for name, _ in stations.sandbox.telegram.calls)


MANAGER = 9900
MANAGER_APPROVES = f"""
[[staff]]
name = "Руководитель МЦУ"
role = "manager"
telegram_id = {MANAGER}

[[rules]]
approval = ["manager"]
"""


@ON_BOTH
async def test_a_draft_outlives_the_death_of_the_bot_before_and_after_it_is_submitted(
    stations: StationsHarness,
) -> None:
    bot, head, telegram = stations.bot, FIRST_HEAD, stations.sandbox.telegram
    telegram.user(MANAGER, "Анна")
    await telegram.start_bot(MANAGER)
    with bot.config.open("a", encoding="utf-8") as config:
        config.write(MANAGER_APPROVES)
    await bot.start()
    await stations.wait_for_polls()
    await stations.send_complaints(1)
    await stations.press_button(head, await stations.wait_for_message(head, "жалоба номер 000"), "Подготовить ответ")
    await stations.wait_for_message(head, "Ответ на №1")
    await telegram.send_message(head, head, "Скамейку починим завтра.")
    preview = await stations.wait_for_message(head, "Так ответ увидит житель", "Скамейку починим завтра.")
    await bot.kill()

    await bot.start()
    await stations.wait_for_polls()
    await stations.press_button(head, preview, "На согласование")
    question = await stations.wait_for_message(MANAGER, "на согласовании (№1)")
    assert [row["answer"] for row in await bot.export_tickets()] == [""]
    await bot.kill()

    await bot.start()
    await stations.wait_for_polls()
    await stations.press_button(MANAGER, question, "Опубликовать")
    await stations.wait_for_message(head, "Отвечено")
    assert await bot.terminate() == 0
    assert [row["answer"] for row in await bot.export_tickets()] == ["Скамейку починим завтра."]
