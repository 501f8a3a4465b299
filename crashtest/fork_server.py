"""A fork server for bot processes with a failpoint.

It imports everything once and then forks one child after another: importing takes longer than most children run.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import typer

from bot import logging_setup
from bot.app import App, run_until_signal
from bot.bootstrap.messengers import build_messengers
from bot.cli.command_line import EXIT_TRY_AGAIN
from bot.cli.faults import report_database_faults
from bot.config import load_config
from bot.runtime.options import RuntimeOptions
from bot.runtime.service_manager import ServiceManager
from crashtest.call_log import CallLog, call_log_path
from crashtest.failpoints import CrashPoint, Effect, Failpoint, FailpointDatabase, with_failpoints

PRELOADED_MODULES = (
    *(f"bot.messengers.{name}.messenger" for name in ("telegram", "vk", "max")),
    *("bot.understanding.analyzer", "aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite"),
    *("asyncpg", "sqlalchemy.dialects.postgresql.asyncpg"),
)


ARM_SIGNAL = signal.SIGUSR1

FAST_LEASE_SECONDS = 3.0
"""Lease of these processes, less than the usual one: a run freezes many leaders."""

EXIT_FAILED = 70
"""Exit status of a process that an unexpected error has ended; a start that may succeed later has another."""

FAST_PATIENCE = 0.1
"""Patience with hung loops, likewise."""

FAST_POLL_SECONDS = 1
"""Seconds that a poll waits for updates. With this patience a poll of the usual length would count as hung: the leader
of a quiet town would leave the lead, and another process, without a failpoint, would do what it was to die of."""


def run_bot(
    config: Path, failpoint: Failpoint, calls: CallLog | None = None, *, patience: float = FAST_PATIENCE
) -> None:
    """Run the bot until it is killed or stopped. :data:`ARM_SIGNAL` arms a failpoint that waits."""
    logging_setup.configure()

    def arm(*_: object) -> None:
        failpoint.armed = True

    signal.signal(ARM_SIGNAL, arm)

    def messengers(*how: Any) -> dict[str, Any]:
        return with_failpoints(build_messengers(*how), failpoint, calls)

    options = RuntimeOptions(
        make_database=lambda url, _: FailpointDatabase(url, failpoint),
        make_messengers=messengers,
        lease_seconds=FAST_LEASE_SECONDS,
        patience=patience,
        poll_seconds=FAST_POLL_SECONDS,
    )
    app = App(load_config(config), options)
    if calls is not None:
        calls.window_size = app.max_in_flight
    manager = ServiceManager.from_environment(os.environ, os.getpid())
    asyncio.run(run_until_signal(app, (signal.SIGTERM, signal.SIGINT), manager))


def serve_forks() -> None:
    """Fork a child for every line of standard input; print its process id, then its exit status."""
    for name in PRELOADED_MODULES:
        importlib.import_module(name)
    signal.signal(ARM_SIGNAL, signal.SIG_IGN)  # a child that has no handler yet must not die of it
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _run_child(order)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run_child(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDWR)
    for target, source in ((0, nothing), (1, nothing), (2, log)):
        os.dup2(source, target)
    code = EXIT_FAILED
    try:
        effect = Effect(order["effect"])
        failpoint = Failpoint(CrashPoint(order["point"]), order["passage"], order["armed"], effect)
        with report_database_faults(EXIT_TRY_AGAIN):
            run_bot(Path(order["config"]), failpoint, CallLog(call_log_path(Path(order["log"]))))
        code = 0
    except typer.Exit as refusal:
        code = refusal.exit_code
    except Exception as error:  # noqa: BLE001 - the boundary of the process; the command would say it in words
        print(f"the process ends: {type(error).__name__}: {error}"[:300], file=sys.stderr, flush=True)
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve_forks()
