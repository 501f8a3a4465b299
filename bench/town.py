"""Twenty blocks, their heads, a sandbox in this process and the bot in one of its own."""

import asyncio
import itertools
import os
import re
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.machine_info import cpu_of, memory_of
from bench.workload_config import ADMINISTRATOR, FIRST_HEAD, MessengerAccess, build_config, telegram_stations
from bench.workload_config import STATION_NAMES as STATIONS
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[1]
TOKEN, VK_TOKEN = "700001:sandbox-token-for-the-bench", "vk-token-for-the-bench"
GROUP, COMMUNITY = -1001000000001, 500
FIRST_CITIZEN, CITIZENS, CURATOR = 100_001, 2_000, 997

PROBLEM_TEXTS = (
    "третью неделю не чистят снег, пройти с коляской невозможно, дети идут в школу по проезжей части",
    "опять нет горячей воды, управляющая компания трубку не берёт, обещали включить ещё в понедельник",
    "разбита скамейка и сорваны качели, прямо на площадке торчит железный прут, дети режут руки",
    "на остановке разбито стекло и сломана скамейка, осколки лежат на земле, сидеть негде",
    "после ремонта оставили открытую траншею без ограждения и освещения, вечером легко упасть",
)

STREETS = (
    *("Мира", "Ленина", "Гагарина", "Победы", "Кирова", "Пушкина", "Чехова", "Садовая", "Советская", "Школьная"),
    *("Лесная", "Заречная", "Октябрьская", "Первомайская", "Калинина", "Горького", "Лермонтова", "Полевая"),
    *("Набережная", "Строителей", "Космонавтов", "Свердлова", "Некрасова", "Толстого", "Крылова", "Чкалова"),
)

CURATOR_CONFIG = f"""
[[staff]]
name = "Куратор"
role = "curator"
telegram_id = {CURATOR}
"""

_MARK = re.compile(r"К\d{6}")
_CARD = re.compile(r"[^\s:]+ №\d+ · ")
_OVERDUE = re.compile(r"№(\d+) · не принято")


