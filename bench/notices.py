"""``python -m bench.notices``: a day of 30 citizen messages over the sandbox, and how often phones ring.

A message counts if the bot sent it while its reader had asked for nothing; it is a sound if it was not sent silently.
The day begins on a Monday at eight and ends on Tuesday at half past eight, with the lists of the morning after a night.
Sounds about people in danger count like all others, but at night, when they alone may ring; they are listed apart, too.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.databases import copy_migrated_sqlite
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.settled_town import live_first_morning

STREETS = (
    *("Мира", "Ленина", "Гагарина", "Победы", "Кирова", "Пушкина", "Чехова", "Садовая", "Советская", "Школьная"),
    *("Лесная", "Заречная", "Октябрьская", "Первомайская", "Калинина"),
)

WORDS = (
    "Яма на дороге, {street}, {house}, объехать негде",
    "Из крана в доме течёт ржавая вода, {street}, {house}",
)

DANGER_WORDS = "Провалился асфальт на дороге, в яму упал ребёнок, улица Вокзальная, 3"

ADDITIONS = ("Там уже две машины колёса пробили", "И вчера так было", "Сделайте что-нибудь")
"""A citizen who writes in short pieces, each within a few seconds."""

NIGHT_MESSAGES, MESSAGES, ADDED_TO = (23 * 60 + 10, 25 * 60 + 40, 29 * 60 + 20), 30, frozenset({4, 10})
"""The first are minutes from midnight; the last, the messages that are followed by :data:`ADDITIONS`."""

STEP, DAY = timedelta(minutes=10), timedelta(hours=24, minutes=30)

OFFICIALS = {
    ROADS_HEAD: "head of roads",
    HOUSING_HEAD: "head of housing",
    COORDINATOR: "coordinator",
    CURATOR: "curator",
    ADMINISTRATOR: "administrator",
}

MAX_CURATOR_SOUNDS, MAX_HEAD_EXTRA_SOUNDS = 4, 3

NIGHT_HOURS = (*range(22, 24), *range(8))


class Posts(StrEnum):
    """The way the heads work: nobody presses anything, or they accept in half an hour and answer in two hours."""

    SLOW = "slow"
    DILIGENT = "diligent"


@dataclass
class PhoneDay:
    """Messages and sounds of one phone; ``danger``: sounds about it; ``night``: sounds at night about anything else."""

    messages: int = 0
    sounds: int = 0
    danger: int = 0
    night: int = 0
    cards: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


class NoticeDay:
    """One simulated day."""

    def __init__(self, bot: Harness, posts: Posts) -> None:
        self.bot, self.posts = bot, posts
        self.phones: dict[int, PhoneDay] = defaultdict(PhoneDay)
        self._seen: dict[int, set[int]] = defaultdict(set)
        self._accept_at: list[tuple[datetime, int, int]] = []
        self._answer_at: list[tuple[datetime, int, int]] = []

    async def play(self) -> None:
        """Live through the day in steps of ten minutes."""
        zone = ZoneInfo("Asia/Vladivostok")
        start = datetime(2026, 11, 23, 8, tzinfo=zone)
        moments = self._message_times(start)
        self._forget()
        now = start
        while now <= start + DAY:
            self.bot.clock.set(now)
            self.bot.trigger_due_tasks()
            while moments and moments[0] <= now:
                moments.pop(0)
                await self._write(MESSAGES - len(moments) - 1)
            await self.bot.wait_for_inbox()
            await self.bot.wait_for_outbox()
            self._count(now)
            if self.posts is Posts.DILIGENT:
                await self._work(now)
            now += STEP

    def _message_times(self, start: datetime) -> list[datetime]:
        midnight = start.replace(hour=0)
        by_day = MESSAGES - len(NIGHT_MESSAGES)
        day = [start + timedelta(minutes=20 + 28 * number) for number in range(by_day)]
        return sorted([*day, *(midnight + timedelta(minutes=one) for one in NIGHT_MESSAGES)])

    async def _write(self, number: int) -> None:
        telegram, author = self.bot.sandbox.telegram, 3000 + number
        telegram.user(author, f"Житель {number}")
        street = f"улица {STREETS[number // 2 % len(STREETS)]}"
        words = WORDS[number % 2].format(street=street, house=10 + number)
        await telegram.send_message(GROUP, author, DANGER_WORDS if number == MESSAGES // 2 else words)
        if number in ADDED_TO:
            for addition in ADDITIONS:
                await self.bot.settle_and_advance(seconds=9)
                await telegram.send_message(GROUP, author, addition)
            await self.bot.settle_and_advance(seconds=61)

    def _forget(self) -> None:
        """Do not count what the officials have so far."""
        for person in OFFICIALS:
            self._seen[person] = {one["message_id"] for one in self.bot.bot_messages(person)}

    def _count(self, now: datetime) -> None:
        for person in OFFICIALS:
            for letter in self.bot.bot_messages(person):
                if letter["message_id"] in self._seen[person]:
                    continue
                self._seen[person].add(letter["message_id"])
                self._count_letter(person, letter, now)

    def _count_letter(self, person: int, letter: dict[str, object], now: datetime) -> None:
        phone, text = self.phones[person], message_text(letter)
        phone.messages += 1
        number = next((int(word[1:]) for word in text.split()[:4] if word[:1] == "№" and word[1:].isdigit()), 0)
        if any("Принять" in label for label in button_labels(letter)):
            phone.cards += 1
            self._accept_at.append((now + timedelta(minutes=20), person, number))
        if letter.get("disable_notification"):
            return
        phone.sounds += 1
        phone.kinds[text[:24]] += 1
        if "упал ребёнок" in text:
            phone.danger += 1
        elif now.hour in NIGHT_HOURS:
            phone.night += 1

    async def _work(self, now: datetime) -> None:
        """Let the diligent heads accept and answer by day; what the bot says to that was asked for."""
        if now.hour in NIGHT_HOURS:
            return
        for one in [one for one in self._accept_at if one[0] <= now]:
            self._accept_at.remove(one)
            _, person, number = one
            await self.bot.press_button(person, await self.bot.wait_for_card(person, number), "Принять")
            self._answer_at.append((now + timedelta(minutes=90), person, number))
        for one in [one for one in self._answer_at if one[0] <= now]:
            self._answer_at.remove(one)
            _, person, number = one
            words = f"Бригада выехала по адресу, работы по сообщению {number} закончим сегодня до 18:00."
            await self.bot.answer_ticket(person, number, words)
        await self.bot.wait_for_inbox()
        await self.bot.wait_for_outbox()
        self._forget()


async def measure(posts: Posts, folder: Path) -> dict[int, PhoneDay]:
    """Return what the phones did on one day."""
    bot = Harness(folder)
    bot.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    bot.addition_delay = None
    bot.settings["database"] = f"sqlite+aiosqlite:///{folder / 'mcu.sqlite3'}"
    await copy_migrated_sqlite(bot.settings["database"], folder)
    await bot.open()
    try:
        await live_first_morning(bot)
        day = NoticeDay(bot, posts)
        await day.play()
        return day.phones
    finally:
        await bot.close()


def misses(posts: Posts, phones: dict[int, PhoneDay]) -> list[str]:
    """Return the targets of issue 13 that the day did not meet."""
    found = [f"{OFFICIALS[one]}: {phone.night} sounds at night" for one, phone in phones.items() if phone.night]
    if phones[CURATOR].sounds > MAX_CURATOR_SOUNDS:
        found.append(f"curator: {phones[CURATOR].sounds} sounds, at most {MAX_CURATOR_SOUNDS}")
    if posts is Posts.DILIGENT:
        for head in (ROADS_HEAD, HOUSING_HEAD):
            most = phones[head].cards + MAX_HEAD_EXTRA_SOUNDS
            if phones[head].sounds > most:
                found.append(f"{OFFICIALS[head]}: {phones[head].sounds} sounds, at most {most}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.notices", description=__doc__)
    parser.add_argument("--posts", choices=[*Posts], help="default: slow, then diligent")
    parser.add_argument("--tell", action="store_true", help="print how the messages that made a sound begin")
    options = parser.parse_args(arguments)
    logging.disable(logging.ERROR)
    missed, found = [], {}
    for posts in [Posts(options.posts)] if options.posts else Posts:
        with tempfile.TemporaryDirectory(prefix="mcu-notices-") as folder:
            phones = asyncio.run(measure(posts, Path(folder)))
        print(f"{posts} posts, {MESSAGES} messages:")
        for person, title in OFFICIALS.items():
            phone = phones[person]
            print(
                f"  {title:<16} {phone.messages:4} messages {phone.sounds:4} sounds {phone.danger:3} about danger "
                f"{phone.night:3} at night"
            )
            for opening, count in phone.kinds.most_common() if options.tell else ():
                print(f"      {count:3} × {opening!r}")
        found[posts.value] = {OFFICIALS[one]: [phone.messages, phone.sounds] for one, phone in phones.items()}
        missed += [f"{posts} posts: {one}" for one in misses(posts, phones)]
    print(json.dumps(found))
    for one in missed:
        print(f"MISSED {one}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
