"""Nightly training: the leader trains a new model in a separate process, and every process loads it."""

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
from bot.domain.training import TrainingFault
from bot.runtime.runtime import Runtime
from bot.services.monitoring import training
from bot.services.notifications import notify
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.model import ModelError
from bot.understanding.model.registry import ModelRegistry

logger = logging.getLogger(__name__)

MIN_NEW_DECISIONS = 30
"""Fewer new decisions would make a comparison of models a matter of chance."""

START_WINDOW = timedelta(hours=2)
"""A bot that starts later than this after the configured time waits for the next night."""

MAX_TRAINING_SECONDS = 1800.0
"""Seconds after which a training is stopped: 40,000 examples take some minutes on a small machine."""


@dataclass(slots=True)
class NightlyTraining:
    """Training once a night, if there are enough new decisions; only the other process imports scikit-learn."""

    runtime: Runtime
    start_time: time
    config_path: Path
    registry: ModelRegistry
    poll_seconds: float

    async def run(self) -> None:
        """Train every night until cancelled."""
        while True:
            if await self._claim_tonight(self.runtime.clock.now()):
                await self._train_and_report()
            await asyncio.sleep(self.poll_seconds)

    async def _claim_tonight(self, now: datetime) -> bool:
        """Return whether it is time to train, no process has trained tonight, and there is enough to learn."""
        zone = self.runtime.municipality().zone
        today = now.astimezone(zone).date()
        hour = local_to_utc(today, self.start_time, zone)
        if not hour <= now < hour + START_WINDOW:
            return False
        key = f"night school:{today}"
        try:
            learned = (await asyncio.to_thread(self.registry.last_run)).get("newest", 0)
        except OSError as error:
            await self._record_outcome(TrainingFault.of_error(error))
            return False
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
        try:
            code = await self._run_training_process()
        except OSError as error:  # no memory for another process
            logger.warning("night school: not started: %s", type(error).__name__)
            await self._record_outcome(TrainingFault.of_error(error))
            return
        logger.info("night school: exit code %s", code)
        await self._record_outcome(None if code == 0 else TrainingFault.of_exit_code(code))
        entry = await asyncio.to_thread(self.registry.last_run)
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

    async def _record_outcome(self, fault: TrainingFault | None) -> None:
        async with self.runtime.database.begin() as uow:
            await training.record_outcome(self.runtime.context(uow), fault)

    async def _run_training_process(self) -> int | None:
        """Run ``python -m bot train --own`` and return its exit code; ``None``: stopped after MAX_TRAINING_SECONDS."""
        project_folder = str(Path(bot.__file__).parents[1])  # for a bot that runs from a checkout
        path = os.pathsep.join(part for part in (project_folder, os.environ.get("PYTHONPATH")) if part)
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
    """Polling for a new current model; it is loaded in a thread and replaces the analyzer in one step."""

    runtime: Runtime
    registry: ModelRegistry
    build: Callable[[], TextAnalyzer]
    swap: Callable[[TextAnalyzer], None]
    poll_seconds: float
    current_version: str | None
    """Version of the model in the present analyzer."""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await asyncio.sleep(self.poll_seconds)
            version = await asyncio.to_thread(self.registry.current_version)
            if version != self.current_version:
                self.current_version = version
                await self._reload()

    async def _reload(self) -> None:
        try:
            understanding = await asyncio.to_thread(self.build)
        except ModelError as error:
            logger.warning("%s", error)
            async with self.runtime.database.begin() as uow:
                ctx = self.runtime.context(uow)
                await notify.notify_administrator(
                    ctx, ModelBroken(fault=str(error)), once_key=f"model:{self.current_version}"
                )
            self.runtime.outbox_wake_up.set()
            return
        self.swap(understanding)
        logger.info("model in use: %s", self.current_version or "none, rules alone")