@dataclass
class BenchHarness:
    """A bot and a sandbox made for one measurement, in a folder of their own."""

    folder: Path
    accept_term: str = "1h"
    database: str = "sqlite+aiosqlite:///mcu.sqlite3"
    stations: tuple[str, ...] = STATIONS
    citizens: int = CITIZENS
    more: str = ""
    """Sections to add to the configuration."""
    environment: dict[str, str] = field(default_factory=dict)
    """Settings that the bot reads from its environment."""
    bot_command: tuple[str, ...] = ("bot", "run", "--config")  # what python -m starts
    sandbox: Sandbox = field(default_factory=Sandbox)
    process: Process | None = None
    messages_written: int = 0
    sent_at: dict[str, float] = field(default_factory=dict)
    """Word of a message by which it is known again → when it was written, on the monotonic clock."""

    async def open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.sandbox.start()
        telegram, vk = self.sandbox.telegram, self.sandbox.vk
        telegram.add_bot(TOKEN, username="bench_bot")
        telegram.group(GROUP, "Подслушано")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        for number in range(self.citizens):
            telegram.user(FIRST_CITIZEN + number, f"Житель {number}")
            vk.user(FIRST_CITIZEN + number, "Житель", str(number))
        for head in (ADMINISTRATOR, CURATOR, *self.head_ids()):
            telegram.user(head, f"Начальник {head}")
            await telegram.start_bot(head)
        self.post = await vk.post(COMMUNITY, "Новости станций")
        places = MessengerAccess(GROUP, COMMUNITY, TOKEN, VK_TOKEN)
        text = build_config(
            telegram_stations(self.stations),
            places,
            self.sandbox.url,
            self.database,
            kind="chat",
            accept=self.accept_term,
            more=CURATOR_CONFIG + self.more,
        )
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    async def close(self) -> None:
        if self.process is not None:
            await self.stop(signal.SIGKILL)
        await self.sandbox.stop()

    async def start(self) -> float:
        """Start the bot; seconds until it asks Telegram for news."""
        await asyncio.sleep(0.5)  # what an earlier process asked for last has come in
        polls = self.poll_count()
        began = time.perf_counter()
        self.process = await self.spawn()
        await self.sandbox.change_log.wait_until(lambda: self.poll_count() > polls, 60)
        return time.perf_counter() - began

    async def spawn(self) -> Process:
        """One more process of the bot."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **self.environment}
        with (self.folder / "bot.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.bot_command, str(self.folder / "config.toml")),
                stdout=DEVNULL,
                stderr=log.fileno(),
                env=environment,
            )

    def poll_count(self) -> int:
        """Return how many polls the sandbox has received."""
        return sum(name == "getUpdates" for name, _ in self.sandbox.telegram.calls)

    async def warm_up(self) -> None:
        """Both messengers are listened to: a message from each has become a card."""
        vk = self.sandbox.vk
        await self.sandbox.change_log.wait_until(
            lambda: any(call.method == "groups.getLongPollServer" for call in vk.calls), 60
        )
        watch = self.watch_heads()
        for _ in range(4):
            await self.send_next_message()
        await self.sandbox.change_log.wait_until(lambda: len(watch.cards()) == 4, 60)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Stop the bot; how many seconds that took."""
        assert self.process is not None
        process, self.process = self.process, None
        began = time.perf_counter()
        process.send_signal(how)
        await process.wait()
        return time.perf_counter() - began

    async def send_next_message(self) -> None:
        """The next citizen writes."""
        number = self.messages_written
        self.messages_written += 1
        mark = f"К{number:06}"
        trouble = PROBLEM_TEXTS[number % len(PROBLEM_TEXTS)]
        house = number % 190 + 1
        street = STREETS[number // 380 % len(STREETS)]  # nobody writes of what another has written of
        text = (
            f"Станция {self.stations[number % len(self.stations)]}, улица {street}, {house}: {trouble}. Заявка {mark}"
        )
        citizen = FIRST_CITIZEN + number % self.citizens
        self.sent_at[mark] = time.perf_counter()
        await self.send_message(number, citizen, text)

    async def send_message(self, number: int, citizen: int, text: str) -> None:
        """Every other one in the Telegram group, the rest to VK, half of them in comments."""
        if number % 2:
            await self.sandbox.telegram.send_message(GROUP, citizen, text)
        elif number % 4:
            await self.sandbox.vk.send_message(COMMUNITY, citizen, text)
        else:
            await self.sandbox.vk.comment(COMMUNITY, self.post, citizen, text)

    def head_ids(self) -> range:
        return range(FIRST_HEAD, FIRST_HEAD + len(self.stations))

    def watch_heads(self) -> "NotificationWatcher":
        """From now on, notice cards and notices as they arrive."""
        return NotificationWatcher(self)

    def cpu_seconds(self) -> float:
        """Seconds of processor time that the bot has used: what a start costs however busy the machine is."""
        assert self.process is not None
        return cpu_of(self.process.pid)

    def memory(self) -> dict[str, float]:
        assert self.process is not None
        return memory_of(self.process.pid)

    def query(self, query: str) -> list[tuple[int | str | None, ...]]:
        """Read from the bot's database without disturbing it."""
        with closing(sqlite3.connect(f"file:{self.folder / 'mcu.sqlite3'}?mode=ro", uri=True)) as books:
            return books.execute(query).fetchall()

    def count(self, query: str) -> int:
        return int(self.query(query)[0][0] or 0)


class NotificationWatcher:
    """The messages that the heads have received since the watch began, with their times."""

    def __init__(self, town: BenchHarness) -> None:
        self._harness = town
        self._known = {head: len(self._head_messages(head)) for head in town.head_ids()}
        self._cards: dict[str, float] = {}
        self._overdue: dict[int, float] = {}

    def cards(self) -> dict[str, float]:
        """Mark of a citizen's message → when its card came, on the monotonic clock."""
        self._scan()
        return self._cards

    def overdue(self) -> dict[int, float]:
        """Number of a ticket → when its overdue notice arrived."""
        self._scan()
        return self._overdue

    def _scan(self) -> None:
        """Record what is new since the last call; it is called after every change, so it must cost next to nothing."""
        now = time.perf_counter()
        for text in self._new_texts():
            mark = _MARK.search(text)
            if mark is not None and _CARD.match(text):
                self._cards.setdefault(mark[0], now)
            for number in _OVERDUE.findall(text):
                self._overdue.setdefault(int(number), now)

    def _new_texts(self) -> Iterator[str]:
        for head, known in self._known.items():
            messages = self._head_messages(head)
            if len(messages) > known:
                self._known[head] = len(messages)
                for message in itertools.islice(messages.values(), known, None):
                    if message.get("from", {}).get("is_bot"):
                        yield str(message.get("text", ""))

    def _head_messages(self, head: int) -> dict[int, dict[str, Any]]:
        return self._harness.sandbox.telegram.world.chats[head].messages
