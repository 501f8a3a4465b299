"""«Всплеск»: more is written about a topic or a street than there usually is. The coordinator hears of it once, and
again only when it had been calm in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from bot.domain.people import Person, Role
from bot.services.context import Work
from bot.services.notifications import notify
from storage.repositories.activity import About, Busy

LATELY = timedelta(hours=1)
USUALLY = timedelta(days=28)
"""What is usual is learnt from so long before."""

FEWEST = 5
"""People: fewer are no burst, however quiet the topic usually is."""

_DEVIATIONS = 4.0
_PREFIX = "burst:"


@dataclass(frozen=True, slots=True)
class Burst:
    """So many people within the last hour, where *usual* are usual."""

    about: About
    name: str
    people: int
    usual: float

    @property
    def key(self) -> str:
        return f"{_PREFIX}{self.about}:{self.name}"[:160]


async def look(work: Work) -> list[Burst]:
    """What is beyond the usual now."""
    found = []
    for about in About:
        busy = await work.uow.rhythms.busy(about, work.now - LATELY, FEWEST)
        if busy:
            usual = await work.uow.rhythms.counts(
                about, [one.name for one in busy], work.now - LATELY - USUALLY, work.now - LATELY
            )
            found += _beyond(about, busy, usual)
    return found


def _beyond(about: About, busy: Iterable[Busy], counts: dict[str, int]) -> list[Burst]:
    """Those that a calm hour would bring hardly ever: four standard deviations of a Poisson flow above its mean."""
    hours = USUALLY / LATELY
    bursts = []
    for one in busy:
        mean = counts.get(one.name, 0) / hours
        if one.people >= max(FEWEST, mean + _DEVIATIONS * sqrt(mean)):
            bursts.append(Burst(about, one.name, one.people, mean))
    return bursts


async def anything_to_say(work: Work, present: list[Burst]) -> bool:
    """Whether :func:`report` would do anything."""
    return {burst.key for burst in present} != set(await work.uow.chronicle.keys(_PREFIX))


async def report(work: Work, present: list[Burst]) -> None:
    """Warn of what has begun; forget what is over."""
    for burst in present:
        if await work.uow.chronicle.once(burst.key, work.now):
            facts = {"about": burst.about.value, "name": burst.name, "count": burst.people, "usual": burst.usual}
            await notify.tell_all(work, _watchers(work), "burst", **facts)
    lasting = {burst.key for burst in present}
    for key in await work.uow.chronicle.keys(_PREFIX):
        if key not in lasting:
            await work.uow.chronicle.forget(key)


def _watchers(work: Work) -> tuple[Person, ...]:
    for role in (Role.COORDINATOR, Role.MANAGER, Role.CURATOR):
        if people := work.centre.staff.with_role(role):
            return people
    return ()
