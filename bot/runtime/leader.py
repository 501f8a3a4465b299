"""The tasks that only one process runs at a time (ADR 10, 16): polling, sending, periodic tasks, self-checks."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.runtime.progress import Progress
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor
from bot.services.monitoring.health import Health
from storage.errors import DATABASE_ERRORS, LeadershipLost
from storage.postgres.leader_lease import LEASE_SECONDS
from storage.postgres.leadership import Candidate

LOOP_NAME = "leadership"


@dataclass(slots=True)
class Leader:
    """Starts the leader's tasks when this process becomes the leader and stops them when it no longer is."""

    runtime: Runtime
    health: Health
    create_supervisor: Callable[[], Supervisor]
    start_tasks: Callable[[Supervisor, Runtime], None]
    stop_tasks: Callable[[], None]
    """Called before the supervisor stops the tasks: no new ones may start."""
    finish: Callable[[Runtime], Awaitable[None]]
    """Called after the tasks have ended, while this process may still write as the leader."""
    lease_seconds: float = LEASE_SECONDS
    patience: float = 1.0
    _supervisor: Supervisor | None = None
    _leader_runtime: Runtime | None = None

    @property
    def is_leading(self) -> bool:
        return self._supervisor is not None

    async def run(self) -> None:
        """Compete for leadership until cancelled."""
        progress = self.runtime.progress
        await Candidate(
            self.runtime.database,
            self._start,
            self.stop,
            self.list_stalled,
            on_round=lambda: progress.report(LOOP_NAME),
            on_unavailable=progress.clear,  # a database that does not answer holds up every loop
            lease_seconds=self.lease_seconds,
        ).compete()

    def list_stalled(self) -> Sequence[str]:
        """List the leader's loops that do not go on."""
        return [] if self._leader_runtime is None else self._leader_runtime.progress.list_stalled()

    async def stop(self) -> None:
        """Stop the leader's tasks, if they run."""
        if self._supervisor is not None and self._leader_runtime is not None:
            self.stop_tasks()
            await self._supervisor.stop()
            # Leadership may be lost because the database is unavailable or because this process was frozen.
            with suppress(LeadershipLost, *DATABASE_ERRORS):
                await self.finish(self._leader_runtime)
            self._supervisor = self._leader_runtime = None
        self.health.reset()

    async def _start(self, term: int) -> None:
        runtime = replace(
            self.runtime, database=self.runtime.database.fenced(term), progress=Progress(patience=self.patience)
        )
        self._leader_runtime = runtime
        supervisor = self._supervisor = self.create_supervisor()
        self.health.not_caught_up = set(runtime.messengers)
        self.start_tasks(supervisor, runtime)
