"""A day in a town of the examples."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import DatabasePool, migrated_database
from tests.e2e.stories.example_town import EXAMPLES, ExampleTown


@pytest.fixture
async def town(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, shelf: DatabasePool
) -> AsyncIterator[ExampleTown]:
    """The running town that the module names in ``TOWN``, at the moment ``STORY_BEGINS`` of its clock."""
    async with migrated_database(kind, tmp_path, shelf) as url:
        town = ExampleTown(tmp_path, {"database": url}, name=request.module.TOWN)
        town.set_time(request.module.STORY_BEGINS)
        try:
            await town.open()
            yield town
        finally:
            await town.close()


@pytest.fixture
def from_file(request: pytest.FixtureRequest, town: ExampleTown, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Return the words by which the system administrator names the example file and this database to a command."""
    monkeypatch.setenv("MCU_DATABASE__URL", town.settings["database"])
    return ("--config", str(EXAMPLES / f"{request.module.TOWN}.toml"))
