"""``python -m crashtest``: kill the bot, then check. Exit code 1 when a promise was not kept."""

import argparse
import asyncio
import dataclasses
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any

from bench.server import database_on
from crashtest.broadcast_run import BroadcastRun
from crashtest.checker import Report
from crashtest.failpoints import CrashPoint
from crashtest.killer import FAILPOINT_TIMEOUT_SECONDS
from crashtest.restore_run import RestoreRun
from crashtest.run import CrashRun

MAX_VIOLATIONS_SHOWN = 40


class Scenario(StrEnum):
    """The database, the number of processes, and the workload: an ordinary day, or the one answer of a storm.

    RESTORE: a day with restores of older copies of a file.
    """

    FILE = "file"
    POSTGRES = "postgres"
    PAIR = "pair"
    RESTORE = "restore"
    STORM = "storm"
    STORM_POSTGRES = "storm_postgres"


POSTGRES_SCENARIOS = (Scenario.POSTGRES, Scenario.PAIR, Scenario.STORM_POSTGRES)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse_arguments(arguments)
    print(f"seed {options.seed}", flush=True)

    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {time.monotonic() - began:7.1f} s  {words}", file=sys.stderr, flush=True)

    reports = {}
    for form in options.only:
        if form in POSTGRES_SCENARIOS and options.postgres is None:
            say(f"{form}: left out, no server (--postgres URL or MCU_TEST_POSTGRES)")
            continue
        with tempfile.TemporaryDirectory(prefix="mcu-chaos-") as temporary:
            folder = (options.folder or Path(temporary)) / form
            folder.mkdir(parents=True, exist_ok=True)
            reports[form] = asyncio.run(_run_scenario(options, form, folder, say))
        _print_table(form, reports[form])
    if options.json is not None:
        figures = {form.value: _report_as_dict(report) for form, report in reports.items()}
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    return 1 if any(report.violations for report in reports.values()) else 0


async def _run_scenario(
    options: argparse.Namespace, form: Scenario, folder: Path, say: Callable[[str], None]
) -> Report:
    async with AsyncExitStack() as stack:
        server = None
        if form in POSTGRES_SCENARIOS:
            server = await stack.enter_async_context(database_on(options.postgres, "mcu_chaos"))
        if form in (Scenario.STORM, Scenario.STORM_POSTGRES):
            return await BroadcastRun(folder, options.kills, options.seed, server=server, report_progress=say).run()
        if form is Scenario.RESTORE:
            seconds = options.failpoint_seconds
            return await RestoreRun(folder, options.kills, options.seed, options.pause, seconds, say).run()
        how = {"pause": options.pause, "quick": options.quick, "pair": form is Scenario.PAIR}
        how["failpoint_seconds"] = options.failpoint_seconds
        return await CrashRun(folder, options.kills, options.seed, server=server, report_progress=say, **how).run()


def _report_as_dict(report: Report) -> dict[str, Any]:
    figures = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    return figures | {"deaths": {point.value: report.deaths[point] for point in CrashPoint}}


def _print_table(form: Scenario, report: Report) -> None:
    print(f"\n{form}\n{'killed':<32}{'times':>6}")
    for point in CrashPoint:
        print(f"  {point:<30}{report.deaths[point]:>6}")
    print(f"  {'in all':<30}{report.deaths.total():>6}")
    print("\nand so")
    figures = {
        "starts": report.deaths.total() + 1 + (form is Scenario.PAIR),
        "messages of citizens": report.complaints,
        "tickets": report.tickets,
        "answers accepted": report.answers,
        "buttons pressed": report.presses,
        "lost": report.lost,
        "doubled (tickets, VK)": report.doubled,
        "buttons left over, that went": report.left_over,
        "presses answered too late": report.late_presses,
        "steps of chains told": report.chain_steps,
        "… passed over": report.steps_passed_over,
        **{f"repeated in {name}": times for name, times in report.repeats.items()},
        **{f"… most by one kill ({name})": times for name, times in report.worst.items()},
        **({"longest takeover, seconds": round(report.takeover, 1)} if report.takeover else {}),
        **({"restores of a copy": report.restores, "unknown to a copy": report.forgotten} if report.restores else {}),
        **({"starts refused by the database": report.refused_starts} if report.refused_starts else {}),
        "seconds": round(report.seconds),
    }
    for name, value in figures.items():
        print(f"  {name:<30}{value:>6}")
    print(f"\n{len(report.violations)} violations (seed {report.seed})")
    for one in report.violations[:MAX_VIOLATIONS_SHOWN]:
        print(f"  {one}")


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crashtest", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how often (default 200)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeats a run")
    parser.add_argument("--pause", type=float, default=1.2, help="seconds between two citizens' messages (default 1.2)")
    parser.add_argument(
        "--failpoint-seconds",
        type=float,
        default=FAILPOINT_TIMEOUT_SECONDS,
        help="how long a process may take to its failpoint, with its start (default 6; more on a busy machine)",
    )
    parser.add_argument("--quick", action="store_true", help="kill at random only what has its libraries imported")
    parser.add_argument(
        "--only",
        nargs="+",
        type=Scenario,
        choices=list(Scenario),
        default=list(Scenario),
        help="a file; PostgreSQL; two processes of which one dies; restores of older copies of a file;"
        " one answer to many, on either (default all)",
    )
    parser.add_argument(
        "--postgres",
        default=os.environ.get("MCU_TEST_POSTGRES"),
        help="postgresql+asyncpg://… of a role that may create databases (default: MCU_TEST_POSTGRES)",
    )
    parser.add_argument("--folder", type=Path, help="keep what each form leaves here: database, log")
    parser.add_argument("--json", type=Path, help="write the figures into this file, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
