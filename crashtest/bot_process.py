"""Bot processes: the real command, or a child of the fork server with a failpoint."""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from crashtest.failpoints import Failpoint

ROOT = Path(__file__).parents[1]


class RunningBot(Protocol):
    """One running bot."""

    @property
    def pid(self) -> int: ...

    def send_signal(self, how: signal.Signals) -> None: ...

    async def wait(self) -> int:
        """Wait for the end and return the exit code, negative for a signal."""
        ...


@dataclass(slots=True)
class CommandProcess:
    """``python -m bot run``."""

    process: Process

    @property
    def pid(self) -> int:
        return self.process.pid

    def send_signal(self, how: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)

    async def wait(self) -> int:
        return await self.process.wait()


@dataclass(slots=True)
class ForkedProcess:
    """A child of the fork server."""

    pid: int
    fork_server: "BotProcesses"
    exit_code: int | None = None

    def send_signal(self, how: signal.Signals) -> None:
        if self.exit_code is None:
            with suppress(ProcessLookupError):  # it has ended, and the fork server's reply is on its way
                os.kill(self.pid, how)

    async def wait(self) -> int:
        if self.exit_code is None:
            self.exit_code = int(await self.fork_server.read_reply())
        return self.exit_code


async def wait_until_frozen(process: RunningBot) -> None:
    """Wait until *process* is stopped by a signal."""
    while _state_of(process.pid) != "T":
        await asyncio.sleep(0.02)


def _state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


@dataclass(slots=True)
class BotProcesses:
    """Starts one bot process after another; two processes at a time need two instances."""

    config: Path
    log: Path
    _fork_server: Process | None = field(default=None)
    _started: list[RunningBot] = field(default_factory=list)
    """Processes that may be running: the fork server has one child at a time."""
    _pending_read: asyncio.Task[bytes] | None = field(default=None)

    async def start(self) -> RunningBot:
        """Start the real command."""
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "bot", "run", "--config", str(self.config))
            process = await asyncio.create_subprocess_exec(
                *command, stdout=DEVNULL, stderr=log.fileno(), env=bot_environment()
            )
        self._started.append(CommandProcess(process))
        return self._started[-1]

    async def start_with_failpoint(self, failpoint: Failpoint) -> RunningBot:
        """Start the same application in a process that is killed at *failpoint*."""
        if self._fork_server is None:
            with self.log.open("ab") as log:
                self._fork_server = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "crashtest.fork_server"),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=log.fileno(),
                    env=bot_environment(),
                )
            await self.read_reply()
        assert self._fork_server.stdin is not None
        order = {"config": str(self.config), "log": str(self.log)} | dataclasses.asdict(failpoint)
        self._fork_server.stdin.write(json.dumps(order).encode() + b"\n")
        await self._fork_server.stdin.drain()
        self._started[:] = [ForkedProcess(int(await self.read_reply()), self)]
        return self._started[0]

    def count_starts(self) -> int:
        """Return how many processes with this log have said that they are ready."""
        return self.log.read_text(encoding="utf-8").count(" bot.app: started ") if self.log.exists() else 0

    async def read_reply(self) -> str:
        """Return the fork server's next reply. A cancelled call loses nothing: the next call gets it."""
        assert self._fork_server is not None
        assert self._fork_server.stdout is not None
        if self._pending_read is None:
            self._pending_read = asyncio.ensure_future(self._fork_server.stdout.readline())  # noqa: TID251 - no task of the bot
        word = await asyncio.shield(self._pending_read)
        self._pending_read = None
        if not word:
            raise RuntimeError(f"the fork server has exited, see {self.log}")
        return word.decode().strip()

    async def close(self) -> None:
        """Kill all processes that may be running."""
        for life in self._started:
            with suppress(ProcessLookupError):
                life.send_signal(signal.SIGKILL)
        if self._fork_server is not None:
            self._fork_server.kill()
            await self._fork_server.wait()
            self._fork_server = None


def bot_environment() -> dict[str, str]:
    """Return the bot's environment: none of this process's settings, and one thread for numpy, because it forks."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
