"""``python -m bench.idle_bot CONFIG``: the product's own bot, which counts its statements between two signals.

``SIGUSR1`` begins the counting; ``SIGUSR2`` ends it and writes the figures as JSON next to the configuration.
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import event

from bench.worker import StatementCounter
from bot import config
from bot.app import App, run_until_signal
from bot.runtime.service_manager import ServiceManager

FIGURES_FILE = "idle.json"


@dataclass
class WorkCounter:
    """Statements by text, and the connections that were taken from the pool for them."""

    app: App
    folder: Path
    statements: StatementCounter = field(default_factory=StatementCounter)
    checkouts: int = 0
    _runs: Counter[str] = field(default_factory=Counter)
    _detach: Callable[[], None] | None = None

    def begin(self) -> None:
        self._detach = self.statements.attach(self.app.database)
        event.listen(self.app.database.engine.sync_engine.pool, "checkout", self._on_checkout)
        self._runs = Counter(self.app.scheduler.completed_runs)

    def end(self) -> None:
        """Stop counting and write the figures."""
        assert self._detach is not None
        self._detach()
        event.remove(self.app.database.engine.sync_engine.pool, "checkout", self._on_checkout)
        runs = Counter(self.app.scheduler.completed_runs) - self._runs
        figures = {
            "statements": self.statements.texts,
            "seconds": self.statements.seconds,
            "checkouts": self.checkouts,
            "runs": runs,
        }
        (self.folder / FIGURES_FILE).write_text(json.dumps(figures), encoding="utf-8")

    def _on_checkout(self, *_: object) -> None:
        self.checkouts += 1


async def _run(path: Path) -> None:
    app = App(config.load_config(path))
    counter, loop = WorkCounter(app, path.parent), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, counter.begin)
    loop.add_signal_handler(signal.SIGUSR2, counter.end)
    await run_until_signal(app, [signal.SIGTERM], ServiceManager())


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1])))
