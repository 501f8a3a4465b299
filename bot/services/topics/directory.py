"""The town's topics as the database has them: seeded once from the file, and read again after every change."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from bot.domain.notifications.topics import TopicsDiffer
from bot.domain.sectors import Sector
from bot.domain.topic_book import BookDifference, TopicBook, compare
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from storage.unit_of_work import UnitOfWork

LOCK = "topics"
"""The name of the lock under which topics are changed."""


async def open_book(uow: UnitOfWork, wanted: TopicBook, now: datetime) -> TopicBook:
    """Return the stored book; a database without one gets the book *wanted* by the file."""
    await uow.lock(LOCK)
    known = await uow.topic_books.load()
    if known.version:
        return known
    await uow.topic_books.apply_file(wanted, fingerprint(wanted), now)
    return await uow.topic_books.load()


async def reload(ctx: UseCaseContext) -> None:
    """Read the book again: this transaction has changed it, or has waited for another that may have."""
    ctx.municipality = ctx.municipality.with_topics(await ctx.uow.topic_books.load())
    ctx.prefetched = {}  # read with the words of before


async def lock(ctx: UseCaseContext) -> None:
    """Wait until no other process changes topics, and read them."""
    await ctx.uow.lock(LOCK)
    await reload(ctx)


async def report_difference(ctx: UseCaseContext, wanted: TopicBook, sectors: Sequence[Sector]) -> None:
    """Tell the administrator, once per file, that a changed file names other topics than the database.

    What the chat has changed since the file was taken over is no difference.
    """
    seed = fingerprint(wanted)
    if seed == await ctx.uow.topic_books.find_seed():
        return
    found = compare(ctx.municipality.topics, wanted, sectors)
    if found:
        note = TopicsDiffer(added=found.added, changed=found.changed, removed=found.removed, reworded=found.reworded)
        await notify.notify_administrator(ctx, note, once_key=f"topics_differ:{seed}")


async def apply_file(ctx: UseCaseContext, wanted: TopicBook, shown: BookDifference, server_user: str) -> bool:
    """Take over the topics of the file; return False if the differences are not those that were *shown*."""
    await lock(ctx)
    if compare(ctx.municipality.topics, wanted, tuple(ctx.municipality.sectors.values())) != shown:
        return False
    await ctx.uow.topic_books.apply_file(wanted, fingerprint(wanted), ctx.now)
    await ctx.uow.audit_log.record("topics_applied", ctx.now, facts={"by": server_user})
    return True


def fingerprint(book: TopicBook) -> str:
    """Return a word for what a file says about topics."""
    themes = [(one.code, one.title, one.sector) for one in book.themes]
    words = [(one.owner.kind.value, one.owner.code, one.word) for one in book.keywords]
    return hashlib.sha256(repr((themes, words)).encode()).hexdigest()[:16]
