"""Processes to be killed: the real command, or a child of the nursery that dies at a point."""

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

from crashtest.failpoints import Doom

ROOT = Path(__file__).parents[1]


class Life(Protocol):
    """One running bot."""

    def signal(self, how: signal.Signals) -> None: ...

    async def end(self) -> int:
        """Wait until it has ended; the exit code, negative for a signal."""
        ...


@dataclass(slots=True)
class Command:
    """``python -m bot run``."""

    process: Process

    def signal(self, how: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)

    async def end(self) -> int:
        return await self.process.wait()


@dataclass(slots=True)
class Child:
    """A child of the nursery."""

    pid: int
    nursery: "Lives"
    code: int | None = None

    def signal(self, how: signal.Signals) -> None:
        if self.code is None:
            os.kill(self.pid, how)  # the nursery has not buried it yet, so the number is still its own

    async def end(self) -> int:
        if self.code is None:
            self.code = int(await self.nursery.told())
        return self.code


@dataclass(slots=True)
class Lives:
    """Starts them, one after another: two at a time want two of these."""

    config: Path
    log: Path
    _nursery: Process | None = field(default=None)
    _begun: list[Life] = field(default_factory=list)
    """Who may be alive: the nursery has one child at a time, which is dead when the next is asked for."""
    _telling: asyncio.Task[bytes] | None = field(default=None)

    async def start(self) -> Life:
        """The real command."""
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "bot", "run", "--config", str(self.config))
            process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=log.fileno(), env=around())
        self._begun.append(Command(process))
        return self._begun[-1]

    async def start_doomed(self, doom: Doom) -> Life:
        """The same application in a process that dies at a point."""
        if self._nursery is None:
            with self.log.open("ab") as log:
                self._nursery = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "crashtest.fork_server"),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=log.fileno(),
                    env=around(),
                )
            await self.told()
        assert self._nursery.stdin is not None
        order = {"config": str(self.config), "log": str(self.log)} | dataclasses.asdict(doom)
        self._nursery.stdin.write(json.dumps(order).encode() + b"\n")
        await self._nursery.stdin.drain()
        self._begun[:] = [Child(int(await self.told()), self)]
        return self._begun[0]

    async def told(self) -> str:
        """The nursery's next word. Who is tired of waiting asks again later, and loses nothing."""
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        if self._telling is None:
            self._telling = asyncio.ensure_future(self._nursery.stdout.readline())  # noqa: TID251 - no task of the bot
        word = await asyncio.shield(self._telling)
        self._telling = None
        if not word:
            raise RuntimeError(f"the nursery has died, see {self.log}")
        return word.decode().strip()

    async def close(self) -> None:
        """Nobody lives on, whatever has happened."""
        for life in self._begun:
            with suppress(ProcessLookupError):
                life.signal(signal.SIGKILL)
        if self._nursery is not None:
            self._nursery.kill()
            await self._nursery.wait()
            self._nursery = None


def around() -> dict[str, str]:
    """The environment: nothing of ours leaks into the bot. One thread for numpy: a forking process has no others."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
