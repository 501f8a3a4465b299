"""The town, switched on and ready."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.town import Town


@pytest.fixture
async def closed_town(tmp_path: Path) -> AsyncIterator[Town]:
    """The town with its servers; the bot is not running yet, its settings may still change."""
    town = Town(tmp_path)
    await town.open()
    try:
        yield town
    finally:
        await town.close()


@pytest.fixture
async def town(closed_town: Town) -> AsyncIterator[Town]:
    """The town with the bot running."""
    await closed_town.start()
    yield closed_town


