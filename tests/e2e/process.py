"""The bot as people run it: a process of its own, killed and started as machines do."""

import asyncio
import csv
import io
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.harness import TIMEOUT_SECONDS
from tests.e2e.operations.test_commands import run_command

ROOT = Path(__file__).parents[2]


@dataclass
class BotProcess:
    """``python -m bot run --config FILE``, again and again on the same database."""

    config: Path
    further_environment: dict[str, str] = field(default_factory=dict)
    _process: Process | None = field(default=None)

    async def start(self) -> None:
        assert self._process is None
        with self.log.open("ab") as log:
            self._process = await self._spawn("run", out=DEVNULL, err=log.fileno())

    async def kill(self) -> None:
        """As when the power goes out: no last words."""
        assert await self._stop(signal.SIGKILL) == -signal.SIGKILL

    async def terminate(self, *, closed_within: float | None = None) -> int:
        """As an administrator stops it; the exit code.

        *closed_within*: the seconds in which the bot must say that everything has ended, ``TimeoutError`` otherwise.
        How long the system then takes to end the process is a matter of the machine.
        """
        return await self._stop(signal.SIGTERM, closed_within)

    async def close(self) -> None:
        """Leave no process behind, whatever has happened."""
        if self._process is not None:
            await self._stop(signal.SIGKILL)

    async def export_tickets(self) -> list[dict[str, str]]:
        """Return the rows of ``python -m bot export``, one per ticket."""
        words = ("export", "--codes", "--config", str(self.config))
        code, out, errors = await run_command(*words, cwd=self.config.parent)
        assert code == 0, errors
        return list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))

    async def run_refused_start(self) -> tuple[int, str]:
        """Run a start that is expected to end; return its exit code and output."""
        process = await self._spawn("run", out=DEVNULL, err=PIPE)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        """Return the standard error of the processes."""
        return self.config.parent / "bot.log"

    async def _spawn(self, command: str, *options: str, out: int, err: int) -> Process:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", command, *options, "--config", str(self.config)),
            stdout=out,
            stderr=err,
            env=environment | self.further_environment,
        )

    async def _stop(self, how: signal.Signals, closed_within: float | None = None) -> int:
        process, self._process = self._process, None
        assert process is not None
        assert process.returncode is None, f"it exited unexpectedly: {self.log.read_text(encoding='utf-8')[-3000:]}"
        closed = self._count_closings()
        process.send_signal(how)
        try:
            async with asyncio.timeout(closed_within):
                while closed_within is not None and self._count_closings() == closed:
                    await asyncio.sleep(0.05)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise

    def _count_closings(self) -> int:
        return self.log.read_text(encoding="utf-8").count(" bot.app: stopped") if self.log.exists() else 0
