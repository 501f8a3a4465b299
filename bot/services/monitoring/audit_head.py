"""The hash at the end of the audit's chain, told to the administrator once a day: kept elsewhere, it proves all."""

from datetime import datetime

from bot.domain.audit_chain import AuditSeal
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.administrator import AuditHead
from bot.domain.recipients import Audience
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

_TOLD_KEY = "audit_head"


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether it is the hour of the daily summary or later, and the chain has grown since it was told."""
    return await _find_news(ctx) is not None


async def send(ctx: UseCaseContext) -> None:
    """Tell the administrator the hash, without a sound."""
    last = await _find_news(ctx)
    if last is None or not await ctx.uow.once_keys.claim(f"{_TOLD_KEY}:{ctx.today.isoformat()}", ctx.now):
        return
    await ctx.uow.once_keys.set(_TOLD_KEY, ctx.now)
    note = AuditHead(hash=last.hash, seals=last.position, at=last.sealed_at)
    await notify.notify_audience(ctx, Audience.OPERATION, note, silent=True)


async def _find_news(ctx: UseCaseContext) -> AuditSeal | None:
    """Return the end of the chain if it should be told now."""
    hour = local_to_utc(ctx.today, ctx.municipality.digest_at, ctx.municipality.zone)
    if ctx.now < hour or await ctx.uow.once_keys.get(f"{_TOLD_KEY}:{ctx.today.isoformat()}") is not None:
        return None
    first, last = await ctx.uow.audit_seals.find_first(), await ctx.uow.audit_seals.find_last()
    if first is None or last is None or first.sealed_at > hour:
        return None
    told: datetime | None = await ctx.uow.once_keys.get(_TOLD_KEY)
    return last if told is None or last.sealed_at > told else None
