"""Starts bot processes, kills, freezes or hangs them, and counts how often."""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from bot.cli.command_line import EXIT_TRY_AGAIN
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
    earlier_starts: int
    """Processes with the same log that had started before."""

    def has_started(self) -> bool:
        return self.processes.count_starts() > self.earlier_starts


@dataclass(slots=True)
class Killer:
    """Kills bot processes; for *quick* see :class:`~crashtest.run.CrashRun`."""

    random: Random
    quick: bool
    failpoint_seconds: float = FAILPOINT_TIMEOUT_SECONDS
    kills_by_point: Counter[CrashPoint] = field(default_factory=Counter)
    unexpected_exits: list[str] = field(default_factory=list)
    """Processes that exited in another way than they should."""
    refused_starts: int = 0
    """Processes that could not open the database and said so: the service manager would start them again."""

    async def start(self, processes: BotProcesses, failpoint: Failpoint) -> Victim:
        """Start a process that will be killed at *failpoint*."""
        earlier = processes.count_starts()
        if failpoint.point is CrashPoint.ANYWHERE and not self.quick:
            return Victim(processes, await processes.start(), failpoint, earlier)
        return Victim(processes, await processes.start_with_failpoint(failpoint), failpoint, earlier)

    async def start_until_ready(self, processes: BotProcesses, failpoint: Failpoint | None = None) -> Victim:
        """Start a process, again if it cannot open the database, and return when it says that it is ready.

        Without *failpoint*: the real command, to be stopped at the end.
        """
        while True:
            if failpoint is None:
                earlier = processes.count_starts()
                victim = Victim(processes, await processes.start(), Failpoint(CrashPoint.ANYWHERE, 1), earlier)
            else:
                victim = await self.start(processes, failpoint)
            while not victim.has_started():
                if await self._was_refused(victim):
                    break
            else:
                return victim

    async def _was_refused(self, victim: Victim) -> bool:
        """Return whether the process ends within a moment, since it cannot open the database; count that."""
        try:
            async with asyncio.timeout(0.05):
                code = await victim.process.wait()
        except TimeoutError:
            return False
        self._count_exit(victim, code)
        return True

    def _count_exit(self, victim: Victim, code: int) -> None:
        if code == EXIT_TRY_AGAIN and not victim.has_started():
            self.refused_starts += 1
        elif code != -signal.SIGKILL:
            self.unexpected_exits.append(f"a process exited unexpectedly: {code}")

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

    async def end(self, victim: Victim) -> bool:
        """Let a frozen process go on for a moment, then kill what still runs; return whether anything did."""
        if victim.failpoint.effect is Effect.KILL:
            return False
        victim.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(THAWED_SECONDS)
        victim.process.send_signal(signal.SIGKILL)
        await victim.process.wait()
        return True

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
        self._count_exit(victim, code)

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
