"""«Всплеск»: more is written about a topic or a street than there usually is. The coordinator hears of it once, and
again only when it had been calm in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from bot.domain.recipients import Audience
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from storage.repositories.activity import Dimension, Volume

RECENT_WINDOW = timedelta(hours=1)
BASELINE_WINDOW = timedelta(days=28)
"""What is usual is learnt from so long before."""

MIN_PEOPLE = 5
"""People: fewer are no burst, however quiet the topic usually is."""

_MIN_DEVIATIONS = 4.0
_PREFIX = "burst:"


@dataclass(frozen=True, slots=True)
class Spike:
    """So many people within the last hour, where *usual* are usual."""

    dimension: Dimension
    name: str
    people: int
    usual_people: float

    @property
    def key(self) -> str:
        return f"{_PREFIX}{self.dimension}:{self.name}"[:160]


async def list_spikes(ctx: UseCaseContext) -> list[Spike]:
    """What is beyond the usual now."""
    found = []
    for about in Dimension:
        busy = await ctx.uow.activity.busiest(about, ctx.now - RECENT_WINDOW, MIN_PEOPLE)
        if busy:
            usual = await ctx.uow.activity.count_tickets(
                about, [one.name for one in busy], ctx.now - RECENT_WINDOW - BASELINE_WINDOW, ctx.now - RECENT_WINDOW
            )
            found += _above_usual(about, busy, usual)
    return found


def _above_usual(dimension: Dimension, volumes: Iterable[Volume], counts: dict[str, int]) -> list[Spike]:
    """Those that a calm hour would bring hardly ever: four standard deviations of a Poisson flow above its mean."""
    hours = BASELINE_WINDOW / RECENT_WINDOW
    bursts = []
    for one in volumes:
        mean = counts.get(one.name, 0) / hours
        if one.people >= max(MIN_PEOPLE, mean + _MIN_DEVIATIONS * sqrt(mean)):
            bursts.append(Spike(dimension, one.name, one.people, mean))
    return bursts


async def has_changes(ctx: UseCaseContext, spikes: list[Spike]) -> bool:
    """Whether :func:`report` would do anything."""
    return {burst.key for burst in spikes} != set(await ctx.uow.once_keys.list_keys(_PREFIX))


async def report_spikes(ctx: UseCaseContext, spikes: list[Spike]) -> None:
    """Warn of what has begun; forget what is over."""
    for burst in spikes:
        if await ctx.uow.once_keys.claim(burst.key, ctx.now):
            facts = {
                "about": burst.dimension.value,
                "name": burst.name,
                "count": burst.people,
                "usual": burst.usual_people,
            }
            await notify.notify_all(ctx, ctx.municipality.staff.recipients(Audience.SPIKE), "burst", **facts)
    lasting = {burst.key for burst in spikes}
    for key in await ctx.uow.once_keys.list_keys(_PREFIX):
        if key not in lasting:
            await ctx.uow.once_keys.delete(key)
