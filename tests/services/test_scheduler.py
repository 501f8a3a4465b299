"""Periodic tasks: triggers, failures, and changes of the machine's clock."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import aiohttp
import apscheduler.schedulers.base
import pytest

from bot.domain.clock import SystemClock
from bot.domain.messages import UnreadKind
from bot.domain.people import Staff
from bot.http.server import HttpServer
from bot.http.webhooks import Webhooks
from bot.runtime import supervisor
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.scheduler import scheduler
from bot.scheduler.scheduler import Scheduler
from bot.scheduler.tasks import PeriodicTask, TaskState
from bot.services.monitoring import watchdog
from bot.services.monitoring.health import Health
from storage.database import Database
from tests.databases import copy_migrated_sqlite
from tests.e2e.messengers.test_webhook import free_port
from tests.manual_clock import ManualClock
from tests.services.municipality import STAFF, municipality_of

FIRST_START = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}"
    await copy_migrated_sqlite(url, tmp_path.parent)
    database = Database(url)
    yield database
    await database.close()


@dataclass
class SchedulerHarness:
    """The parts that a scheduler works with."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(FIRST_START))
    wake_up: WakeUp = field(default_factory=WakeUp)
    health: Health = field(default_factory=lambda: Health(ready=True))

    runtime: Runtime = field(init=False)

    async def make_scheduler(self, seconds: float) -> Scheduler:
        async with self.database.begin() as uow:
            municipality = municipality_of(Staff(await uow.staff.add_all(STAFF)))
            await uow.once_keys.claim("first_start", FIRST_START)
        self.runtime = Runtime(self.database, {}, lambda: municipality, self.clock, outbox_wake_up=self.wake_up)
        return Scheduler(self.health, seconds)

    async def incident_codes(self) -> list[str]:
        async with self.database.read() as uow:
            return [trouble.code for trouble in await watchdog.list_reported(uow)]


@asynccontextmanager
async def running_scheduler(office: SchedulerHarness, ticker: Scheduler) -> AsyncIterator[None]:
    tasks = Supervisor(office.database.is_in_transaction)
    ticker.start(tasks, office.runtime)
    try:
        yield
    finally:
        ticker.stop()
        await tasks.stop()


class MachineClock:
    """The machine's clock with an offset."""

    offset = timedelta()

    @classmethod
    def now(cls, zone: tzinfo | None = None) -> datetime:
        return SystemClock().now().astimezone(zone) + cls.offset


async def wait_for_runs(ticker: Scheduler, name: str, runs: int) -> None:
    """Wait until the task has run so many times more."""
    wanted = ticker.completed_runs[name] + runs
    async with asyncio.timeout(30):
        while ticker.completed_runs[name] < wanted:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("offset", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=20_000)])
async def test_tasks_go_on_when_the_machine_clock_is_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch, offset: timedelta
) -> None:
    """APScheduler waits for a moment of the machine's clock."""
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", MachineClock)
    monkeypatch.setattr(scheduler, "SystemClock", MachineClock)
    monkeypatch.setattr(MachineClock, "offset", timedelta())
    office = SchedulerHarness(database)
    ticker = await office.make_scheduler(seconds=0.1)
    async with running_scheduler(office, ticker):
        await wait_for_runs(ticker, "digest", 1)
        monkeypatch.setattr(MachineClock, "offset", offset)
        await wait_for_runs(ticker, "digest", 3)
        office.clock.set(datetime(2026, 10, 21, 2, 0, tzinfo=UTC))
        await wait_for_runs(ticker, "digest", 2)
        async with database.read() as uow:
            assert await uow.deadlines.has_digest(date(2026, 10, 21))


async def test_triggered_task_runs_once_more_after_the_present_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, may_end, runs = asyncio.Event(), asyncio.Event(), []

    async def run(state: TaskState) -> None:
        runs.append(state)
        started.set()
        await may_end.wait()

    monkeypatch.setattr(scheduler, "PERIODIC_TASKS", (PeriodicTask("slow", 1, run),))
    office = SchedulerHarness(database)
    ticker = await office.make_scheduler(seconds=1000)
    async with running_scheduler(office, ticker):
        ticker.trigger_now(["slow"])
        await started.wait()
        ticker.trigger_now(["slow"])
        await asyncio.sleep(0.02)
        assert len(runs) == 1, "a task never overlaps itself"
        may_end.set()
        await wait_for_runs(ticker, "slow", 2)
        assert len(runs) == 2


async def test_failed_task_is_logged_and_runs_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [RuntimeError("broken")]

    async def run(state: TaskState) -> None:
        if failures:
            raise failures.pop()

    monkeypatch.setattr(supervisor, "RESTART_DELAYS_SECONDS", (0.0,))
    monkeypatch.setattr(scheduler, "PERIODIC_TASKS", (PeriodicTask("fragile", 1, run),))
    office = SchedulerHarness(database)
    ticker = await office.make_scheduler(seconds=1000)
    async with running_scheduler(office, ticker):
        ticker.trigger_now(["fragile"])
        await wait_for_runs(ticker, "fragile", 1)
    assert caplog.text.count("loop failed") == 1


async def test_stop_ends_a_running_task_without_a_traceback(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started = asyncio.Event()

    async def run(state: TaskState) -> None:
        started.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(scheduler, "PERIODIC_TASKS", (PeriodicTask("endless", 1, run),))
    office = SchedulerHarness(database)
    ticker = await office.make_scheduler(seconds=0.001)
    async with running_scheduler(office, ticker):
        await started.wait()
        await asyncio.sleep(0.02)  # further runs are due meanwhile
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def run_audit(ticker: Scheduler) -> None:
    """Run the watchdog once."""
    ticker.trigger_now(["watchdog"])
    await wait_for_runs(ticker, "watchdog", 1)


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
        await uow.unread_content.add("telegram", UnreadKind.AUDIO, FIRST_START)
    webhooks = Webhooks(database, ManualClock(FIRST_START), lambda: None)
    port = free_port()
    listener = HttpServer("127.0.0.1", port, database, {}, webhooks, Health(ready=True))
    await listener.open()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with session.get("/readyz") as answer:
                assert (await answer.json())["troubles"] == ["outbox VK «Школа: 5»"]
            async with session.get("/metrics") as answer:
                shown = (await answer.text()).splitlines()
                assert {'mcu_troubles{kind="outbox"} 1.0', 'mcu_unread{kind="audio"} 1.0'} <= set(shown)
                assert 'mcu_held{kind="message"} 0.0' in shown
    finally:
        await listener.close()
