"""``topics apply``: the town's themes and words, from the file into the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.personal_data import server_user
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.topic_book import BookDifference, TopicBook, compare
from bot.services.context import UseCaseContext
from bot.services.topics import directory
from storage.database import Database
from storage.migrate import migrate


@asynccontextmanager
async def _open_topics(config: Config) -> AsyncIterator[UseCaseContext]:
    """Open the database and its book, as the start of the bot does; the bot may be running."""
    database, now = Database(config.database_url), SystemClock().now()
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            book = await directory.open_book(uow, _wanted(config), now)
            town = build_municipality(config, await uow.staff.load(), build_understanding(config), {})
            yield UseCaseContext(town.with_topics(book), uow, now)
    finally:
        await database.close()


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
