"""A burst pipe: a thousand people write about it within a minute, and a hundred others about something else."""

import asyncio
import time
from pathlib import Path
from typing import Any

from bench.measurements import Figures, percentile, town_at
from bench.town import COMMUNITY, FIRST_CITIZEN, GROUP, Town

HEAD, CHATS = 2_001, (GROUP, GROUP - 1, GROUP - 2)
ANSWER = "Авария на магистрали, бригада работает, воду дадут к 18:00."

WORDS = (
    "На Заводской {house} нет воды, прорвало трубу",
    "Заводская {house}: воды нет с утра, когда починят?",
    "у дома {house} по Заводской прорвало водопровод, сидим без воды",
    "Нет воды, ул. Заводская, {house}. Что случилось?",
)

MORE = """
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


class Storm:
    """Who wrote where. Three in five write in the three chats, the others to VK: comments and private messages."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.commented: list[int] = []
        self.private: list[int] = []

    async def open(self) -> None:
        telegram = self.town.sandbox.telegram
        for chat in CHATS[1:]:
            telegram.group(chat, "Соседи")
        telegram.user(HEAD, "Начальник")
        await telegram.start_bot(HEAD)
        path = self.town.folder / "config.toml"
        more = MORE.format(second=CHATS[1], third=CHATS[2], head=HEAD)
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    async def voice(self, number: int) -> None:
        citizen, vk = FIRST_CITIZEN + 500 + number, self.town.sandbox.vk
        text = WORDS[number % len(WORDS)].format(house=10 + number % 7)
        place = number % 5
        if place < len(CHATS):
            await self.town.sandbox.telegram.say(CHATS[place], citizen, text)
        elif place == len(CHATS):
            self.commented.append(await vk.comment(COMMUNITY, self.town.post, citizen, text))
        else:
            self.private.append(citizen)
            await vk.message(COMMUNITY, citizen, text)

    def letters(self) -> list[dict[str, Any]]:
        return self.town.sandbox.telegram.from_bot(HEAD)

    def find(self, piece: str) -> dict[str, Any] | None:
        return next((one for one in reversed(self.letters()) if piece in str(one.get("text"))), None)

    async def answer(self) -> None:
        """The head replies to the card and confirms."""
        telegram = self.town.sandbox.telegram
        card = await self.town.sandbox.journal.until(lambda: self.find("👤"), 30)
        await telegram.say(HEAD, HEAD, ANSWER, reply_to=card["message_id"])
        preview = await self.town.sandbox.journal.until(lambda: self.find("Так ответ увидит"), 30)
        await telegram.press(HEAD, HEAD, preview["message_id"], "📤 Отправить")

    def in_chats(self) -> list[int]:
        telegram = self.town.sandbox.telegram
        return [sum(one.get("text") == ANSWER for one in telegram.from_bot(chat)) for chat in CHATS]

    def reached(self) -> tuple[int, int]:
        """(people outside the chats who have got the answer, people who have got it more than once)."""
        vk = self.town.sandbox.vk
        under = [c.reply_to_comment for c in vk.comments(COMMUNITY, self.town.post) if c.text == ANSWER]
        times = [under.count(comment) for comment in self.commented]
        times += [sum(m.text == ANSWER for m in vk.messages(COMMUNITY, who)) for who in self.private]
        return sum(time > 0 for time in times), sum(time > 1 for time in times)


async def storm(folder: Path, voices: int, others: int, seconds: float) -> Figures:
    """What a storm does to its head, to everybody else, and who gets the one answer that is given in its middle."""
    async with town_at(folder) as town:
        burst = Storm(town)
        await burst.open()
        await town.start()
        await town.warm_up()
        town.sent_at.clear()
        watch, known = town.watch(), len(burst.letters())
        began = time.perf_counter()
        every, asked, answered = voices // others, asyncio.Event(), 0.0
        stood: list[float] = []

        async def stream() -> None:
            for number in range(voices):
                await asyncio.sleep(max(0.0, began + number * seconds / voices - time.perf_counter()))
                await burst.voice(number)
                if number % every == 0:
                    await town.write()
                if number == voices // 2:
                    asked.set()

        async def head() -> None:
            nonlocal answered
            await asked.wait()
            await burst.answer()
            answered = time.perf_counter()
            for number in range(1, len(CHATS) + 1):
                await town.sandbox.journal.until(lambda wanted=number: sum(map(bool, burst.in_chats())) >= wanted, 120)
                stood.append(time.perf_counter() - answered)

        async with asyncio.TaskGroup() as group:
            group.create_task(stream())
            group.create_task(head())
            await town.sandbox.journal.until(lambda: len(watch.cards()) >= len(town.sent_at) >= others, seconds + 120)
        outside = len(burst.commented) + len(burst.private)
        deadline = time.perf_counter() + 180
        while burst.reached()[0] < outside and time.perf_counter() < deadline:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.5)
        reached, doubled = burst.reached()
        everybody = time.perf_counter() - answered
        waits = sorted(at - town.sent_at[mark] for mark, at in watch.cards().items() if mark in town.sent_at)
        dialog = 2  # the preview and what becomes of it: the head has asked for them
        return {
            "voices": voices,
            "others": len(waits),
            "notices_to_head": len(burst.letters()) - known - dialog + 1,
            "others_p50_s": round(percentile(waits, 0.5), 3),
            "others_p95_s": round(percentile(waits, 0.95), 3),
            "answer_in_every_chat_s": round(max(stood), 2),
            "answers_per_chat_most": max(burst.in_chats()),
            "outside_chats": outside,
            "reached": reached,
            "not_reached": outside - reached,
            "doubled": doubled,
            "everybody_reached_s": round(everybody, 1),
            "members": town.count("SELECT max(members) FROM problem"),
            "problems": town.count("SELECT count(*) FROM problem"),
            "rss_mb": town.memory()["now"],
        }
