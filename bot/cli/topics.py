"""``topics apply``: the town's themes and words, from the file into the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.late_analyzer import build_late_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.journal import server_user
from bot.cli.opened_database import opened_database
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.topic_book import BookDifference, TopicBook, compare
from bot.services.context import UseCaseContext
from bot.services.topics import directory


@asynccontextmanager
async def _open_topics(config: Config) -> AsyncIterator[UseCaseContext]:
    """Open the database and its book, as the start of the bot does; the bot may be running."""
    now = SystemClock().now()
    async with opened_database(config) as database, database.begin() as uow:
        book = await directory.open_book(uow, _wanted(config), now)
        town = build_municipality(config, await uow.staff.load(), build_late_understanding(config), {})
        yield UseCaseContext(town.with_topics(book), uow, now)


def _wanted(config: Config) -> TopicBook:
    return TopicBook.of_file(config.sectors(), config.themes())


async def plan_topics(config: Config) -> BookDifference:
    """Return how the file differs from the database."""
    async with _open_topics(config) as ctx:
        return compare(ctx.municipality.topics, _wanted(config), config.sectors())


async def apply_topics(config: Config, shown: BookDifference) -> bool:
    """Take the topics of the file; return False if the differences are not those that were *shown*."""
    async with _open_topics(config) as ctx:
        return await directory.apply_file(ctx, _wanted(config), shown, server_user())
