"""One run: so many deaths, then the truth.

Either one process lives at a time and another follows it; or two work on one PostgreSQL, one of them dies, the other
has to take over, and only then comes a third.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crashtest.bot_database import exported, opened, until_calm, until_listening
from crashtest.killer import Death, Seat
from crashtest.bot_process import Lives
from crashtest.officials import Head
from crashtest.failpoints import Doom, Point
from crashtest.workload import COMMUNITY, Town
from crashtest.checker import Report, judge
from crashtest.history import Watch

CALM = 900.0
"""Seconds that everything may take to settle when nobody is killed any more."""

TAKEOVER = 10.0
"""Seconds after which the survivor must ask Telegram for news."""


@dataclass(slots=True)
class Ordeal:
    """*pause*: seconds between two messages of citizens. *quick*: what is killed at random has its libraries imported
    already, so that it lives when it dies, and not only starts. *server*: a PostgreSQL database, empty. *pair*: two at
    once work on it."""

    folder: Path
    kills: int
    seed: int
    pause: float = 1.2
    quick: bool = False
    server: str | None = None
    pair: bool = False
    say: Callable[[str], None] = lambda words: None
    town: Town = field(init=False)
    watch: Watch = field(init=False)
    lives: list[Lives] = field(init=False)
    heads: list[Head] = field(default_factory=list)
    death: Death = field(init=False)
    closing: bool = False
    takeover: float = 0.0
    _people: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def database(self) -> str:
        return self.server or f"sqlite+aiosqlite:///{self.folder / 'mcu.sqlite3'}"

    async def run(self) -> Report:
        """Raises only what is wrong with the harness; what is wrong with the bot stands in the report."""
        random, began = Random(self.seed), time.monotonic()
        self.town = Town(self.folder, Random(random.random()))
        self.watch = Watch(self.town.sandbox)
        config = await self.town.open(self.database)
        self.death = Death(random, self.quick)
        self.lives = [Lives(config, self.folder / "bot.log") for _ in range(2 if self.pair else 1)]
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self.watch.run())
                await self._last_life(await self._fall_and_rise(group, random))
                watching.cancel()
            self.watch.look()
            rows = await exported(config)
            async with opened(self.database) as books, books.read() as uow:
                counts = {"inbox": await uow.inbox.counts(), "outbox": await uow.outbox.counts()}
        finally:
            for lives in self.lives:
                await lives.close()
            await self.town.sandbox.stop()
        log = self.lives[0].log.read_text(encoding="utf-8")
        report = judge(self.town, self.watch, self.heads, rows, counts, log)
        report.seed, report.deaths, report.seconds = self.seed, self.death.times, time.monotonic() - began
        report.takeover = self.takeover
        report.violations += self.death.odd_ends
        return report

    async def _fall_and_rise(self, group: asyncio.TaskGroup, random: Random) -> list[Seat]:
        """Whoever is left alive."""
        await self._introduce()
        self._people = self._let_in(group, random)
        plan = self._plan(random, self.kills + len(self.lives) - 1)
        seats = [await self.death.promise(lives, plan.pop()) for lives in self.lives]
        for number in range(self.kills):
            victim = random.choice(seats)
            await self.death.take(victim)
            await self.watch.turn_over()
            seats.remove(victim)
            self.say(f"{number + 1}/{self.kills}: {victim.doom.point}, {len(self.town.complaints)} complaints")
            if self.pair:
                await self._taken_over()
            if plan:
                seats.append(await self.death.promise(victim.lives, plan.pop()))
        self.closing = True
        return seats

    async def _taken_over(self) -> None:
        """The survivor is left alone until it listens, or has been given time enough."""
        telegram, began = self.town.sandbox.telegram, time.monotonic()
        last = telegram.calls[-1]

        def is_heard() -> bool:
            since = itertools.takewhile(lambda call: call is not last, reversed(telegram.calls))
            return any(name == "getUpdates" for name, _ in since)

        try:
            await self.town.sandbox.journal.until(is_heard, TAKEOVER)
        except TimeoutError:
            self.death.odd_ends.append(f"nobody took over from life {self.watch.life - 1} within {TAKEOVER:.0f} s")
        self.takeover = max(self.takeover, time.monotonic() - began)

    async def _introduce(self) -> None:
        """Nobody writes until the bot knows where it stands."""
        life = await self.lives[0].start_doomed(Doom(Point.ANYWHERE, 1))
        async with opened(self.database) as books:
            await until_listening(books, self.town.sandbox, (f"vk:{COMMUNITY}", "max"))
        await self.death.spare(life)

    def _plan(self, random: Random, lives: int) -> list[Doom]:
        points = [*Point, Point.ANYWHERE]
        plan: list[Doom] = []
        while len(plan) < lives:
            random.shuffle(points)
            plan += [Doom(point, random.randint(1, 4), armed=not self.pair) for point in points]
        return plan[lives - 1 :: -1]  # the first is taken from the end

    def _let_in(self, group: asyncio.TaskGroup, random: Random) -> list[asyncio.Task[None]]:
        journal = self.town.sandbox.journal
        self.heads = [Head(phone, journal, Random(random.random()), lambda: self.closing) for phone in self.town.phones]
        return [group.create_task(self._citizens()), *(group.create_task(head.run()) for head in self.heads)]

    async def _citizens(self) -> None:
        while not self.closing:
            await self.town.write()
            await asyncio.sleep(self.town.random.uniform(0, 2 * self.pause))

    async def _last_life(self, survivors: Sequence[Seat]) -> None:
        """Nobody is killed any more: everything comes to rest."""
        left = [await self.lives[0].start(), *(seat.life for seat in survivors)]
        try:
            async with asyncio.timeout(CALM):
                await asyncio.gather(*self._people)
                async with opened(self.database) as books:
                    await until_calm(books, self.town.sandbox)
                    await asyncio.gather(*(head.tidy() for head in self.heads))
                    await until_calm(books, self.town.sandbox)
        except TimeoutError:
            self.death.odd_ends.append("it did not come to rest")
            for one in self._people:
                one.cancel()
        for life in left:
            await self.death.spare(life)
