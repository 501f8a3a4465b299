"""``train``: what the town's own decisions and a table of past messages teach, and the way back."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import make_url

from bot.config import Config
from bot.domain.clock import SystemClock
from bot.services.reports import training_examples
from bot.understanding.model.registry import ModelRegistry
from bot.understanding.model.training_data import Example
from bot.understanding.training import pipeline
from storage.database import Database, DatabaseUnavailable
from storage.migrate import migrate

PrintLine = Callable[[str], None]

_NICENESS = 15
"""The bot, the database and everything else come first."""


def train(config: Config, file: Path | None, print_line: PrintLine) -> bool:
    """Train on the town's own decisions and on *file* (without one: on the table that the present model was made of);
    whether the new model is in use."""
    if file is None:
        os.nice(_NICENESS)
    shelf = ModelRegistry(config.model_folder)
    with shelf.lock():
        own, newest = asyncio.run(_load_own_examples(config, print_line)) if _has_database(config) else ((), 0)
        past = pipeline.load_training_input(file, shelf, own, newest)
        outcome = pipeline.run_training(
            past, config.sectors(), config.tree.routing.threshold, shelf, SystemClock().now(), print_line
        )
    print_line(pipeline.format_result(outcome))
    return outcome.published


def _has_database(config: Config) -> bool:
    """Whether anybody can have decided anything yet."""
    address = make_url(config.database_url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").exists()


async def _load_own_examples(config: Config, print_line: PrintLine) -> tuple[Sequence[Example], int]:
    """What people have decided here. A table can be learned from without a database that answers."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.read() as uow:
            return await training_examples.collect_examples(uow)
    except DatabaseUnavailable:
        print_line("База данных не открывается: решения сотрудников в обучение не вошли.")
        return (), 0
    finally:
        await database.close()


def rollback(config: Config, print_line: PrintLine) -> None:
    """Return to the model before the current one."""
    name = ModelRegistry(config.model_folder).rollback()
    print_line(
        "Теперь снова работают встроенные правила." if name is None else f"Теперь снова действует модель {name}."
    )
