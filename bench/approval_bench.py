"""A text that waits for approval: from the press of one approver to the question in the chat of the next.

Twenty presses a second need sixty approvers: a chat takes one message a second, and a question is two. The texts are
written and submitted beforehand, off the clock; a person has one dialog at a time.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from bench.measurements import Figures, percentile, running_harness
from bench.town import BenchHarness
from bench.workload_config import STATION_NAMES

MORE_STATION_NAMES = (
    *("Берёза", "Осина", "Рябина", "Калина", "Черёмуха", "Сирень", "Ромашка", "Василёк", "Колокольчик", "Ландыш"),
    *("Тюльпан", "Георгин", "Фиалка", "Незабудка", "Одуванчик", "Клевер", "Можжевельник", "Крапива", "Шиповник"),
    *("Карась", "Окунь", "Судак", "Налим", "Сазан", "Осётр", "Стерлядь", "Форель", "Хариус", "Таймень", "Лосось"),
    *("Барсук", "Бобёр", "Выдра", "Куница", "Соболь", "Горностай", "Росомаха", "Тюлень", "Дельфин", "Белуха"),
)
STATIONS = (*STATION_NAMES, *MORE_STATION_NAMES)

FIRST_CURATOR, FIRST_CHECKER = 5_001, 7_001

MAX_MEASURED_SECONDS = 20.0
"""Each text is prepared beforehand, which takes longer than to approve it."""

PREPARATION_SECONDS = 600.0
"""Patience for the texts that are prepared."""

Json = dict[str, Any]

_RULES = """
[[roles]]
code = "checker"
base = "block_curator"
title = "Проверяющий"

