"""More missed deadlines of a unit in a month than the town allows: its head and the manager are told, once."""

from datetime import datetime

from bot.domain.notifications.deadlines import UnitBreaches
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import notify

_COUNTED_PREFIX, _TOLD_PREFIX = "breach:", "breaches_told:"


async def on_missed(ctx: UseCaseContext, ticket: Ticket, due: datetime) -> None:
    """Count *ticket*, whose deadline was *due*, for its unit, once in that month.

    More than ``[limits] breaches_per_month`` of them are told.
    """
    most = ctx.municipality.breaches_per_month
    if most is None or ticket.sector is None:
        return
    unit = f"{due.astimezone(ctx.municipality.zone):%Y-%m}:{ticket.sector}"
    if await ctx.uow.once_keys.get(f"{_TOLD_PREFIX}{unit}") is not None:
        return
    await ctx.uow.once_keys.claim(f"{_COUNTED_PREFIX}{unit}:{ticket.id}", ctx.now)
    count = len(await ctx.uow.once_keys.list_keys(f"{_COUNTED_PREFIX}{unit}:"))
    if count > most and await ctx.uow.once_keys.claim(f"{_TOLD_PREFIX}{unit}", ctx.now):
        note = UnitBreaches(ticket_id=ticket.id, sector=ctx.municipality.title_of(ticket), count=count, most=most)
        await notify.notify_all(ctx, await _readers(ctx, ticket), note)


async def _readers(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    staff = ctx.municipality.staff
    heads = staff.recipients(Audience.TICKET, ticket.sector, ticket.district)
    acting = [await responsibility.acting_for(ctx, one) for one in heads]
    return tuple(dict.fromkeys((*acting, *staff.recipients(Audience.DECISION))))
