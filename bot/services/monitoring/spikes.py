"""Spikes («всплеск»): more people than usual write about a topic or a street. Each spike is reported once; it is
reported again only after a calm period."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from bot.domain.notifications.monitoring import SpikeDetected
from bot.domain.recipients import Audience
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.understanding.reading import AREA_ENDING
from storage.repositories.activity import Dimension, Volume

RECENT_WINDOW = timedelta(hours=1)
BASELINE_WINDOW = timedelta(days=28)
"""Usual activity is measured over this time before the recent window."""

MIN_PEOPLE = 5
"""People; fewer are no spike, however quiet the topic usually is."""

_MIN_DEVIATIONS = 4.0
_PREFIX = "burst:"


@dataclass(frozen=True, slots=True)
class Spike:
    """A topic or street with ``people`` authors within the last hour, where ``usual_people`` are usual."""

    dimension: Dimension
    name: str
    people: int
    usual_people: float

    @property
    def key(self) -> str:
        return f"{_PREFIX}{self.dimension}:{self.name}"[:160]


async def list_spikes(ctx: UseCaseContext) -> list[Spike]:
    """List the current spikes."""
    found = []
    for dimension in Dimension:
        volumes = await ctx.uow.activity.busiest(dimension, ctx.now - RECENT_WINDOW, MIN_PEOPLE)
        if volumes:
            usual_counts = await ctx.uow.activity.count_tickets(
                dimension,
                [one.name for one in volumes],
                ctx.now - RECENT_WINDOW - BASELINE_WINDOW,
                ctx.now - RECENT_WINDOW,
            )
            found += _above_usual(dimension, volumes, usual_counts)
    return found


def _above_usual(dimension: Dimension, volumes: Iterable[Volume], counts: dict[str, int]) -> list[Spike]:
    """Select volumes at least four standard deviations of a Poisson flow above its mean."""
    hours = BASELINE_WINDOW / RECENT_WINDOW
    spikes_found = []
    for one in volumes:
        mean = counts.get(one.name, 0) / hours
        if one.people >= max(MIN_PEOPLE, mean + _MIN_DEVIATIONS * sqrt(mean)):
            spikes_found.append(Spike(dimension, one.name, one.people, mean))
    return spikes_found


async def has_changes(ctx: UseCaseContext, spikes: list[Spike]) -> bool:
    """Return whether :func:`report_spikes` would change anything."""
    return {spike.key for spike in spikes} != set(await ctx.uow.once_keys.list_keys(_PREFIX))


async def report_spikes(ctx: UseCaseContext, spikes: list[Spike]) -> None:
    """Report spikes that have begun; forget those that are over."""
    for spike in spikes:
        if await ctx.uow.once_keys.claim(spike.key, ctx.now):
            note = SpikeDetected(
                dimension=spike.dimension.value,
                name=await _shown_name(ctx, spike),
                people_count=spike.people,
                usual_count=spike.usual_people,
            )
            await notify.notify_audience(ctx, Audience.SPIKE, note)
    current_keys = {spike.key for spike in spikes}
    for key in await ctx.uow.once_keys.list_keys(_PREFIX):
        if key not in current_keys:
            await ctx.uow.once_keys.delete(key)


async def _shown_name(ctx: UseCaseContext, spike: Spike) -> str:
    """Return the name in the word that people use: a microdistrict and a quarter of one number are stored alike.

    The place of each ticket keeps the word; it is also the one by which ``/find`` finds them.
    """
    if spike.dimension is not Dimension.STREET or not spike.name.endswith(AREA_ENDING):
        return spike.name
    settlement, comma, number = spike.name.removesuffix(AREA_ENDING).rpartition(", ")
    places = await ctx.uow.activity.list_places(spike.name, ctx.now - RECENT_WINDOW)
    words = Counter(part for place in places for part in place.split(", ") if part.startswith(f"{number} "))
    return f"{settlement}{comma}{words.most_common(1)[0][0]}" if words else spike.name
