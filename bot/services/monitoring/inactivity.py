"""Detection of sources that are silent for unusually long, perhaps because the bot no longer receives their messages.

Nothing is trained: a silence is compared with the same hours of the four weeks before. At night, on days off and in
small chats few messages came then, too, so nothing is reported.
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
"""Messages in the same hours of every compared week. If eight are usual, none at all has a chance of one in three
thousand."""


@dataclass(frozen=True, slots=True)
class InactiveSource:
    """A source without messages since ``since``, which is unusual; without ``source_id``, a whole account."""

    account: str
    source_id: str | None
    title: str
    since: datetime


async def list_inactive(ctx: UseCaseContext, previous: Iterable[InactiveSource]) -> list[InactiveSource]:
    """List the accounts, or else the single sources in them, that should have delivered a message by now.

    Those of *previous* stay listed until a message comes: a long silence tells nothing about usual activity.
    """
    earliest = ctx.now - MAX_COMPARED_SILENCE
    last = await ctx.uow.activity.last_message_times(earliest)
    before = {(one.account, one.source_id): one for one in previous}
    found: list[InactiveSource] = []
    for account, bot_account in ctx.municipality.bot_accounts.items():
        newest = max((at for (owner, _), at in last.items() if owner == account), default=earliest)
        whole = await _find_inactive(ctx, InactiveSource(account, None, bot_account.title, newest), before)
        if whole is not None:
            found.append(whole)
            continue
        for root, title in _list_sources(ctx, account):
            at = last.get((account, root), earliest)
            inactive = await _find_inactive(ctx, InactiveSource(account, root, title, at), before)
            found += [inactive] if inactive is not None else []
    return found


async def _find_inactive(
    ctx: UseCaseContext, source: InactiveSource, previous: Mapping[tuple[str, str | None], InactiveSource]
) -> InactiveSource | None:
    before = previous.get((source.account, source.source_id))
    if before is not None and source.since <= max(before.since, ctx.now - MAX_COMPARED_SILENCE):
        return before
    return source if await _is_unusual(ctx, source.account, source.source_id, source.since) else None


def _list_sources(ctx: UseCaseContext, account: str) -> Iterator[tuple[str, str]]:
    sources = [source for source in ctx.municipality.sources.values() if source.account == account]
    if len(sources) > 1:  # a single source is the same as its account
        yield from ((source.source_id, source.title) for source in sources)


async def _is_unusual(ctx: UseCaseContext, account: str, source_id: str | None, since: datetime) -> bool:
    if ctx.now - since < MIN_SILENCE:
        return False
    for weeks in range(1, COMPARED_WEEKS + 1):
        back = weeks * WEEK
        if await ctx.uow.activity.count_messages(account, source_id, since - back, ctx.now - back) < MIN_USUAL_MESSAGES:
            return False
    return True
