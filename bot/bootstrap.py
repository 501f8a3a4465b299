"""Construction of the application's parts from the configuration."""

import importlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

from pydantic import SecretStr

from bot.config import Config
from bot.config.fields import url_path
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.messenger_sections import UpdateMode, VkSection
from bot.domain.clock import Clock
from bot.domain.people import Staff
from bot.http.webhooks import WebhookEndpoint
from bot.messengers.port import Messenger, Timeouts, WebhookReceiver
from bot.services.context import BotAccount, Municipality
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.grouping import EventGrouper
from bot.understanding.model.model import ModelError
from bot.understanding.model.registry import ModelRegistry

logger = logging.getLogger(__name__)


def build_messengers(
    config: Config, clock: Clock, poll_seconds: int = 25, call_seconds: int | None = None
) -> dict[str, Messenger]:
    """Build a messenger for every configured account, by account.

    A messenger's package is imported only if it is configured: aiogram alone costs seconds and 160 MB. *call_seconds*
    limits any call but a poll; ``None``: as each messenger's package says.
    """
    waits, built = Timeouts(poll_seconds, call_seconds), []
    for kind in MESSENGER_KINDS:
        section = config.section(kind)
        if section is not None:
            package = importlib.import_module(f"bot.messengers.{kind.section_name}.factory")
            built += package.build(section, clock, waits)
    if config.vk is not None and config.service_key_pages():
        from bot.messengers.vk.factory import build_wall_reader

        built.append(build_wall_reader(config.vk, config.service_key_pages(), clock, waits))
    return {messenger.account: messenger for messenger in built}


def build_webhook_endpoints(config: Config, messengers: Mapping[str, Messenger]) -> dict[str, WebhookEndpoint]:
    """Return the endpoints of the accounts that receive updates by webhook, by account."""
    found: list[tuple[str, str | None, SecretStr | None]] = []
    for kind in MESSENGER_KINDS:
        section = config.section(kind)
        if section is None or section.mode is not UpdateMode.WEBHOOK:
            continue
        if isinstance(section, VkSection):
            found += [(f"vk:{one.id}", section.webhook_url, one.secret) for one in section.communities]
        else:
            found.append((kind.section_name, section.webhook_url, section.secret))
    return {
        account: WebhookEndpoint(
            url_path(url), url, cast(WebhookReceiver, messengers[account]), secret.get_secret_value()
        )
        for account, url, secret in found
        if url is not None and secret is not None
    }


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


def build_understanding_and_grouping(config: Config) -> tuple[TextAnalyzer, EventGrouper]:
    """Build the text analyzer (strict, see above), and the grouper of messages about one event."""
    understanding = build_understanding(config, strict=True)
    return understanding, EventGrouper(
        understanding.event_matcher, config.tree.problems.within.to_timedelta().total_seconds()
    )


def with_current_model(understanding: TextAnalyzer, config: Config) -> TextAnalyzer:
    """Return a copy of *understanding* with the current trained model.

    Reads a file, so call it in a thread. Raises :class:`~bot.understanding.model.model.ModelError`.
    """
    return understanding.with_model(ModelRegistry(config.model_folder).load_current())


def build_municipality(
    config: Config,
    staff: Staff,
    understanding: TextAnalyzer,
    bot_accounts: Mapping[str, BotAccount],
    card_edit_interval: timedelta = timedelta(),
    collect_additions: timedelta | None = None,
) -> Municipality:
    """Build the municipality as services see it."""
    return Municipality(
        name=config.tree.municipality.name,
        zone=config.zone,
        staff=replace(staff, routing=config.routing(), roles=config.roles()),
        sectors={sector.code: sector for sector in config.sectors()},
        themes={theme.code: theme for theme in config.themes()},
        understanding=understanding,
        hours=config.working_hours(),
        terms=config.deadline_terms(),
        urgent_terms=config.urgent_deadline_terms(),
        quiet_hours=config.quiet_hours(),
        follow_up_window=config.tree.follow_up.within.to_timedelta(),
        pages=config.pages(),
        manual_posting_term=config.tree.answers.remind_posting,
        check_after=config.tree.answers.check_after.to_timedelta(),
        hold_after_restore=config.tree.answers.hold_after_restore.to_timedelta(),
        ask_solved_after=config.tree.answers.ask_solved_after.to_timedelta(),
        close_after=config.tree.answers.close_after.to_timedelta(),
        reopen_within=config.tree.answers.reopen_within.to_timedelta(),
        clarify_silence=config.tree.answers.clarify_silence,
        dismissal_texts=config.dismissal_texts(),
        words_kept=config.tree.retention.words.to_timedelta(),
        erasure_proofs_kept=config.tree.retention.person_erasure_proof.to_timedelta(),
        digest_at=config.tree.digest.at,
        failover_after=config.tree.staff_notices.fallback_after.to_timedelta(),
        lists_at=config.tree.staff_notices.lists_at,
        collect_additions=(
            config.tree.staff_notices.collect.to_timedelta() if collect_additions is None else collect_additions
        ),
        invitation_term=config.tree.staff_invitations.valid,
        sources={(source.account, source.source_id): source for source in config.sources()},
        bot_accounts=bot_accounts,
        limits=config.message_limits(),
        answer_limits=config.answer_limits(),
        breaches_per_month=config.tree.limits.breaches_per_month,
        rules=config.rules(),
        chains=config.chains(),
        covered_messengers=config.covered_messengers(),
        danger_texts=config.danger_texts(),
        problem_window=config.tree.problems.within.to_timedelta() if config.tree.problems.join else None,
        repeat_interval=config.tree.problems.repeat_after.to_timedelta(),
        card_edit_interval=card_edit_interval,
    )
