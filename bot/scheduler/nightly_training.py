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
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.administrator import ModelBroken, ModelUpdated
from bot.runtime.runtime import Runtime
from bot.services.notifications import notify
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.model import ModelError
from bot.understanding.model.registry import ModelRegistry

logger = logging.getLogger(__name__)

MIN_NEW_DECISIONS = 30
"""New decisions below which a comparison would be chance."""

START_WINDOW = timedelta(hours=2)
"""A bot that was switched on later than this after the hour waits for the next night."""

MAX_TRAINING_SECONDS = 1800.0
"""Seconds that a training may take: 40,000 examples take some minutes on a small machine."""


@dataclass(slots=True)
class NightlyTraining:
    """Once a night, if people have decided enough since the last time. scikit-learn stays in the other process."""

    runtime: Runtime
    start_time: time
    config_path: Path
    registry: ModelRegistry
    poll_seconds: float

    async def run(self) -> None:
        """Look at the clock, for ever."""
        while True:
            if await self._claim_tonight(self.runtime.clock.now()):
                await self._train_and_report()
            await asyncio.sleep(self.poll_seconds)

    async def _claim_tonight(self, now: datetime) -> bool:
        """Whether it is time, nobody has taken this night yet, and there is enough to learn."""
        zone = self.runtime.municipality().zone
        today = now.astimezone(zone).date()
        hour = local_to_utc(today, self.start_time, zone)
        if not hour <= now < hour + START_WINDOW:
            return False
        key = f"night school:{today}"
        learned = (await asyncio.to_thread(self.registry.last_run)).get("newest", 0)
        async with self.runtime.database.read() as uow:
            if (
                await uow.once_keys.get(key) is not None
                or await uow.routing_decisions.count_since(learned) < MIN_NEW_DECISIONS
            ):
                return False
        async with self.runtime.database.begin() as uow:
            return await uow.once_keys.claim(key, now)

    async def _train_and_report(self) -> None:
        before = await asyncio.to_thread(self.registry.last_run)
        code = await self._run_training_process()
        entry = await asyncio.to_thread(self.registry.last_run)
        logger.info("night school: exit code %s", code)
        if code != 0 or entry == before or not entry.get("kept"):
            return
        async with self.runtime.database.begin() as uow:
            await notify.notify_administrator(
                self.runtime.context(uow),
                ModelUpdated(
                    accuracy_before=entry["before"], accuracy_after=entry["after"], judged_count=entry["judged"]
                ),
            )
        self.runtime.outbox_wake_up.set()

    async def _run_training_process(self) -> int | None:
        """The exit code of ``python -m bot train --own``; ``None`` where it took too long. It ends with us."""
        home = str(Path(bot.__file__).parents[1])  # also where the bot was started from its folder, not installed
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH")) if part)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "train", "--own", "--config", str(self.config_path)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            async with asyncio.timeout(MAX_TRAINING_SECONDS):
                return await process.wait()
        except TimeoutError:
            logger.warning("night school: took longer than %s s and was stopped", MAX_TRAINING_SECONDS)
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@dataclass(slots=True)
class ModelReloader:
    """Watches which model stands in front; takes another one in a thread, then exchanges the reader in one step."""

    runtime: Runtime
    registry: ModelRegistry
    build: Callable[[], TextAnalyzer]
    swap: Callable[[TextAnalyzer], None]
    poll_seconds: float
    current_version: str | None
    """What stood in front when the present reader was built."""

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(self.poll_seconds)
            front = await asyncio.to_thread(self.registry.current_version)
            if front != self.current_version:
                self.current_version = front
                await self._reload()

    async def _reload(self) -> None:
        try:
            understanding = await asyncio.to_thread(self.build)
        except ModelError as fault:
            logger.warning("%s", fault)
            async with self.runtime.database.begin() as uow:
                ctx = self.runtime.context(uow)
                await notify.notify_administrator(
                    ctx, ModelBroken(fault=str(fault)), once_key=f"model:{self.current_version}"
                )
            self.runtime.outbox_wake_up.set()
            return
        self.swap(understanding)
        logger.info("model in use: %s", self.current_version or "none, rules alone")
