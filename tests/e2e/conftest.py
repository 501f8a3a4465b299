"""The town, switched on and ready."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import DatabasePool, migrated_database
from tests.e2e.harness import Harness


@pytest.fixture(params=["sqlite"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return the bot's database: a file, unless the module asks for both (``tests.databases.ON_BOTH``)."""
    return str(request.param)


@pytest.fixture
async def closed_bot(kind: str, tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[Harness]:
    """The town with its servers; the bot is not running yet, its settings may still change."""
    async with migrated_database(kind, tmp_path, shelf) as url:
        bot = Harness(tmp_path)
        bot.settings["database"] = url
        await bot.open()
        try:
            yield bot
        finally:
            await bot.close()


@pytest.fixture
async def bot(closed_bot: Harness) -> Harness:
    """The town with the bot running."""
    await closed_bot.start()
    return closed_bot
