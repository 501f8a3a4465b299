"""Starts bot processes, kills, freezes or hangs them, and counts how often."""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from crashtest.bot_process import BotProcesses, RunningBot, wait_until_frozen
from crashtest.failpoints import CrashPoint, Effect, Failpoint
from crashtest.fork_server import ARM_SIGNAL

THAWED_SECONDS = 2.0
"""Seconds that a process which was frozen goes on before it is killed: time to write what it had in hand."""

STOP_TIMEOUT_SECONDS = 60.0
"""Seconds that a process may take to stop; on a quiet machine it takes one, or five with a delivery that hangs."""

FAILPOINT_TIMEOUT_SECONDS = 6.0
"""Seconds after which a process that has not reached its failpoint is killed anywhere."""


@dataclass(frozen=True, slots=True)
class Victim:
    """A running bot process and the failpoint at which it is killed."""

    processes: BotProcesses
    process: RunningBot
    failpoint: Failpoint


@dataclass(slots=True)
class Killer:
    """Kills bot processes; for *quick* see :class:`~crashtest.run.CrashRun`."""

    random: Random
    quick: bool
    failpoint_seconds: float = FAILPOINT_TIMEOUT_SECONDS
    kills_by_point: Counter[CrashPoint] = field(default_factory=Counter)
    unexpected_exits: list[str] = field(default_factory=list)
    """Processes that exited in another way than they should."""

    async def start(self, processes: BotProcesses, failpoint: Failpoint) -> Victim:
        """Start a process that will be killed at *failpoint*."""
        if failpoint.point is CrashPoint.ANYWHERE and not self.quick:
            return Victim(processes, await processes.start(), failpoint)
        return Victim(processes, await processes.start_with_failpoint(failpoint), failpoint)

    async def stop_at_failpoint(self, victim: Victim) -> None:
        """Wait until the process dies or freezes at its failpoint, or make it; a hung task shows itself to nobody."""
        match victim.failpoint.effect:
            case Effect.KILL:
                await self.kill(victim)
            case Effect.FREEZE:
                await self._freeze(victim)
            case Effect.HANG:
                victim.process.send_signal(ARM_SIGNAL)
                self.kills_by_point[victim.failpoint.point] += 1

    async def end(self, victim: Victim) -> None:
        """Let a frozen process go on for a moment, then kill what still runs."""
        if victim.failpoint.effect is Effect.KILL:
            return
        victim.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(THAWED_SECONDS)
        victim.process.send_signal(signal.SIGKILL)
        await victim.process.wait()

    async def _freeze(self, victim: Victim) -> None:
        victim.process.send_signal(ARM_SIGNAL)
        met = victim.failpoint.point
        try:
            async with asyncio.timeout(self.failpoint_seconds):
                await wait_until_frozen(victim.process)
        except TimeoutError:
            met = CrashPoint.ANYWHERE
            victim.process.send_signal(signal.SIGSTOP)
        self.kills_by_point[met] += 1

    async def kill(self, victim: Victim) -> None:
        """Wait until the process dies at its failpoint, or kill it."""
        life, longest, met = victim.process, self.failpoint_seconds, victim.failpoint.point
        if met is CrashPoint.ANYWHERE:
            longest = self.random.uniform(0.1, 1.5) if self.quick else self.random.uniform(0.3, 5.0)
        elif not victim.failpoint.armed:
            life.send_signal(ARM_SIGNAL)
        try:
            async with asyncio.timeout(longest):
                await life.wait()
        except TimeoutError:
            met = CrashPoint.ANYWHERE
            life.send_signal(signal.SIGKILL)
        code = await life.wait()
        self.kills_by_point[met] += 1
        if code != -signal.SIGKILL:
            self.unexpected_exits.append(f"a process exited unexpectedly: {code}")

    async def stop(self, process: RunningBot) -> None:
        """Stop the process with SIGTERM, as an administrator does."""
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                code = await process.wait()
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            code = await process.wait()
        if code != 0:
            self.unexpected_exits.append(f"a process did not stop cleanly: {code}")
