"""APScheduler runs the periodic tasks of the leader."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.clock import SystemClock
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor
from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS, PERIODIC_TASKS, PeriodicTask, TaskState, loop_name
from bot.services.monitoring.health import Health

LOOP_NAME = "scheduler"

MAX_LATENESS = timedelta(minutes=1)
"""A next run that is longer past than this was set before the machine's clock was put forward, or before it slept.
APScheduler would count every run that was missed since."""


class SupervisedExecutor(BaseExecutor):  # type: ignore[misc]
    """Runs jobs as tasks of the supervisor, at most one per job.

    APScheduler's own executor cancels its tasks amid a transaction at shutdown and logs a traceback for each.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        super().__init__()
        self._supervisor = supervisor
        self._running: set[str] = set()

    def is_running(self, job_id: str) -> bool:
        return job_id in self._running

    def submit_job(self, job: Any, run_times: list[datetime]) -> None:
        """Start the job, or skip the run if the previous one goes on (APScheduler would log a warning every time)."""
        if job.id not in self._running:
            self._do_submit_job(job, run_times)

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._running.add(job.id)
        self._supervisor.run_once(f"periodic task {job.id}", self._run(job))

    async def _run(self, job: Any) -> None:
        try:
            await self._supervisor.retry(f"periodic task {job.id}", job.func)
        finally:
            self._running.discard(job.id)


class ClockChangeScheduler(AsyncIOScheduler):  # type: ignore[misc]
    """Keeps its intervals when the machine's clock is changed.

    APScheduler sleeps by the monotonic clock, but compares the moment of the next run with the machine's clock: put
    back by an hour, it would run nothing for an hour.
    """

    def __init__(self, intervals: Mapping[str, timedelta], **options: Any) -> None:
        super().__init__(**options)
        self._intervals = intervals

    def wakeup(self) -> None:
        now = SystemClock().now()
        for job in self.get_jobs():
            if not now - MAX_LATENESS <= job.next_run_time <= now + self._intervals[job.id]:
                job.modify(next_run_time=now)
        super().wakeup()

    def _start_timer(self, wait_seconds: float | None) -> None:
        """Wake up after the shortest interval at the latest: the clock may have changed since `wakeup` read it."""
        longest = min(self._intervals.values()).total_seconds()
        super()._start_timer(None if wait_seconds is None else min(wait_seconds, longest))


@dataclass(slots=True)
class Scheduler:
    """The periodic tasks of this process; they run while it leads."""

    health: Health
    tick_seconds: float = 0.5
    completed_runs: Counter[str] = field(default_factory=Counter)
    """Completed runs of each task, by name."""
    _triggered: set[str] = field(default_factory=set)  # tasks that must run once more, whatever goes on now
    _apscheduler: ClockChangeScheduler | None = None
    _executor: SupervisedExecutor | None = None
    _on_trigger: Callable[[], None] = lambda: None

    def start(self, supervisor: Supervisor, runtime: Runtime) -> None:
        """Run the tasks with the leader's *runtime* until `stop`.

        Missed runs are made up for by one; a task never overlaps itself.
        """
        state = TaskState(runtime, self.health)  # new: what an earlier leader has suspected is outdated
        intervals = {
            task.name: timedelta(seconds=task.seconds or task.ticks * self.tick_seconds) for task in PERIODIC_TASKS
        }
        runtime.progress.report(LOOP_NAME)
        self._triggered.clear()
        self._on_trigger = runtime.database.agenda.forget
        self._executor = SupervisedExecutor(supervisor)
        self._apscheduler = ClockChangeScheduler(intervals, timezone=UTC, executors={"default": self._executor})
        for task in PERIODIC_TASKS:
            self._apscheduler.add_job(
                partial(self._run_task, task, state),
                "interval",
                id=task.name,
                seconds=intervals[task.name].total_seconds(),
                coalesce=True,
                misfire_grace_time=None,
            )
        self._apscheduler.start()

    def stop(self) -> None:
        """Start no more runs; the supervisor ends those that go on."""
        if self._apscheduler is not None:
            self._apscheduler.pause()  # at once; a shutdown waits for the event loop's next turn
            self._apscheduler.shutdown(wait=False)
            self._apscheduler = self._executor = None

    def trigger_now(self, names: Iterable[str] = CLOCK_DRIVEN_TASKS) -> None:
        """Run these tasks at once if this process leads; one that is running runs once more afterwards."""
        if self._apscheduler is None or self._executor is None:
            return
        if not (names := set(names) - self._triggered):
            return
        self._on_trigger()
        for name in names:
            self._triggered.add(name)
            if not self._executor.is_running(name):
                self._apscheduler.modify_job(name, next_run_time=SystemClock().now())

    async def _run_task(self, task: PeriodicTask, state: TaskState) -> None:
        progress, name = state.runtime.progress, loop_name(task.name)
        while True:
            self._triggered.discard(task.name)
            progress.report(LOOP_NAME)  # the most frequent tasks run at every tick
            progress.report(name, task.wait_seconds)
            try:
                await task.run_if_needed(state)
            finally:
                progress.finish(name)
            self.completed_runs[task.name] += 1
            if task.name not in self._triggered:
                return
