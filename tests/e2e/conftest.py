"""The town, switched on and ready."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import DatabasePool, migrated_database
from tests.e2e.harness import Harness
from tests.e2e.settled_town import SettledTown, settle_town


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
        bot.check_edits()


@pytest.fixture(scope="session")
def settled_towns() -> dict[str, SettledTown]:
    """The settled towns of the session by the kind of their database, once a test has made them."""
    return {}


@pytest.fixture
async def bot(
    closed_bot: Harness,
    kind: str,
    settled_towns: dict[str, SettledTown],
    tmp_path_factory: pytest.TempPathFactory,
    shelf: DatabasePool,
) -> Harness:
    """The town with the bot running; the officials were welcomed before (``closed_bot``: a first start)."""
    if kind not in settled_towns:
        folder = tmp_path_factory.mktemp("settled")
        async with migrated_database(kind, folder, shelf) as url:
            settled_towns[kind] = await settle_town(kind, folder, url)
    await settled_towns[kind].restore(closed_bot)
    await closed_bot.start()
    return closed_bot
