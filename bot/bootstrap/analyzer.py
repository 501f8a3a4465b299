"""The text analyzer, with the trained model if there is one."""

import logging
from typing import TYPE_CHECKING

from bot.config import Config
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.model import ModelError
from bot.understanding.model.registry import ModelRegistry

if TYPE_CHECKING:
    from bot.understanding.events.grouping import EventGrouper

logger = logging.getLogger(__name__)


def build_understanding(config: Config, *, strict: bool = False) -> TextAnalyzer:
    """Build the text analyzer: the rules, with the trained model if there is one.

    A model that cannot be used must not stop the bot: the rules work without it and the log says why. With *strict* it
    raises :class:`~bot.understanding.model.model.ModelError` instead.
    """
    try:
        model = ModelRegistry(config.model_folder).load_current()
    except ModelError as error:
        if strict:
            raise
        logger.warning("%s Пока работают встроенные правила.", error)
        model = None
    streets = config.read_streets()
    return TextAnalyzer(
        *(config.sectors(), config.tree.routing.threshold, model, streets),
        *(config.districts(streets), config.themes()),
    )


def build_understanding_and_grouping(config: Config) -> "tuple[TextAnalyzer, EventGrouper]":
    """Build the text analyzer (strict, see above), and the grouper of messages about one event."""
    from bot.understanding.events.grouping import EventGrouper

    understanding = build_understanding(config, strict=True)
    return understanding, EventGrouper(
        understanding.event_matcher, config.tree.problems.within.to_timedelta().total_seconds()
    )


def with_current_model(understanding: TextAnalyzer, config: Config) -> TextAnalyzer:
    """Return a copy of *understanding* with the current trained model.

    Reads a file, so call it in a thread. Raises :class:`~bot.understanding.model.model.ModelError`.
    """
    return understanding.with_model(ModelRegistry(config.model_folder).load_current())
