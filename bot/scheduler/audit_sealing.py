"""One run of the task that seals the audit: what is new at once, the records of before the upgrade a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.runtime.runtime import Runtime
from bot.services.context import UseCaseContext
from bot.services.monitoring.audit_seal import AuditSealer

INTERVAL_SECONDS = 2.0
"""Seconds between two runs: a record is in the chain after five at most."""

MAX_BACKLOG_SEALS_PER_RUN = 25
"""A million old records take about two minutes, and nobody waits for them."""

PAUSE_SECONDS = 0.02
"""Seconds between two transactions, for the benefit of other writers."""


@dataclass(slots=True)
class AuditSealing:
    """The sealing of this process, for as long as it leads."""

    sealer: AuditSealer = field(default_factory=AuditSealer)

    async def run(self, runtime: Runtime) -> None:
        """Seal everything that is new, and some of the backlog."""
        await self.seal_new(runtime)
        for _ in range(MAX_BACKLOG_SEALS_PER_RUN):
            if not self.sealer.has_backlog():
                break
            await self._write(runtime, self.sealer.seal_backlog)
            await asyncio.sleep(PAUSE_SECONDS)

    async def seal_new(self, runtime: Runtime) -> None:
        """Seal what is new; at the end of the lead, too, so that a stopped bot leaves nothing unprotected."""
        agenda = await runtime.database.agenda.load()
        if self.sealer.is_complete(agenda.newest_audit_id, runtime.clock.now()):
            return
        async with runtime.database.read() as uow:
            await self.sealer.observe(runtime.context(uow))
        while self.sealer.has_new():
            await self._write(runtime, self.sealer.seal)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _write(self, runtime: Runtime, step: Callable[[UseCaseContext], Awaitable[None]]) -> None:
        """Do *step* in a transaction; if that fails, the next run reads the chain again."""
        is_committed = False
        try:
            async with runtime.database.begin() as uow:
                await step(runtime.context(uow))
            is_committed = True
        finally:
            if not is_committed:
                self.sealer.forget()
