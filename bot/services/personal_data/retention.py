"""The end of retention: old tickets lose words, names and accounts, and stay as statistics."""

from datetime import datetime, timedelta

from bot.domain.audit import JournalAction
from bot.domain.notifications.administrator import WordsExpire
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

NOTICE_PERIOD = timedelta(days=30)
"""Time between the note to the administrator and the first erasure: enough to make a copy or to change the setting."""

BATCH_SIZE, BATCH_INTERVAL = 100, timedelta(minutes=6)
"""A thousand tickets an hour: an upgrade with a million old ones must disturb nobody."""

_RUN_KEY = "words_retention:run"


def _announced_key(ctx: UseCaseContext) -> str:
    """Return the once-key of the note: another time of retention is announced again."""
    return f"words_retention:{ctx.municipality.words_kept.days}"


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether it is time for another batch, and there is something to announce or to erase."""
    last_run = await ctx.uow.once_keys.get(_RUN_KEY)
    if last_run is not None and timedelta() <= ctx.now - last_run < BATCH_INTERVAL:
        return False
    announced = await ctx.uow.once_keys.get(_announced_key(ctx))
    if announced is not None and ctx.now - announced < NOTICE_PERIOD:
        return False
    return await ctx.uow.personal_data_erasure.has_expired(_end_of_retention(ctx))


async def run(ctx: UseCaseContext) -> None:
    """Announce the first erasure to the administrator, or erase the words of at most BATCH_SIZE tickets."""
    before = _end_of_retention(ctx)
    if await ctx.uow.once_keys.get(_announced_key(ctx)) is None:
        count = await ctx.uow.personal_data_erasure.count_expired(before)
        note = WordsExpire(count=count, starts_at=ctx.now + NOTICE_PERIOD, kept_days=ctx.municipality.words_kept.days)
        await notify.notify_administrator(ctx, note, once_key=_announced_key(ctx))
        return
    await ctx.uow.once_keys.set(_RUN_KEY, ctx.now)
    count, cleared = await ctx.uow.personal_data_erasure.anonymize_expired(before, BATCH_SIZE, ctx.now)
    loose = await ctx.uow.personal_data_erasure.delete_loose(before, BATCH_SIZE)
    facts: dict[str, object] = {"tickets": count, "messages": loose}
    if cleared:
        facts["records"] = cleared
    await ctx.uow.audit_log.record(JournalAction.ANONYMIZED.value, ctx.now, facts=facts)


def _end_of_retention(ctx: UseCaseContext) -> datetime:
    return ctx.now - ctx.municipality.words_kept
