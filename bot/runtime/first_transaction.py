"""The first transaction of a process: what may have changed since the last one, in the file or by time."""

from bot.config import Config
from bot.domain.once_keys import FIRST_START
from bot.domain.topic_book import TopicBook
from bot.services.answers import held_answers, posting_policy
from bot.services.context import UseCaseContext
from bot.services.monitoring import configuration
from bot.services.reports import official_pages
from bot.services.staff import directory, invitations, reachability
from bot.services.topics import directory as topics


async def bring_up_to_date(ctx: UseCaseContext, config: Config, wanted: TopicBook) -> None:
    """Bring the database up to date with *config*, whose themes are *wanted*, and tell people of the differences."""
    await ctx.uow.once_keys.claim(FIRST_START, ctx.now)
    await configuration.record_changes(ctx, config.audited_settings())
    await held_answers.hold_after_restore(ctx)
    for person in ctx.municipality.staff.people:
        await reachability.update_menus(ctx, person)
    await directory.report_difference(ctx, config.staff)
    await topics.report_difference(ctx, wanted, config.sectors())
    await invitations.revoke_old_codes(ctx)
    await invitations.notify_not_joined(ctx)
    await posting_policy.announce_policy(ctx)
    await posting_policy.apply_policy(ctx)
    await official_pages.start_watching(ctx)
