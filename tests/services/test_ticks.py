"""The ticker goes on whatever the scheduler, and the machine's clock under it, does."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.domain.clock import ManualClock
from bot.domain.people import Staff
from bot.jobs.lookout import Lookout
from bot.jobs.supervisor import Bell, Supervisor
from bot.jobs.ticks import Ticker
from bot.services.health import Health
from storage.database import Database
from storage.migrate import migrate
from tests.services.municipality import STAFF, centre_of

FIRST_START = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}")
    await migrate(database.engine)
    yield database
    await database.close()


async def test_sweeps_go_on_while_the_scheduler_waits_for_its_hour(database: Database) -> None:
    """When the machine's clock is put back, the scheduler waits until it has caught up."""
    async with database.begin() as uow:
        centre = centre_of(Staff(await uow.people.replace(STAFF)))
        await uow.chronicle.once("first_start", FIRST_START)
    clock, bell, supervisor = ManualClock(FIRST_START), Bell(), Supervisor(database.is_used_by)
    lookout = Lookout(database, {}, lambda: centre, clock, bell)
    ticker = Ticker(database, lambda: centre, clock, bell, Health(), lookout, seconds=0.01)
    scheduler = ticker.start(supervisor)
    try:
        scheduler.pause()
        clock.set(datetime(2026, 10, 21, 2, 0, tzinfo=UTC))
        await bell.wait(10)
        async with database.read() as uow:
            assert await uow.times.has_digest(date(2026, 10, 21))
    finally:
        scheduler.shutdown(wait=False)
        await supervisor.stop()
