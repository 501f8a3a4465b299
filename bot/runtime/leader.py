"""The tasks that only one process runs at a time (ADR 10): polling, sending, periodic tasks, self-checks."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor
from bot.services.deadlines import outage_summary
from bot.services.monitoring.health import Health
from storage.errors import DATABASE_ERRORS
from storage.postgres.leadership import run_as_leader
from storage.postgres.orphaned_leases import release_orphaned_leases


@dataclass(slots=True)
class Leader:
    """Starts the leader's tasks when this process becomes the leader and stops them when it no longer is."""

    runtime: Runtime
    health: Health
    create_supervisor: Callable[[], Supervisor]
    start_tasks: Callable[[Supervisor], None]
    stop_tasks: Callable[[], None]
    """Called before the supervisor stops the tasks: no new ones may start."""
    _supervisor: Supervisor | None = None

    @property
    def is_leading(self) -> bool:
        return self._supervisor is not None

    async def run(self) -> None:
        """Compete for leadership until cancelled."""
        await run_as_leader(self.runtime.database, self._start, self.stop)

    async def stop(self) -> None:
        """Stop the leader's tasks, if they run, and record the moment."""
        if self._supervisor is not None:
            self.stop_tasks()
            await self._supervisor.stop()
            self._supervisor = None
            with suppress(*DATABASE_ERRORS):  # leadership may be lost because the database is unavailable
                async with self.runtime.database.begin() as uow:
                    await outage_summary.record_heartbeat(self.runtime.context(uow))
        self.health.reset()

    async def _start(self) -> None:
        supervisor = self._supervisor = self.create_supervisor()
        self.health.not_caught_up = set(self.runtime.messengers)
        async with self.runtime.database.begin() as uow:
            await outage_summary.detect_outage(self.runtime.context(uow))
        supervisor.run_forever("orphaned leases", lambda: release_orphaned_leases(self.runtime.database))
        self.start_tasks(supervisor)
