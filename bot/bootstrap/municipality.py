"""The municipality as services see it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.config import Config
from bot.domain.people import Staff
from bot.services.context import BotAccount, Municipality

if TYPE_CHECKING:
    from bot.understanding.analyzer import TextAnalyzer


def build_municipality(
    config: Config,
    staff: Staff,
    understanding: "TextAnalyzer",
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
        systems=config.systems(),
        layouts=config.layouts(),
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
