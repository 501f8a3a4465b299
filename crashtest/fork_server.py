"""The bot as ``python -m bot run`` starts it, with a doom upon it; and a nursery that has everything imported already
and lets one child after another run: importing takes longer than most of them live."""

import asyncio
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bot import logging_setup
from bot.app import App, run_until_signal
from bot.bootstrap import build_messengers
from bot.config import load
from crashtest.failpoints import Doom, MortalDatabase, Point, mortals

IMPORTED_LATE = (
    *(f"bot.messengers.{name}.messenger" for name in ("telegram", "vk", "max")),
    *("bot.understanding.analyzer", "aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite"),
    *("asyncpg", "sqlalchemy.dialects.postgresql.asyncpg"),
)


ARM = signal.SIGUSR1


def live(config: Path, doom: Doom) -> None:
    """Run the bot until it dies, or is asked to stop. A doom that waits is armed by :data:`ARM`."""
    logging_setup.set_up()

    def arm(*_: object) -> None:
        doom.armed = True

    signal.signal(ARM, arm)

    def messengers(*how: Any) -> dict[str, Any]:
        return mortals(build_messengers(*how), doom)

    app = App(load(config), make_database=lambda url: MortalDatabase(url, doom), make_messengers=messengers)
    asyncio.run(run_until_signal(app, (signal.SIGTERM, signal.SIGINT)))


def nurse() -> None:
    """For every line of standard input one child: its number when it is born, its exit status when it is dead."""
    for name in IMPORTED_LATE:
        importlib.import_module(name)
    signal.signal(ARM, signal.SIG_IGN)  # who is not listening yet must not die of it
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDWR)
    for target, source in ((0, nothing), (1, nothing), (2, log)):
        os.dup2(source, target)
    code = 1
    try:
        live(Path(order["config"]), Doom(Point(order["point"]), order["passage"], order["armed"]))
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    nurse()
