"""Changes of the configuration file, as a start finds them: recorded with what was before and what is now."""

from collections.abc import Mapping

from bot.domain.audit import changed_facts
from bot.services.context import UseCaseContext

_ACTION = "settings_applied"
_RECORDED_KEY = "settings_applied"


async def record_changes(ctx: UseCaseContext, settings: Mapping[str, str]) -> None:
    """Record *settings*, flat and as texts, if they differ from those of the last start."""
    last = await ctx.uow.once_keys.get(_RECORDED_KEY)
    known: Mapping[str, str] = {}
    if last is not None:
        known = (await ctx.uow.audit_log.find_facts(_ACTION, last)).get("settings", {})
        if known == settings:
            return
    facts = {"settings": dict(settings)} | (changed_facts(known, settings) if known else {})
    await ctx.uow.audit_log.record(_ACTION, ctx.now, facts=facts)
    await ctx.uow.once_keys.set(_RECORDED_KEY, ctx.now)
