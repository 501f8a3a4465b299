"""One run: so many deaths, then the truth.

Either one process lives at a time and another follows it; or two work on one PostgreSQL, one of them dies, the other
has to take over, and only then comes a third.
"""

import asyncio
import csv
import io
import itertools
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy.exc import DBAPIError

from chaos.lives import Life, Lives, around
from chaos.officials import Head
from chaos.points import Doom, Point
from chaos.town import COMMUNITY, Town
from chaos.verdict import Report, judge
from chaos.victim import ARM
from chaos.watch import Watch
from storage.database import Database

NEVER_MET = 6.0
"""Seconds after which a process that has not come to its point is killed where it is."""

CALM = 900.0
"""Seconds that everything may take to settle when nobody is killed any more."""

TAKEOVER = 10.0
"""Seconds after which the survivor must ask Telegram for news."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who lives, and how it shall end."""

    lives: Lives
    life: Life
    doom: Doom


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
    deaths: Counter[Point] = field(default_factory=Counter)
    odd_ends: list[str] = field(default_factory=list)
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
        self.watch = Watch(self.town)
        config = await self.town.open(self.database)
        self.lives = [Lives(config, self.folder / "bot.log") for _ in range(2 if self.pair else 1)]
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self.watch.run())
                await self._last_life(await self._fall_and_rise(group, random))
                watching.cancel()
            self.watch.look()
            rows = await self._exported(config)
            async with _books(self.database) as books, books.read() as uow:
                counts = {"inbox": await uow.inbox.counts(), "outbox": await uow.outbox.counts()}
        finally:
            for lives in self.lives:
                await lives.close()
            await self.town.sandbox.stop()
        log = self.lives[0].log.read_text(encoding="utf-8")
        report = judge(self.town, self.watch, self.heads, rows, counts, log)
        report.seed, report.deaths, report.seconds = self.seed, self.deaths, time.monotonic() - began
        report.takeover = self.takeover
        report.violations += self.odd_ends
        return report

    async def _fall_and_rise(self, group: asyncio.TaskGroup, random: Random) -> list[Seat]:
        """Whoever is left alive."""
        await self._introduce()
        self._people = self._let_in(group, random)
        plan = self._plan(random, self.kills + len(self.lives) - 1)
        seats = [await self._start(lives, plan.pop()) for lives in self.lives]
        for number in range(self.kills):
            victim = random.choice(seats)
            await self._kill(victim, random)
            await self.watch.turn_over()
            seats.remove(victim)
            self.say(f"{number + 1}/{self.kills}: {victim.doom.point}, {len(self.town.complaints)} complaints")
            if self.pair:
                await self._taken_over()
            if plan:
                seats.append(await self._start(victim.lives, plan.pop()))
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
            self.odd_ends.append(f"nobody took over from life {self.watch.life - 1} within {TAKEOVER:.0f} s")
        self.takeover = max(self.takeover, time.monotonic() - began)

    async def _introduce(self) -> None:
        """VK and MAX tell a newcomer what comes from now on only: nobody writes until it knows where it stands."""
        life = await self.lives[0].start_doomed(Doom(Point.ANYWHERE, 1))
        async with asyncio.timeout(60), _books(self.database) as books:
            while not await _has_place(books):
                await self.town.sandbox.journal.wait_newer(self.town.sandbox.journal.revision, 0.2)
        life.signal(signal.SIGTERM)
        if await life.end() != 0:
            self.odd_ends.append("the first life did not end cleanly")

    def _plan(self, random: Random, lives: int) -> list[Doom]:
        points = [*Point, Point.ANYWHERE]
        plan: list[Doom] = []
        while len(plan) < lives:
            random.shuffle(points)
            plan += [Doom(point, random.randint(1, 4), armed=not self.pair) for point in points]
        return plan[lives - 1 :: -1]  # the first is taken from the end

    async def _start(self, lives: Lives, doom: Doom) -> Seat:
        if doom.point is Point.ANYWHERE and not self.quick:
            return Seat(lives, await lives.start(), doom)
        return Seat(lives, await lives.start_doomed(doom), doom)

    def _let_in(self, group: asyncio.TaskGroup, random: Random) -> list[asyncio.Task[None]]:
        journal = self.town.sandbox.journal
        self.heads = [Head(phone, journal, Random(random.random()), lambda: self.closing) for phone in self.town.phones]
        return [group.create_task(self._citizens()), *(group.create_task(head.run()) for head in self.heads)]

    async def _citizens(self) -> None:
        while not self.closing:
            await self.town.write()
            await asyncio.sleep(self.town.random.uniform(0, 2 * self.pause))

    async def _kill(self, seat: Seat, random: Random) -> None:
        """Wait until it dies by its doom, or end it."""
        life, longest, met = seat.life, NEVER_MET, seat.doom.point
        if met is Point.ANYWHERE:
            longest = random.uniform(0.1, 1.5) if self.quick else random.uniform(0.3, 5.0)
        elif not seat.doom.armed:
            life.signal(ARM)
        try:
            async with asyncio.timeout(longest):
                await life.end()
        except TimeoutError:
            met = Point.ANYWHERE
            life.signal(signal.SIGKILL)
        code = await life.end()
        self.deaths[met] += 1
        if code != -signal.SIGKILL:
            self.odd_ends.append(f"a life ended by itself: {code}")

    async def _last_life(self, survivors: Sequence[Seat]) -> None:
        """Nobody is killed any more: everything comes to rest."""
        left = [await self.lives[0].start(), *(seat.life for seat in survivors)]
        try:
            async with asyncio.timeout(CALM):
                await asyncio.gather(*self._people)
                async with _books(self.database) as books:
                    await self._calm(books)
                    await asyncio.gather(*(head.tidy() for head in self.heads))
                    await self._calm(books)
        except TimeoutError:
            self.odd_ends.append("it did not come to rest")
            for one in self._people:
                one.cancel()
        for life in left:
            await self._stop(life)

    async def _stop(self, life: Life) -> None:
        life.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(10):
                code = await life.end()
        except TimeoutError:
            life.signal(signal.SIGKILL)
            code = await life.end()
        if code != 0:
            self.odd_ends.append(f"the last life did not end cleanly: {code}")

    async def _calm(self, books: Database) -> None:
        """Until everything that came has been handled and everything that is to be said has been said."""
        journal = self.town.sandbox.journal
        while True:
            async with books.read() as uow:
                incoming, outgoing = await uow.inbox.counts(), await uow.outbox.counts()
            waits = incoming.get("new") or outgoing.get("queued") or outgoing.get("sending")
            if not waits and not self.town.sandbox.telegram.unconfirmed:
                return
            await journal.wait_newer(journal.revision, 0.2)

    async def _exported(self, config: Path) -> list[dict[str, str]]:
        command = (sys.executable, "-m", "bot", "export", "--config", str(config))
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL, env=around())
        out, _ = await process.communicate()
        return list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))


@asynccontextmanager
async def _books(database: str) -> AsyncIterator[Database]:
    """The bot's database, to look into."""
    books = Database(database)
    try:
        yield books
    finally:
        await books.close()


async def _has_place(books: Database) -> bool:
    """Whether the bot has stored where it stands in both queues."""
    try:
        async with books.read() as uow:
            return all([await uow.inbox.cursor(account) for account in (f"vk:{COMMUNITY}", "max")])
    except DBAPIError:
        return False  # no tables yet
