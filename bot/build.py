"""Builds the parts of the application from the configuration."""

import importlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr

from bot.config import Config
from bot.config.fields import url_path
from bot.config.tree import Mode
from bot.domain.clock import Clock
from bot.domain.people import Person, Staff
from bot.http.webhooks import Hook
from bot.messengers.base import Messenger, Pushing
from bot.services.centre import Centre, Office
from bot.understanding.base import Understanding
from bot.understanding.grouping import Grouping
from bot.understanding.model import ModelFault
from bot.understanding.shelf import Shelf

if TYPE_CHECKING:
    from bot.understanding.keywords import KeywordUnderstanding

logger = logging.getLogger(__name__)


def build_messengers(
    config: Config, clock: Clock, poll_seconds: int = 25, call_seconds: int | None = None
) -> dict[str, Messenger]:
    """Every account of ours. A messenger's package is imported only where it is configured: aiogram alone costs seconds
    and 160 MB. *call_seconds*: how long any call but a poll may take, if not as long as each messenger's package says.
    """
    built: list[Messenger] = []
    if config.telegram is not None:
        telegram = importlib.import_module("bot.messengers.telegram.messenger")
        section = config.telegram
        chosen = [(chat.id, chat.title or str(chat.id)) for chat in section.chats]
        built.append(
            telegram.TelegramMessenger(
                section.token.get_secret_value(),
                section.api_base,
                chosen,
                poll_timeout=poll_seconds,
                request_timeout=call_seconds or telegram.REQUEST_SECONDS,
            )
        )
    if config.vk is not None:
        vk = importlib.import_module("bot.messengers.vk.messenger")
        patience = vk.Timeouts(call=call_seconds) if call_seconds else vk.Timeouts()
        built += [
            vk.VkMessenger(
                one.id,
                one.title,
                one.token.get_secret_value(),
                config.vk.api_base,
                clock,
                webhook_url=config.vk.webhook_url if config.vk.mode is Mode.WEBHOOK else None,
                service_token=config.vk.service_token.get_secret_value() if config.vk.service_token else None,
                confirmation=one.confirmation.get_secret_value() if one.confirmation else None,
                timeouts=patience,
            )
            for one in config.vk.communities
        ]
    if config.max is not None:
        max_ = importlib.import_module("bot.messengers.max")
        chosen = [(chat.id, chat.title or str(chat.id)) for chat in config.max.chats]
        token, timeouts = config.max.token.get_secret_value(), max_.Timeouts(poll=poll_seconds)
        url = config.max.webhook_url if config.max.mode is Mode.WEBHOOK else None
        built.append(max_.MaxMessenger(token, config.max.api_base, chosen, clock, webhook_url=url, timeouts=timeouts))
    return {messenger.account: messenger for messenger in built}


def build_hooks(config: Config, messengers: Mapping[str, Messenger]) -> dict[str, Hook]:
    """What is brought to an address of ours, by the names of the accounts."""
    found: list[tuple[str, str | None, SecretStr | None]] = []
    for name, section in (("telegram", config.telegram), ("max", config.max)):
        if section is not None and section.mode is Mode.WEBHOOK:
            found.append((name, section.webhook_url, section.secret))
    if config.vk is not None and config.vk.mode is Mode.WEBHOOK:
        found += [(f"vk:{one.id}", config.vk.webhook_url, one.secret) for one in config.vk.communities]
    return {
        account: Hook(url_path(url), url, cast(Pushing, messengers[account]), secret.get_secret_value())
        for account, url, secret in found
        if url is not None and secret is not None
    }


def build_understanding(config: Config, *, strict: bool = False) -> Understanding:
    """What reads the messages: the rules, with the trained model if there is one.

    A model that can not be used must not stop the town: the rules go on alone and the log says why. With *strict* it
    raises :class:`~bot.understanding.model.ModelFault` instead.
    """
    return _keywords(config, strict=strict)


def build_readers(config: Config) -> tuple[Understanding, Grouping]:
    """What reads the messages, and what tells which of them are about one event. Strict, see above."""
    understanding = _keywords(config, strict=True)
    return understanding, Grouping(understanding.judge, config.problems_within.total_seconds())


def _keywords(config: Config, *, strict: bool) -> "KeywordUnderstanding":
    keywords = importlib.import_module("bot.understanding.keywords")
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
    """The same reader with the model that stands in front now. Raises :class:`~bot.understanding.model.ModelFault`;
    reads a file, so it belongs into a thread."""
    keywords = importlib.import_module("bot.understanding.keywords")
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