[[rules]]
approval = ["block_curator", "checker"]
"""

_APPROVER = """
[[staff]]
name = "{name} {index}"
role = "{role}"
sectors = ["station{index}"]
telegram_id = {account}
"""

_QUESTION = re.compile(r"на согласовании \(№(\d+)\)")
_CARD = re.compile(r"[^\s:]+ №(\d+) · ")


class Waiting(NamedTuple):
    """A text that waits for the approval of *curator*, under the question *message_id*, and then of *checker*."""

    number: int
    curator: int
    message_id: int
    checker: int


@dataclass
class ApprovalHarness(BenchHarness):
    """Sixty blocks; the head of each writes, its curator and then a checker approve."""

    stations: tuple[str, ...] = STATIONS

    async def open(self) -> None:
        await super().open()
        telegram, people = self.sandbox.telegram, _RULES
        for index in range(len(STATIONS)):
            for name, role, first in (
                ("Куратор", "block_curator", FIRST_CURATOR),
                ("Проверяющий", "checker", FIRST_CHECKER),
            ):
                telegram.user(first + index, f"{name} {index}")
                await telegram.start_bot(first + index)
                people += _APPROVER.format(name=name, index=index, role=role, account=first + index)
        config = self.folder / "config.toml"
        config.write_text(config.read_text(encoding="utf-8") + people, encoding="utf-8")

    def list_cards(self) -> list[list[Json]]:
        """List the cards of each head, the oldest first."""
        chats = (self.sandbox.telegram.world.chats[head] for head in self.head_ids())
        return [[one for one in chat.messages.values() if _CARD.match(str(one.get("text", "")))] for chat in chats]

    async def submit_all(self, count: int) -> list[Waiting]:
        """Let *count* citizens write and the heads submit their answers; return what waits for the curators."""
        for _ in range(count):
            await self.send_next_message()
        cards: list[list[Json]] = []

        def have_come() -> bool:
            nonlocal cards
            cards = self.list_cards()
            return sum(map(len, cards)) >= self.messages_written

        await self.sandbox.change_log.wait_until(have_come, PREPARATION_SECONDS)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._submit_of(index, own)) for index, own in enumerate(cards)]
        # One of each station after the other, so that no chat is written to more often than it takes.
        return [one for turn in zip_longest(*(task.result() for task in tasks)) for one in turn if one is not None]

    async def _submit_of(self, index: int, cards: Sequence[Json]) -> list[Waiting]:
        telegram, head, curator = self.sandbox.telegram, self.head_ids()[index], FIRST_CURATOR + index
        found = []
        for card in cards:
            number = _number_in(_CARD, card)
            await telegram.send_message(head, head, "Сделаем до пятницы.", reply_to=card["message_id"])
            preview = await self._wait(head, re.compile(rf"увидит житель \(№({number})\)"), number)
            await telegram.press_button(head, head, preview["message_id"], "📨 На согласование")
            question = await self._wait(curator, _QUESTION, number)
            found.append(Waiting(number, curator, question["message_id"], FIRST_CHECKER + index))
        return found

    async def _wait(self, chat: int, pattern: re.Pattern[str], number: int | None) -> Json:
        """Wait for a message with buttons that fits *pattern* and is about ticket *number*."""
        messages = self.sandbox.telegram.world.chats[chat].messages

        def find() -> Json | None:
            for one in reversed(messages.values()):
                if "reply_markup" in one and _number_in(pattern, one) == number:
                    return one
            return None

        found = await self.sandbox.change_log.wait_until(find, PREPARATION_SECONDS)
        assert found is not None
        return found


def _number_in(pattern: re.Pattern[str], message: Json) -> int | None:
    found = pattern.search(str(message.get("text", "")))
    return int(found[1]) if found is not None else None


class _Watch:
    """When the questions about tickets came to the checkers, since the watch began."""

    def __init__(self, town: ApprovalHarness) -> None:
        self._chats = [town.sandbox.telegram.world.chats[FIRST_CHECKER + index] for index in range(len(STATIONS))]
        self._known = [len(chat.messages) for chat in self._chats]
        self.came: dict[int, float] = {}

    def scan(self) -> int:
        """Record what is new; return how many questions have come."""
        now = time.perf_counter()
        for index, chat in enumerate(self._chats):
            if len(chat.messages) > self._known[index]:
                for message in islice(chat.messages.values(), self._known[index], None):
                    number = _number_in(_QUESTION, message)
                    if number is not None:
                        self.came.setdefault(number, now)
                self._known[index] = len(chat.messages)
        return len(self.came)


async def approval(folder: Path, rate: float, seconds: float) -> Figures:
    """From «Согласовать» to the question in the next approver's chat, at *rate* presses a second."""
    wanted = round(rate * min(seconds, MAX_MEASURED_SECONDS))
    async with running_harness(ApprovalHarness(folder)) as town:
        await town.start()
        await town.warm_up()
        waiting = (await town.submit_all(wanted))[:wanted]
        watch, pressed = _Watch(town), dict[int, float]()
        cpu = town.cpu_seconds()

        async def press_all() -> None:
            began = time.perf_counter()
            for at, one in enumerate(waiting):
                await asyncio.sleep(max(0.0, began + at / rate - time.perf_counter()))
                pressed[one.number] = time.perf_counter()
                await town.sandbox.telegram.press_button(one.curator, one.curator, one.message_id, "✅ Согласовать")

        async with asyncio.TaskGroup() as group:
            group.create_task(press_all())
            await town.sandbox.change_log.wait_until(lambda: watch.scan() == wanted, PREPARATION_SECONDS)
        waits = sorted(at - pressed[number] for number, at in watch.came.items())
        cpu = town.cpu_seconds() - cpu
    return {
        "approvals": wanted,
        "rate_per_s": rate,
        "cpu_ms_per_approval": round(cpu / wanted * 1_000, 1),
        "p50_s": round(percentile(waits, 0.5), 3),
        "p95_s": round(percentile(waits, 0.95), 3),
        "p99_s": round(percentile(waits, 0.99), 3),
        "longest_s": round(waits[-1], 3),
    }
