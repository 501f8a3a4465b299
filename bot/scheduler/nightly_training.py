"""Learning while the town sleeps: the leader trains a new model in a process of its own, every process takes it."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import bot
from bot.domain.clock import Clock
from bot.domain.local_time import at_local
from bot.runtime.supervisor import Bell
from bot.services.context import Centre, Work
from bot.services.notifications import notify
from bot.understanding.model.model import ModelFault
from bot.understanding.model.registry import Shelf
from bot.understanding.reading import Understanding
from storage.database import Database

logger = logging.getLogger(__name__)

ENOUGH = 30
"""New decisions below which a comparison would be chance."""

WINDOW = timedelta(hours=2)
"""A bot that was switched on later than this after the hour waits for the next night."""

LONGEST = 1800.0
"""Seconds that a training may take: 40,000 examples take some minutes on a small machine."""


@dataclass(slots=True)
class NightSchool:
    """Once a night, if people have decided enough since the last time. scikit-learn stays in the other process."""

    database: Database
    centre: Callable[[], Centre]
    clock: Clock
    at: time
    config: Path
    shelf: Shelf
    outbox_bell: Bell
    seconds: float

    async def run(self) -> None:
        """Look at the clock, for ever."""
        while True:
            if await self._takes_tonight(self.clock.now()):
                await self._learn()
            await asyncio.sleep(self.seconds)

    async def _takes_tonight(self, now: datetime) -> bool:
        """Whether it is time, nobody has taken this night yet, and there is enough to learn."""
        zone = self.centre().zone
        today = now.astimezone(zone).date()
        hour = at_local(today, self.at, zone)
        if not hour <= now < hour + WINDOW:
            return False
        key = f"night school:{today}"
        learned = (await asyncio.to_thread(self.shelf.last)).get("newest", 0)
        async with self.database.read() as uow:
            if await uow.chronicle.when(key) is not None or await uow.decisions.count_since(learned) < ENOUGH:
                return False
        async with self.database.begin() as uow:
            return await uow.chronicle.once(key, now)

    async def _learn(self) -> None:
        before = await asyncio.to_thread(self.shelf.last)
        code = await self._train()
        entry = await asyncio.to_thread(self.shelf.last)
        logger.info("night school: exit code %s", code)
        if code != 0 or entry == before or not entry.get("kept"):
            return
        async with self.database.begin() as uow:
            await notify.tell_administrator(
                Work(self.centre(), uow, self.clock.now()),
                "model_updated",
                before=entry["before"],
                after=entry["after"],
                judged=entry["judged"],
            )
        self.outbox_bell.ring()

    async def _train(self) -> int | None:
        """The exit code of ``python -m bot train --own``; ``None`` where it took too long. It ends with us."""
        home = str(Path(bot.__file__).parents[1])  # also where the bot was started from its folder, not installed
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH")) if part)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "train", "--own", "--config", str(self.config)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            async with asyncio.timeout(LONGEST):
                return await process.wait()
        except TimeoutError:
            logger.warning("night school: took longer than %s s and was stopped", LONGEST)
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@dataclass(slots=True)
class Reloader:
    """Watches which model stands in front; takes another one in a thread, then exchanges the reader in one step."""

    database: Database
    centre: Callable[[], Centre]
    clock: Clock
    shelf: Shelf
    renewed: Callable[[], Understanding]
    take: Callable[[Understanding], None]
    outbox_bell: Bell
    seconds: float
    known: str | None
    """What stood in front when the present reader was built."""

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(self.seconds)
            front = await asyncio.to_thread(self.shelf.front)
            if front != self.known:
                self.known = front
                await self._exchange()

    async def _exchange(self) -> None:
        try:
            understanding = await asyncio.to_thread(self.renewed)
        except ModelFault as fault:
            logger.warning("%s", fault)
            async with self.database.begin() as uow:
                work = Work(self.centre(), uow, self.clock.now())
                await notify.tell_administrator(work, "model_broken", once=f"model:{self.known}", fault=str(fault))
            self.outbox_bell.ring()
            return
        self.take(understanding)
        logger.info("model in use: %s", self.known or "none, rules alone")
