"""Acts of officials on a flood: look at the messages that were held back, mute its author, hear them again."""

from bot.domain.errors import NotAllowed, OutdatedButton
from bot.domain.limits import MUTE_TERM, WINDOW, Flood
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.view_data import FloodFacts
from bot.services.context import UseCaseContext
from bot.services.context.messages import message_facts

PAGE_SIZE = 8


async def check_can_open(ctx: UseCaseContext, person: Person, flood_id: int) -> Flood:
    """Return the flood if *person* may read what was held back."""
    if not ctx.municipality.staff.has_right(person, Right.MUTE, None):
        raise NotAllowed(right=Right.MUTE.value)
    flood = await ctx.uow.floods.get(flood_id)
    if flood is None:
        raise OutdatedButton()
    return flood


async def mute(ctx: UseCaseContext, person: Person, flood_id: int) -> None:
    """Hold back everything that the author writes for a day. A chat is never muted."""
    flood = await check_can_open(ctx, person, flood_id)
    if flood.is_of_chat:
        raise OutdatedButton()
    if flood.is_muted(ctx.now):  # by a colleague
        return
    await ctx.uow.floods.update(flood, muted_until=ctx.now + MUTE_TERM, told_at=None)
    await ctx.uow.audit_log.record("muted", ctx.now, person_id=person.id, facts={"flood": flood.id})


async def unmute(ctx: UseCaseContext, person: Person, flood_id: int) -> None:
    """Hear the author again, within the usual limits."""
    flood = await check_can_open(ctx, person, flood_id)
    if flood.is_muted(ctx.now):
        await ctx.uow.floods.update(flood, muted_until=None)
        await ctx.uow.audit_log.record("unmuted", ctx.now, person_id=person.id, facts={"flood": flood.id})


async def flood_facts(ctx: UseCaseContext, reader: Person | None, flood_id: int, page: int = 0) -> FloodFacts | None:
    """Return a flood and one page of its messages; ``None`` for somebody who may not read them."""
    flood = await ctx.uow.floods.get(flood_id)
    if flood is None or reader is None or not ctx.municipality.staff.has_right(reader, Right.MUTE, None):
        return None
    held = await ctx.uow.floods.count_held(flood)
    pages = max(1, -(-held // PAGE_SIZE))
    page = min(page, pages - 1)
    found = await ctx.uow.floods.list_held(flood, page * PAGE_SIZE, PAGE_SIZE)
    since = flood.last_at - WINDOW
    limits = ctx.municipality.limits
    return FloodFacts(
        flood=flood,
        limit=limits.per_chat if flood.is_of_chat else limits.per_author,
        hour_count=await ctx.uow.floods.count_acts(flood.subject, since)
        + await ctx.uow.floods.count_held(flood, since),
        held_count=held,
        is_muted=flood.is_muted(ctx.now),
        page=page,
        pages=pages,
        messages=[(one, message_facts(ctx, one)) for one in found],
    )
