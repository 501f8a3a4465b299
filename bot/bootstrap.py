"""Builds the parts of the application from the configuration."""

import importlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr

from bot.config import Config
from bot.config.fields import url_path
from bot.config.messenger_kinds import KINDS
from bot.config.schema import Mode, Vk
from bot.domain.clock import Clock
from bot.domain.people import Person, Staff
from bot.http.webhooks import Hook
from bot.messengers.port import Messenger, Pushing, Waits
from bot.services.context import Centre, Office
from bot.understanding.events.grouping import Grouping
from bot.understanding.model.model import ModelFault
from bot.understanding.model.registry import Shelf
from bot.understanding.reading import Understanding

if TYPE_CHECKING:
    from bot.understanding.analyzer import KeywordUnderstanding

logger = logging.getLogger(__name__)


def build_messengers(
    config: Config, clock: Clock, poll_seconds: int = 25, call_seconds: int | None = None
) -> dict[str, Messenger]:
    """Every account of ours. A messenger's package is imported only where it is configured: aiogram alone costs seconds
    and 160 MB. *call_seconds*: how long any call but a poll may take, if not as long as each messenger's package says.
    """
    waits, built = Waits(poll_seconds, call_seconds), []
    for kind in KINDS:
        section = config.section(kind)
        if section is not None:
            package = importlib.import_module(f"bot.messengers.{kind.name}.build")
            built += package.build(section, clock, waits)
    if config.vk is not None and config.read_pages():
        vk = importlib.import_module("bot.messengers.vk.factory")
        built.append(vk.build_pages(config.vk, config.read_pages(), clock, waits))
    return {messenger.account: messenger for messenger in built}


def build_hooks(config: Config, messengers: Mapping[str, Messenger]) -> dict[str, Hook]:
    """What is brought to an address of ours, by the names of the accounts."""
    found: list[tuple[str, str | None, SecretStr | None]] = []
    for kind in KINDS:
        section = config.section(kind)
        if section is None or section.mode is not Mode.WEBHOOK:
            continue
        if isinstance(section, Vk):
            found += [(f"vk:{one.id}", section.webhook_url, one.secret) for one in section.communities]
        else:
            found.append((kind.name, section.webhook_url, section.secret))
    return {
        account: Hook(url_path(url), url, cast(Pushing, messengers[account]), secret.get_secret_value())
        for account, url, secret in found
        if url is not None and secret is not None
    }


def build_understanding(config: Config, *, strict: bool = False) -> Understanding:
    """What reads the messages: the rules, with the trained model if there is one.

    A model that can not be used must not stop the town: the rules go on alone and the log says why. With *strict* it
    raises :class:`~bot.understanding.model.model.ModelFault` instead.
    """
    return _keywords(config, strict=strict)


def build_readers(config: Config) -> tuple[Understanding, Grouping]:
    """What reads the messages, and what tells which of them are about one event. Strict, see above."""
    understanding = _keywords(config, strict=True)
    return understanding, Grouping(understanding.judge, config.problems_within.total_seconds())


def _keywords(config: Config, *, strict: bool) -> "KeywordUnderstanding":
    keywords = importlib.import_module("bot.understanding.analyzer")
    try:
        model = Shelf(config.model_folder).current()
    except ModelFault as fault:
        if strict:
            raise
        logger.warning("%s Пока работают встроенные правила.", fault)
        model = None
    understanding: KeywordUnderstanding = keywords.KeywordUnderstanding(
        config.sectors(), config.threshold, model, config.streets()
    )
    return understanding


def with_model_of(understanding: Understanding, config: Config) -> Understanding:
    """The same reader with the model that stands in front now. Raises :class:`~bot.understanding.model.model.ModelFault`;
    reads a file, so it belongs into a thread."""
    keywords = importlib.import_module("bot.understanding.analyzer")
    if not isinstance(understanding, keywords.KeywordUnderstanding):
        return understanding
    renewed: Understanding = understanding.with_model(Shelf(config.model_folder).current())
    return renewed


def wanted_staff(config: Config) -> list[Person]:
    """The people of the configuration, not yet known to the database."""
    return [Person(0, e.name, e.roles, e.sectors, e.districts, e.accounts) for e in config.staff]


def build_centre(
    config: Config,
    staff: Staff,
    understanding: Understanding,
    offices: Mapping[str, Office],
    gather: timedelta = timedelta(),
) -> Centre:
    """The municipality as services see it."""
    return Centre(
        name=config.name,
        zone=config.zone,
        staff=staff,
        sectors={sector.code: sector for sector in config.sectors()},
        understanding=understanding,
        calendar=config.calendar(),
        terms=config.terms(),
        urgent_terms=config.urgent_terms(),
        quiet=config.quiet(),
        follow_up=config.follow_up,
        pages=config.pages(),
        posting=config.posting,
        check_after=config.check_after,
        digest_at=config.digest_at,
        fallback_after=config.fallback_after,
        sources={(source.account, source.root): source for source in config.sources()},
        offices=offices,
        problems_within=config.problems_within if config.joins_problems else None,
        repeat_after=config.repeat_after,
        gather=gather,
    )
