"""The scheduler only ticks; what is due stands in the database."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.clock import Clock
from bot.runtime.supervisor import Bell, Supervisor
from bot.scheduler.publication_check import Lookout
from bot.scheduler.retention import Cleaner
from bot.services.context import Centre, Work
from bot.services.deadlines import outage_summary, reminders
from bot.services.dialogs import dialogs
from bot.services.intake import review_queue
from bot.services.monitoring import inactivity, spikes, watchdog
from bot.services.monitoring.health import Health
from bot.services.reports import digest, official_pages
from bot.services.staff import failover
from storage.database import Database

Sweep = Callable[[], Awaitable[None]]

CLEAN_EVERY = 3600.0  # seconds

BY_THE_CLOCK = ("terms", "digest", "pages", "fallback", "lookout", "drafts", "doubts", "bursts")
"""Sweeps over what the clock makes due. The others watch these, or count how long we are awake."""


@dataclass(slots=True)
class Ticker:
    """Wakes the sweeps over due work."""

    database: Database
    centre: Callable[[], Centre]
    clock: Clock
    outbox_bell: Bell
    health: Health
    lookout: Lookout
    seconds: float = 0.5
    suspected: frozenset[str] = frozenset()
    rounds: Counter[str] = field(default_factory=Counter)
    """How often each sweep has come to its end."""
    _bells: dict[str, Bell] = field(default_factory=dict)

    def start(self, supervisor: Supervisor) -> AsyncIOScheduler:
        """Begin to tick. An overslept tick comes once, late; a sweep never overlaps itself."""
        self.suspected = frozenset()  # by who led before; meanwhile another may have led
        # To ring takes no time: called at once, not as a task, which a stop would cut off with a complaint in the log.
        scheduler = AsyncIOScheduler(timezone="UTC", executors={"default": DebugExecutor()})
        for name, sweep, seconds in (
            ("terms", self._terms, self.seconds),
            ("digest", self._digest, self.seconds),
            ("pages", self._pages, self.seconds * 2),
            ("fallback", self._fallback, self.seconds * 2),
            ("lookout", self.lookout.sweep, self.seconds * 4),
            ("drafts", self._drafts, self.seconds * 20),
            ("doubts", self._doubts, self.seconds * 20),
            ("audit", self._audit, self.seconds * 30),
            ("beat", self._beat, self.seconds * 60),
            ("silence", self._silence, self.seconds * 120),
            ("bursts", self._bursts, self.seconds * 30),
            ("cleaning", Cleaner(self.database, self.clock).sweep, CLEAN_EVERY),
        ):
            bell = self._bells[name] = Bell()
            supervisor.keep(f"sweep {name}", self._on_every_ring(name, bell, sweep, 2 * seconds))
            scheduler.add_job(
                bell.ring, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
            )
        scheduler.start()
        return scheduler

    def hurry(self, names: Iterable[str] = BY_THE_CLOCK) -> None:
        """Let these sweeps, if we lead, look at once: whoever moves a clock by hand need not wait for the next tick."""
        for name in names:
            if name in self._bells:
                self._bells[name].ring()

    def _on_every_ring(self, name: str, bell: Bell, sweep: Sweep, at_most: float) -> Sweep:
        """*sweep* whenever *bell* rings, and after *at_most* seconds in any case: the scheduler waits for a reading of
        the machine's clock, and stands still for an hour when that is put back by an hour."""

        async def loop() -> None:
            while True:
                await bell.wait(at_most)
                await sweep()
                self.rounds[name] += 1

        return loop

    async def _beat(self) -> None:
        async with self.database.begin() as uow:
            await outage_summary.beat(Work(self.centre(), uow, self.clock.now()))

    async def _terms(self) -> None:
        now = self.clock.now()
        heard = not self.health.silent
        async with self.database.read() as uow:
            due = await uow.times.anything_due(now)
            if not due and not await reminders.anything_to_say(Work(self.centre(), uow, now), heard=heard):
                return
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, now)
            await reminders.sweep(work)
            await reminders.flush(work, heard=heard)
        self.outbox_bell.ring()

    async def _digest(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await digest.is_due(Work(self.centre(), uow, now)):
                return
        async with self.database.begin() as uow:
            await digest.send_daily(Work(self.centre(), uow, now))
        self.outbox_bell.ring()

    async def _pages(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await official_pages.is_due(Work(self.centre(), uow, now)):
                return
        async with self.database.begin() as uow:
            await official_pages.send_weekly(Work(self.centre(), uow, now))
        self.outbox_bell.ring()

    async def _fallback(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await failover.anything_to_do(Work(self.centre(), uow, now)):
                return
        async with self.database.begin() as uow:
            await failover.sweep(Work(self.centre(), uow, now))
        self.outbox_bell.ring()

    async def _drafts(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await uow.dialogs.expired(now):
                return
        async with self.database.begin() as uow:
            await dialogs.expire(Work(self.centre(), uow, now))
        self.outbox_bell.ring()

    async def _doubts(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await review_queue.is_due(Work(self.centre(), uow, now)):
                return
        async with self.database.begin() as uow:
            await review_queue.publish(Work(self.centre(), uow, now))
        self.outbox_bell.ring()

    async def _silence(self) -> None:
        """By day: a night's silence is judged in the morning."""
        now = self.clock.now()
        if self.centre().quiet.is_quiet(now):
            return
        async with self.database.read() as uow:
            self.health.hushes = await inactivity.unusual(Work(self.centre(), uow, now), self.health.hushes or ())

    async def _audit(self) -> None:
        """What should have happened and did not, at two looks in a row: after a start, or when the machine's clock has
        jumped, the sweeps need a moment to catch up. What was told is believed at once: by another leader, perhaps."""
        now = self.clock.now()
        async with self.database.read() as uow:
            found = await watchdog.look(Work(self.centre(), uow, now), self.health.failing, self.health.hushes)
            told = set(await uow.chronicle.keys(watchdog.TOLD))
        present = [trouble for trouble in found if trouble.key in self.suspected | told]
        self.suspected = frozenset(trouble.key for trouble in found)
        if {trouble.key for trouble in present} == told:
            return
        async with self.database.begin() as uow:
            await watchdog.report(Work(self.centre(), uow, now), present)
        self.outbox_bell.ring()

    async def _bursts(self) -> None:
        now = self.clock.now()
        async with self.database.read() as uow:
            work = Work(self.centre(), uow, now)
            present = await spikes.look(work)
            if not await spikes.anything_to_say(work, present):
                return
        async with self.database.begin() as uow:
            await spikes.report(Work(self.centre(), uow, now), present)
        self.outbox_bell.ring()
