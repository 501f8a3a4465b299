"""The ticker goes on whatever the scheduler, and the machine's clock under it, does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.people import Staff
from bot.http.server import HttpServer
from bot.http.webhooks import Webhooks
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.scheduler.publication_check import PublicationChecker
from bot.scheduler.scheduler import Scheduler
from bot.services.monitoring import watchdog
from bot.services.monitoring.health import Health
from storage.database import Database
from storage.migrate import migrate
from tests.e2e.messengers.test_webhook import free_port
from tests.manual_clock import ManualClock
from tests.services.municipality import STAFF, municipality_of

FIRST_START = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}")
    await migrate(database.engine)
    yield database
    await database.close()


@dataclass
class SchedulerHarness:
    """A ticker, and what it works with; nobody tells it the time."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(FIRST_START))
    wake_up: WakeUp = field(default_factory=WakeUp)
    health: Health = field(default_factory=lambda: Health(ready=True))

    async def make_scheduler(self, seconds: float) -> Scheduler:
        async with self.database.begin() as uow:
            municipality = municipality_of(Staff(await uow.staff.sync(STAFF)))
            await uow.once_keys.claim("first_start", FIRST_START)
        publication_checker = PublicationChecker(self.database, {}, lambda: municipality, self.clock, self.wake_up)
        return Scheduler(
            self.database, lambda: municipality, self.clock, self.wake_up, self.health, publication_checker, seconds
        )

    async def incident_codes(self) -> list[str]:
        async with self.database.read() as uow:
            return [trouble.code for trouble in await watchdog.list_reported(uow)]


@asynccontextmanager
async def running_scheduler(office: SchedulerHarness, ticker: Scheduler) -> AsyncIterator[AsyncIOScheduler]:
    supervisor = Supervisor(office.database.is_in_transaction)
    scheduler = ticker.start(supervisor)
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)
        await supervisor.stop()


async def test_sweeps_go_on_while_the_scheduler_waits_for_its_hour(database: Database) -> None:
    """APScheduler waits when the machine's clock is set back; the tasks must not."""
    office = SchedulerHarness(database)
    async with running_scheduler(office, await office.make_scheduler(seconds=0.01)) as scheduler:
        scheduler.pause()
        office.clock.set(datetime(2026, 10, 21, 2, 0, tzinfo=UTC))
        await office.wake_up.wait(10)
        async with database.read() as uow:
            assert await uow.deadlines.has_digest(date(2026, 10, 21))


async def run_audit(ticker: Scheduler) -> None:
    """One, begun by us."""
    rounds = ticker.completed_runs["audit"]
    ticker.trigger_now(["audit"])
    async with asyncio.timeout(10):
        while ticker.completed_runs["audit"] == rounds:  # noqa: ASYNC110 - nobody is told when a sweep has ended
            await asyncio.sleep(0.005)


async def test_watchdog_forgets_suspicions_when_leadership_changes(database: Database) -> None:
    office = SchedulerHarness(database)
    ticker = await office.make_scheduler(seconds=1000)
    async with database.begin() as uow:
        await uow.inbox.store("telegram", [("1", "chat", {})], FIRST_START - timedelta(minutes=5))
    async with running_scheduler(office, ticker):
        await run_audit(ticker)
    async with running_scheduler(office, ticker):
        await run_audit(ticker)
        assert await office.incident_codes() == []
        await run_audit(ticker)
        assert await office.incident_codes() == ["inbox"]
    other = await office.make_scheduler(seconds=1000)
    async with running_scheduler(office, other):  # another process: what was told stays told
        await run_audit(other)
        assert await office.incident_codes() == ["inbox"]


async def test_a_process_that_never_led_shows_what_the_leaders_auditor_has_found(database: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("trouble:outbox:VK «Школа: 5»", FIRST_START)
    webhooks = Webhooks(database, ManualClock(FIRST_START), lambda: None)
    port = free_port()
    listener = HttpServer("127.0.0.1", port, database, {}, webhooks, Health(ready=True))
    await listener.open()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with session.get("/readyz") as answer:
                assert (await answer.json())["troubles"] == ["outbox VK «Школа: 5»"]
            async with session.get("/metrics") as answer:
                assert 'mcu_troubles{kind="outbox"} 1' in (await answer.text()).splitlines()
    finally:
        await listener.close()
