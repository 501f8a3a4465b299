"""The scheduler only ticks; what is due stands in the database."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.clock import Clock
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.scheduler.publication_check import PublicationChecker
from bot.scheduler.retention import Cleaner
from bot.services.context import Municipality, UseCaseContext
from bot.services.deadlines import outage_summary, reminders
from bot.services.dialogs import dialogs
from bot.services.intake import review_queue
from bot.services.monitoring import inactivity, spikes, watchdog
from bot.services.monitoring.health import Health
from bot.services.reports import digest, official_pages
from bot.services.staff import failover
from storage.database import Database

TaskFunction = Callable[[], Awaitable[None]]

RETENTION_INTERVAL_SECONDS = 3600.0  # seconds

CLOCK_DRIVEN_TASKS = ("terms", "digest", "pages", "fallback", "lookout", "drafts", "doubts", "bursts")
"""Sweeps over what the clock makes due. The others watch these, or count how long we are awake."""


@dataclass(slots=True)
class Scheduler:
    """Wakes the sweeps over due work."""

    database: Database
    municipality: Callable[[], Municipality]
    clock: Clock
    outbox_wake_up: WakeUp
    health: Health
    publication_checker: PublicationChecker
    tick_seconds: float = 0.5
    unconfirmed: frozenset[str] = frozenset()
    completed_runs: Counter[str] = field(default_factory=Counter)
    """How often each sweep has come to its end."""
    _wake_ups: dict[str, WakeUp] = field(default_factory=dict)

    def start(self, supervisor: Supervisor) -> AsyncIOScheduler:
        """Begin to tick. An overslept tick comes once, late; a sweep never overlaps itself."""
        self.unconfirmed = frozenset()  # by who led before; meanwhile another may have led
        # To ring takes no time: called at once, not as a task, which a stop would cut off with a complaint in the log.
        scheduler = AsyncIOScheduler(timezone="UTC", executors={"default": DebugExecutor()})
        for name, sweep, seconds in (
            ("terms", self._send_reminders, self.tick_seconds),
            ("digest", self._send_digest, self.tick_seconds),
            ("pages", self._send_pages_report, self.tick_seconds * 2),
            ("fallback", self._run_failover, self.tick_seconds * 2),
            ("lookout", self.publication_checker.run, self.tick_seconds * 4),
            ("drafts", self._expire_drafts, self.tick_seconds * 20),
            ("doubts", self._publish_review_queue, self.tick_seconds * 20),
            ("audit", self._run_watchdog, self.tick_seconds * 30),
            ("beat", self._record_heartbeat, self.tick_seconds * 60),
            ("silence", self._detect_inactivity, self.tick_seconds * 120),
            ("bursts", self._report_spikes, self.tick_seconds * 30),
            ("cleaning", Cleaner(self.database, self.clock).run, RETENTION_INTERVAL_SECONDS),
        ):
            bell = self._wake_ups[name] = WakeUp()
            supervisor.run_forever(f"sweep {name}", self._run_on_wake_up(name, bell, sweep, 2 * seconds))
            scheduler.add_job(
                bell.set, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
            )
        scheduler.start()
        return scheduler

    def trigger_now(self, names: Iterable[str] = CLOCK_DRIVEN_TASKS) -> None:
        """Let these sweeps, if we lead, look at once: whoever moves a clock by hand need not wait for the next tick."""
        for name in names:
            if name in self._wake_ups:
                self._wake_ups[name].set()

    def _run_on_wake_up(self, name: str, wake_up: WakeUp, task: TaskFunction, max_wait_seconds: float) -> TaskFunction:
        """*sweep* whenever *bell* rings, and after *at_most* seconds in any case: the scheduler waits for a reading of
        the machine's clock, and stands still for an hour when that is put back by an hour."""

        async def loop() -> None:
            while True:
                await wake_up.wait(max_wait_seconds)
                await task()
                self.completed_runs[name] += 1

        return loop

    async def _record_heartbeat(self) -> None:
        async with self.database.begin() as uow:
            await outage_summary.record_heartbeat(UseCaseContext(self.municipality(), uow, self.clock.now()))

    async def _send_reminders(self) -> None:
        now = self.clock.now()
        heard = not self.health.not_caught_up
        async with self.database.read() as uow:
            due = await uow.deadlines.has_due(now)
            if not due and not await reminders.has_pending(
                UseCaseContext(self.municipality(), uow, now), messengers_caught_up=heard
            ):
                return
        async with self.database.begin() as uow:
            ctx = UseCaseContext(self.municipality(), uow, now)
            await reminders.create_due_notices(ctx)
            await reminders.send_notices(ctx, messengers_caught_up=heard)
        self.outbox_wake_up.set()

    async def _send_digest(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await digest.is_due(UseCaseContext(self.municipality(), uow, now)):
                return
        async with self.database.begin() as uow:
            await digest.send_daily(UseCaseContext(self.municipality(), uow, now))
        self.outbox_wake_up.set()

    async def _send_pages_report(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await official_pages.is_due(UseCaseContext(self.municipality(), uow, now)):
                return
        async with self.database.begin() as uow:
            await official_pages.send_weekly(UseCaseContext(self.municipality(), uow, now))
        self.outbox_wake_up.set()

    async def _run_failover(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await failover.has_pending(UseCaseContext(self.municipality(), uow, now)):
                return
        async with self.database.begin() as uow:
            await failover.run(UseCaseContext(self.municipality(), uow, now))
        self.outbox_wake_up.set()

    async def _expire_drafts(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await uow.dialogs.list_expired(now):
                return
        async with self.database.begin() as uow:
            await dialogs.expire_abandoned(UseCaseContext(self.municipality(), uow, now))
        self.outbox_wake_up.set()

    async def _publish_review_queue(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await review_queue.is_due(UseCaseContext(self.municipality(), uow, now)):
                return
        async with self.database.begin() as uow:
            await review_queue.publish_lists(UseCaseContext(self.municipality(), uow, now))
        self.outbox_wake_up.set()

    async def _detect_inactivity(self) -> None:
        """By day: a night's silence is judged in the morning."""
        now = self.clock.now()
        if self.municipality().quiet_hours.is_quiet(now):
            return
        async with self.database.read() as uow:
            self.health.inactive = await inactivity.list_inactive(
                UseCaseContext(self.municipality(), uow, now), self.health.inactive or ()
            )

    async def _run_watchdog(self) -> None:
        """What should have happened and did not, at two looks in a row: after a start, or when the machine's clock has
        jumped, the sweeps need a moment to catch up. What was told is believed at once: by another leader, perhaps."""
        now = self.clock.now()
        async with self.database.read() as uow:
            found = await watchdog.list_incidents(
                UseCaseContext(self.municipality(), uow, now), self.health.failing_since, self.health.inactive
            )
            told = set(await uow.once_keys.list_keys(watchdog.INCIDENT_KEY_PREFIX))
        present = [trouble for trouble in found if trouble.key in self.unconfirmed | told]
        self.unconfirmed = frozenset(trouble.key for trouble in found)
        if {trouble.key for trouble in present} == told:
            return
        async with self.database.begin() as uow:
            await watchdog.report_incidents(UseCaseContext(self.municipality(), uow, now), present)
        self.outbox_wake_up.set()

    async def _report_spikes(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            ctx = UseCaseContext(self.municipality(), uow, now)
            present = await spikes.list_spikes(ctx)
            if not await spikes.has_changes(ctx, present):
                return
        async with self.database.begin() as uow:
            await spikes.report_spikes(UseCaseContext(self.municipality(), uow, now), present)
        self.outbox_wake_up.set()
