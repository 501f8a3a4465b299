"""A place that is silent for longer than it usually is at this time of the week: perhaps we do not hear it any more.

Nothing is learned ahead: the time of silence is held against the same hours of the four weeks before. At night, on a
day off, in a small chat few messages came then, too, and nothing is concluded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.context import UseCaseContext

WEEK = timedelta(weeks=1)
COMPARED_WEEKS = 4
MAX_COMPARED_SILENCE = timedelta(days=2)
"""A longer silence is judged by its last two days."""

MIN_SILENCE = timedelta(hours=1)
MIN_USUAL_MESSAGES = 8
"""So many messages came in the same hours of every one of the weeks. Where eight are usual, none at all is a chance of
one in three thousand."""


@dataclass(frozen=True, slots=True)
class InactiveSource:
    """Nothing has come from ``title`` since ``since``, which is unusual. Without ``root`` it is a whole account."""

    account: str
    source_id: str | None
    title: str
    since: datetime


async def list_inactive(ctx: UseCaseContext, previous: Iterable[InactiveSource]) -> list[InactiveSource]:
    """Every account of ours, else the single places in it, from which something should have come by now. What is
    *known* lasts until something comes: the weeks of a long silence say nothing about what is usual."""
    earliest = ctx.now - MAX_COMPARED_SILENCE
    last = await ctx.uow.activity.last_message_times(earliest)
    before = {(hush.account, hush.source_id): hush for hush in previous}
    found: list[InactiveSource] = []
    for account, office in ctx.municipality.bot_accounts.items():
        newest = max((at for (owner, _), at in last.items() if owner == account), default=earliest)
        whole = await _find_inactive(ctx, InactiveSource(account, None, office.title, newest), before)
        if whole is not None:
            found.append(whole)
            continue
        for root, title in _list_sources(ctx, account):
            at = last.get((account, root), earliest)
            place = await _find_inactive(ctx, InactiveSource(account, root, title, at), before)
            found += [place] if place is not None else []
    return found


async def _find_inactive(
    ctx: UseCaseContext, source: InactiveSource, previous: Mapping[tuple[str, str | None], InactiveSource]
) -> InactiveSource | None:
    before = previous.get((source.account, source.source_id))
    if before is not None and source.since <= max(before.since, ctx.now - MAX_COMPARED_SILENCE):
        return before
    return source if await _is_unusual(ctx, source.account, source.source_id, source.since) else None


def _list_sources(ctx: UseCaseContext, account: str) -> Iterator[tuple[str, str]]:
    places = [source for source in ctx.municipality.sources.values() if source.account == account]
    if len(places) > 1:  # one alone is the account
        yield from ((source.source_id, source.title) for source in places)


async def _is_unusual(ctx: UseCaseContext, account: str, source_id: str | None, since: datetime) -> bool:
    if ctx.now - since < MIN_SILENCE:
        return False
    for weeks in range(1, COMPARED_WEEKS + 1):
        back = weeks * WEEK
        if await ctx.uow.activity.count_messages(account, source_id, since - back, ctx.now - back) < MIN_USUAL_MESSAGES:
            return False
    return True
