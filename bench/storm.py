"""A burst pipe: a thousand people write about it within a minute, and a hundred others about something else."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measurements import Figures, new_harness, percentile
from bench.town import COMMUNITY, FIRST_CITIZEN, GROUP, BenchHarness, NotificationWatcher

HEAD_ID, GROUP_CHATS = 2_001, (GROUP, GROUP - 1, GROUP - 2)
ANSWER = "Авария на магистрали, бригада работает, воду дадут к 18:00."

MESSAGE_TEMPLATES = (
    "На Заводской {house} нет воды, прорвало трубу",
    "Заводская {house}: воды нет с утра, когда починят?",
    "у дома {house} по Заводской прорвало водопровод, сидим без воды",
    "Нет воды, ул. Заводская, {house}. Что случилось?",
)

EXTRA_CONFIG = """
[[telegram.chats]]
id = {second}
title = "Дворы"
answers = "bot"

[[telegram.chats]]
id = {third}
title = "Заводская"
answers = "bot"

[[sectors]]
code = "housing"

[[staff]]
name = "Начальник отдела ЖКХ"
role = "head"
sectors = ["housing"]
telegram_id = {head}
"""


class BurstWorkload:
    """The authors and their chats: three in five use three chats, the others VK (comments, private messages)."""

    def __init__(self, town: BenchHarness) -> None:
        self.harness = town
        self.commenters: list[int] = []
        self.private_authors: list[int] = []

    async def open(self) -> None:
        telegram = self.harness.sandbox.telegram
        for chat in GROUP_CHATS[1:]:
            telegram.group(chat, "Соседи")
        telegram.user(HEAD_ID, "Начальник")
        await telegram.start_bot(HEAD_ID)
        path = self.harness.folder / "config.toml"
        more = EXTRA_CONFIG.format(second=GROUP_CHATS[1], third=GROUP_CHATS[2], head=HEAD_ID)
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    async def send_report(self, number: int) -> None:
        citizen, vk = FIRST_CITIZEN + 500 + number, self.harness.sandbox.vk
        text = MESSAGE_TEMPLATES[number % len(MESSAGE_TEMPLATES)].format(house=10 + number % 7)
        place = number % 5
        if place < len(GROUP_CHATS):
            await self.harness.sandbox.telegram.send_message(GROUP_CHATS[place], citizen, text)
        elif place == len(GROUP_CHATS):
            self.commenters.append(await vk.comment(COMMUNITY, self.harness.post, citizen, text))
        else:
            self.private_authors.append(citizen)
            await vk.send_message(COMMUNITY, citizen, text)

    def messages_to_head(self) -> list[dict[str, Any]]:
        return self.harness.sandbox.telegram.from_bot(HEAD_ID)

    def find_message(self, piece: str) -> dict[str, Any] | None:
        return next((one for one in reversed(self.messages_to_head()) if piece in str(one.get("text"))), None)

    async def publish_answer(self) -> None:
        """The head replies to the card and confirms."""
        telegram = self.harness.sandbox.telegram
        card = await self.harness.sandbox.change_log.wait_until(lambda: self.find_message("👤"), 30)
        await telegram.send_message(HEAD_ID, HEAD_ID, ANSWER, reply_to=card["message_id"])
        preview = await self.harness.sandbox.change_log.wait_until(lambda: self.find_message("Так ответ увидит"), 30)
        await telegram.press_button(HEAD_ID, HEAD_ID, preview["message_id"], "📤 Отправить")

    def answers_per_chat(self) -> list[int]:
        telegram = self.harness.sandbox.telegram
        return [sum(one.get("text") == ANSWER for one in telegram.from_bot(chat)) for chat in GROUP_CHATS]

    def count_outside(self) -> int:
        """Return how many wrote outside the chats: each of them gets an answer of their own."""
        return len(self.commenters) + len(self.private_authors)

    def count_reached(self) -> tuple[int, int]:
        """(people outside the chats who have got the answer, people who have got it more than once)."""
        vk = self.harness.sandbox.vk
        under = [c.reply_to_comment for c in vk.comments(COMMUNITY, self.harness.post) if c.text == ANSWER]
        times = [under.count(comment) for comment in self.commenters]
        times += [sum(m.text == ANSWER for m in vk.messages(COMMUNITY, who)) for who in self.private_authors]
        return sum(time > 0 for time in times), sum(time > 1 for time in times)


@dataclass
class Storm:
    """The course of one burst of *voices* within *seconds*, and when its answer was given and posted."""

    burst: BurstWorkload
    voices: int
    others: int
    seconds: float
    began: float = field(default_factory=time.perf_counter)
    answered: float = 0.0
    posted_after: list[float] = field(default_factory=list)
    """Seconds from the answer until it was posted in one, two … of the chats."""
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> NotificationWatcher:
        """Let everybody write and the head answer; return the cards of the others once all of them have come."""
        town = self.burst.harness
        watch = town.watch_heads()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_reports())
            group.create_task(self._answer())
            await town.sandbox.change_log.wait_until(
                lambda: len(watch.cards()) >= len(town.sent_at) >= self.others, self.seconds + 120
            )
        return watch

    async def wait_for_everybody(self) -> float:
        """Return the seconds until the answer has reached all who wrote outside the chats, three minutes at most."""
        deadline = time.perf_counter() + 180
        while self.burst.count_reached()[0] < self.burst.count_outside() and time.perf_counter() < deadline:
            await asyncio.sleep(0.5)
        return time.perf_counter() - self.answered

    async def _send_reports(self) -> None:
        every = self.voices // self.others
        for number in range(self.voices):
            await asyncio.sleep(max(0.0, self.began + number * self.seconds / self.voices - time.perf_counter()))
            await self.burst.send_report(number)
            if number % every == 0:
                await self.burst.harness.send_next_message()
            if number == self.voices // 2:
                self._asked.set()

    async def _answer(self) -> None:
        await self._asked.wait()
        await self.burst.publish_answer()
        self.answered = time.perf_counter()
        for number in range(1, len(GROUP_CHATS) + 1):
            await self.burst.harness.sandbox.change_log.wait_until(
                lambda wanted=number: sum(map(bool, self.burst.answers_per_chat())) >= wanted, 120
            )
            self.posted_after.append(time.perf_counter() - self.answered)


async def storm(folder: Path, voices: int, others: int, seconds: float) -> Figures:
    """Measure the effect of a storm on its head and on everybody else, and who gets the answer given in its middle."""
    async with new_harness(folder) as town:
        burst = BurstWorkload(town)
        await burst.open()
        await town.start()
        await town.warm_up()
        town.sent_at.clear()
        known = len(burst.messages_to_head())
        course = Storm(burst, voices, others, seconds)
        watch = await course.run()
        everybody = await course.wait_for_everybody()
        waits = sorted(at - town.sent_at[mark] for mark, at in watch.cards().items() if mark in town.sent_at)
        dialog = 2  # the preview and what becomes of it: the head has asked for them
        return {
            "voices": voices,
            "others": len(waits),
            "notices_to_head": len(burst.messages_to_head()) - known - dialog + 1,
            "others_p50_s": round(percentile(waits, 0.5), 3),
            "others_p95_s": round(percentile(waits, 0.95), 3),
            "answer_in_every_chat_s": round(max(course.posted_after), 2),
            "answers_per_chat_most": max(burst.answers_per_chat()),
            **_reached_figures(burst),
            "everybody_reached_s": round(everybody, 1),
            "members": town.count("SELECT max(members) FROM problem"),
            "problems": town.count("SELECT count(*) FROM problem"),
            "rss_mb": town.memory()["now"],
        }


def _reached_figures(burst: BurstWorkload) -> Figures:
    outside, (reached, doubled) = burst.count_outside(), burst.count_reached()
    return {"outside_chats": outside, "reached": reached, "not_reached": outside - reached, "doubled": doubled}
