"""``python -m chaos``: kill, look, judge. Exit code 1 when a promise was not kept."""

import argparse
import asyncio
import dataclasses
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chaos.ordeal import Ordeal
from chaos.points import Point
from chaos.verdict import Report

SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    print(f"seed {options.seed}", flush=True)

    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {words}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="mcu-chaos-") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        ordeal = Ordeal(folder, options.kills, options.seed, options.pause, options.quick, say)
        report = asyncio.run(ordeal.run())
    _table(report)
    if options.json is not None:
        options.json.write_text(json.dumps(_figures(report), ensure_ascii=False, indent=2) + "\n")
    return 1 if report.violations else 0


def _figures(report: Report) -> dict[str, Any]:
    figures = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    return figures | {"deaths": {point.value: report.deaths[point] for point in Point}}


def _table(report: Report) -> None:
    print(f"\n{'killed':<32}{'times':>6}")
    for point in Point:
        print(f"  {point:<30}{report.deaths[point]:>6}")
    print(f"  {'in all':<30}{report.deaths.total():>6}")
    print("\nand so")
    figures = {
        "starts": report.deaths.total() + 1,
        "messages of citizens": report.complaints,
        "tickets": report.tickets,
        "answers accepted": report.answers,
        "buttons pressed": report.presses,
        "lost": report.lost,
        "doubled (tickets, VK)": report.doubled,
        "buttons left over, that went": report.left_over,
        **{f"repeated in {name.title()}": times for name, times in report.repeats.items()},
        **{f"… most by one kill ({name})": times for name, times in report.worst.items()},
        "seconds": round(report.seconds),
    }
    for name, value in figures.items():
        print(f"  {name:<30}{value:>6}")
    print(f"\n{len(report.violations)} violations (seed {report.seed})")
    for one in report.violations[:SHOWN]:
        print(f"  {one}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how often (default 200)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="for the same chaos once more")
    parser.add_argument("--pause", type=float, default=1.2, help="seconds between two citizens' messages (default 1.2)")
    parser.add_argument("--quick", action="store_true", help="kill at random only what has its libraries imported")
    parser.add_argument("--folder", type=Path, help="keep the database and the log here")
    parser.add_argument("--json", type=Path, help="write the figures into this file, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
