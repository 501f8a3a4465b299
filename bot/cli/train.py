"""``train``: what the town's own decisions and a table of past messages teach, and the way back."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import make_url

from bot.config import Config
from bot.domain.clock import SystemClock
from bot.services.reports import training_examples
from bot.understanding.model import pipeline
from bot.understanding.model.registry import Shelf
from bot.understanding.model.training_data import Example
from storage.database import Database, DatabaseUnavailable
from storage.migrate import migrate

Say = Callable[[str], None]

_NICENESS = 15
"""The bot, the database and everything else come first."""


def train(config: Config, file: Path | None, say: Say) -> bool:
    """Train on the town's own decisions and on *file* (without one: on the table that the present model was made of);
    whether the new model is in use."""
    if file is None:
        os.nice(_NICENESS)
    shelf = Shelf(config.model_folder)
    with shelf.alone():
        own, newest = asyncio.run(_own(config, say)) if _has_database(config) else ((), 0)
        past = pipeline.read_past(file, shelf, own, newest)
        outcome = pipeline.learn(past, config.sectors(), config.threshold, shelf, SystemClock().now(), say)
    say(pipeline.report(outcome))
    return outcome.kept


def _has_database(config: Config) -> bool:
    """Whether anybody can have decided anything yet."""
    address = make_url(config.database_url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").exists()


async def _own(config: Config, say: Say) -> tuple[Sequence[Example], int]:
    """What people have decided here. A table can be learned from without a database that answers."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.read() as uow:
            return await training_examples.collect(uow)
    except DatabaseUnavailable:
        say("База данных не открывается: решения сотрудников в обучение не вошли.")
        return (), 0
    finally:
        await database.close()


def go_back(config: Config, say: Say) -> None:
    """Return to the model before the current one."""
    name = Shelf(config.model_folder).back()
    say("Теперь снова работают встроенные правила." if name is None else f"Теперь снова действует модель {name}.")
