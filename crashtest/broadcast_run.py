"""One answer goes to everybody who wrote about one accident, and the bot is killed again and again while it does."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crashtest.broadcast_workload import STREETS, Accident
from crashtest.bot_database import exported, opened, until_calm, until_listening
from crashtest.killer import Death, Seat
from crashtest.bot_process import Lives
from crashtest.messenger_clients import Letter
from crashtest.failpoints import Doom, Point
from crashtest.workload import COMMUNITY
from crashtest.checker import Report, books_in_order, repeated, said_twice
from crashtest.history import Watch
from storage.database import Database

PATIENCE = 120.0
"""Seconds for one step of the head's, or for everything to be said."""

POINTS = (Point.CLAIMED, Point.SENT, Point.SENT, Point.COMMITTED, Point.ANYWHERE)
"""Where a broadcast dies; most of all where a repetition threatens."""


@dataclass(slots=True)
class Storm:
    """Accident after accident, until the bot has been killed so often."""

    folder: Path
    kills: int
    seed: int
    voices: int = 72
    server: str | None = None
    say: Callable[[str], None] = lambda words: None
    town: Accident = field(init=False)
    watch: Watch = field(init=False)
    lives: Lives = field(init=False)
    death: Death = field(init=False)
    lost: list[str] = field(default_factory=list)
    reached: int = 0

    async def run(self) -> Report:
        """Raises only what is wrong with the harness; what is wrong with the bot stands in the report."""
        random, began = Random(self.seed), time.monotonic()
        database = self.server or f"sqlite+aiosqlite:///{self.folder / 'mcu.sqlite3'}"
        self.town, self.death = Accident(self.folder, self.voices), Death(random, quick=True)
        self.watch = Watch(self.town.sandbox)
        config = await self.town.open(database)
        self.lives = Lives(config, self.folder / "bot.log")
        try:
            async with opened(database) as books, asyncio.TaskGroup() as group:
                watching = group.create_task(self.watch.run())
                await self._all(books, random)
                watching.cancel()
                async with books.read() as uow:
                    counts = {"inbox": await uow.inbox.counts(), "outbox": await uow.outbox.counts()}
            rows = await exported(config)
        finally:
            await self.lives.close()
            await self.town.sandbox.stop()
        log = self.lives.log.read_text(encoding="utf-8")
        return self._report(rows, books_in_order(counts, log), time.monotonic() - began)

    async def _all(self, books: Database, random: Random) -> None:
        seat = await self._live(Point.ANYWHERE, 1)
        await until_listening(books, self.town.sandbox, (f"vk:{COMMUNITY}", "max"))
        for street in itertools.islice(_streets(), self.kills):
            if self.death.times.total() >= self.kills:
                break
            seat = await self._accident(books, random, seat, street)
        await self.death.spare(seat.life)

    async def _accident(self, books: Database, random: Random, seat: Seat, street: str) -> Seat:
        """From the first message to the last answer; who lives at the end."""
        answer = f"Улица {street}: трубу заменили, вода есть."
        await self.town.happen(street)
        async with asyncio.timeout(PATIENCE):
            await until_calm(books, self.town.sandbox)
        await self.death.spare(seat.life)
        seat = await self._live(random.choice(POINTS[:3]), random.randint(1, 3))
        await self._answer(street, answer)
        while True:
            await self.death.take(seat)
            await self.watch.turn_over()
            done, stands = self.death.times.total(), len(self.town.reached(answer))
            self.say(f"{done}/{self.kills}: {seat.doom.point}, the answer stands at {stands} places")
            if done >= self.kills or stands == len(self.town.waiting):
                break
            seat = await self.death.promise(self.lives, Doom(random.choice(POINTS), random.randint(1, 3)))
        seat = await self._live(Point.ANYWHERE, 1)
        async with asyncio.timeout(PATIENCE):
            await until_calm(books, self.town.sandbox)
        there = self.town.reached(answer)
        self.reached += len(there)
        self.lost += [f"no answer at {place}: {street}" for place in self.town.waiting if place not in there]
        return seat

    async def _live(self, point: Point, passage: int) -> Seat:
        """A life that nothing ends until it is asked to."""
        return await self.death.promise(self.lives, Doom(point, passage, armed=False))

    async def _answer(self, street: str, answer: str) -> None:
        phone = self.town.phone
        card = await self._letter("the card", lambda one: street in one.text and f"{self.voices} человек" in one.text)
        await phone.press(card, _button(card, "Ответить"))
        await self._letter("the question", lambda one: f"Ответ на №{card.card}" in one.text)
        await phone.write(answer)
        draft = await self._letter("the preview", lambda one: answer in one.text and bool(one.buttons))
        await phone.press(draft, _button(draft, "Отправить"))

    async def _letter(self, what: str, fits: Callable[[Letter], bool]) -> Letter:
        def look() -> Letter | None:
            return next(filter(fits, reversed(self.town.phone.letters())), None)

        try:
            found = await self.town.sandbox.journal.until(look, PATIENCE)
        except TimeoutError:
            raise RuntimeError(f"the head waited in vain for {what}") from None
        assert found is not None
        return found

    def _report(self, rows: Sequence[Mapping[str, str]], violations: list[str], seconds: float) -> Report:
        repeats, twice = self.watch.repeats(), said_twice(self.watch)
        violations += self.lost + twice + repeated(self.watch) + self.death.odd_ends
        if len(rows) != self.town.written:
            violations.append(f"{len(rows)} tickets of {self.town.written} messages")
        return Report(
            complaints=self.town.written,
            tickets=len(rows),
            answers=self.reached,
            presses=0,
            lost=len(self.lost),
            doubled=len(twice),
            left_over=0,
            repeats={messenger: sum(by_life.values()) for messenger, by_life in repeats.items()},
            worst={messenger: max(by_life.values(), default=0) for messenger, by_life in repeats.items()},
            violations=violations,
            seed=self.seed,
            seconds=seconds,
            deaths=self.death.times,
        )


def _streets() -> Iterator[str]:
    """One after another, each accident somewhere else."""
    yield from STREETS
    for number in itertools.count(2):
        yield from (f"{street} {number}-я" for street in STREETS)


def _button(letter: Letter, words: str) -> str:
    return next(label for label in letter.buttons if words in label)
