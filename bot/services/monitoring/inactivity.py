"""A place that is silent for longer than it usually is at this time of the week: perhaps we do not hear it any more.

Nothing is learned ahead: the time of silence is held against the same hours of the four weeks before. At night, on a
day off, in a small chat few messages came then, too, and nothing is concluded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.context import Work

WEEK = timedelta(weeks=1)
WEEKS = 4
LOOK_BACK = timedelta(days=2)
"""A longer silence is judged by its last two days."""

SHORTEST = timedelta(hours=1)
FEWEST = 8
"""So many messages came in the same hours of every one of the weeks. Where eight are usual, none at all is a chance of
one in three thousand."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Nothing has come from ``title`` since ``since``, which is unusual. Without ``root`` it is a whole account."""

    account: str
    root: str | None
    title: str
    since: datetime


async def unusual(work: Work, known: Iterable[Hush]) -> list[Hush]:
    """Every account of ours, else the single places in it, from which something should have come by now. What is
    *known* lasts until something comes: the weeks of a long silence say nothing about what is usual."""
    earliest = work.now - LOOK_BACK
    last = await work.uow.rhythms.last_heard(earliest)
    before = {(hush.account, hush.root): hush for hush in known}
    found: list[Hush] = []
    for account, office in work.centre.offices.items():
        newest = max((at for (owner, _), at in last.items() if owner == account), default=earliest)
        whole = await _judged(work, Hush(account, None, office.title, newest), before)
        if whole is not None:
            found.append(whole)
            continue
        for root, title in _places(work, account):
            at = last.get((account, root), earliest)
            place = await _judged(work, Hush(account, root, title, at), before)
            found += [place] if place is not None else []
    return found


async def _judged(work: Work, hush: Hush, known: Mapping[tuple[str, str | None], Hush]) -> Hush | None:
    before = known.get((hush.account, hush.root))
    if before is not None and hush.since <= max(before.since, work.now - LOOK_BACK):
        return before
    return hush if await _is_unusual(work, hush.account, hush.root, hush.since) else None


def _places(work: Work, account: str) -> Iterator[tuple[str, str]]:
    places = [source for source in work.centre.sources.values() if source.account == account]
    if len(places) > 1:  # one alone is the account
        yield from ((source.root, source.title) for source in places)


async def _is_unusual(work: Work, account: str, root: str | None, since: datetime) -> bool:
    if work.now - since < SHORTEST:
        return False
    for weeks in range(1, WEEKS + 1):
        back = weeks * WEEK
        if await work.uow.rhythms.heard(account, root, since - back, work.now - back) < FEWEST:
            return False
    return True
