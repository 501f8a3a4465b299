"""``train``: training on the officials' decisions and a table of past messages, and the return to an earlier model."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot import file_modes
from bot.cli.opened_database import opened_database
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.services.reports import training_examples
from bot.understanding.model.registry import ModelRegistry
from bot.understanding.model.training_data import Example
from bot.understanding.training import pipeline
from storage.errors import DatabaseUnavailable
from storage.sqlite.database_files import database_file

PrintLine = Callable[[str], None]

_NICENESS = 15
"""The process priority: the bot and the database come first."""


def train(config: Config, file: Path | None, print_line: PrintLine) -> bool:
    """Train and return whether the new model is in use.

    The examples are the officials' decisions and *file* (``None``: the table of the present model).
    """
    if file is None:
        os.nice(_NICENESS)
    registry = ModelRegistry(config.model_folder)
    with _readable_by_the_bot(registry.folder), registry.lock():
        own, newest = asyncio.run(_load_own_examples(config, print_line)) if _has_database(config) else ((), 0)
        past = pipeline.load_training_input(file, registry, own, newest)
        outcome = pipeline.run_training(
            past, config.sectors(), config.tree.routing.threshold, registry, SystemClock().now(), print_line
        )
    print_line(pipeline.format_result(outcome))
    return outcome.published


@contextmanager
def _readable_by_the_bot(folder: Path) -> Iterator[None]:
    """Give what root writes into *folder* to the folder's owner: files are for their owner alone."""
    owner = file_modes.find_owner(folder)
    try:
        yield
    finally:
        if folder.exists():
            file_modes.give_to(owner, folder)


def _has_database(config: Config) -> bool:
    """Return whether there can be decisions already."""
    file = database_file(config.database_url)
    return file is None or file.exists()


async def _load_own_examples(config: Config, print_line: PrintLine) -> tuple[Sequence[Example], int]:
    """Return the officials' decisions; none if the database is unavailable and a table is given."""
    try:
        async with opened_database(config) as database, database.read() as uow:
            return await training_examples.collect_examples(uow)
    except DatabaseUnavailable:
        print_line("База данных не открывается: решения сотрудников в обучение не вошли.")
        return (), 0


def rollback(config: Config, print_line: PrintLine) -> None:
    """Make the previous model current again."""
    with _readable_by_the_bot(config.model_folder):
        name = ModelRegistry(config.model_folder).rollback()
    print_line(
        "Теперь снова работают встроенные правила." if name is None else f"Теперь снова действует модель {name}."
    )
