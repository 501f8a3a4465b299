"""``python -m bench``: measure, print a table and the same as JSON."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import machine, measures

TARGETS = (
    ("start", "slowest_start_s", "start to the first getUpdates, slowest", "s", 5.0),
    ("latency", "p95_s", "message → card, p95", "s", 1.0),
    ("memory", "rss_mb", "resident memory after all messages", "MB", 300.0),
    ("notices", "longest_s", "overdue notice after its moment, longest", "s", 1.0),
)
"""(measurement, figure, what it is, unit, below what it must be)."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    result: dict[str, Any] = {"machine": machine.describe()}
    with tempfile.TemporaryDirectory(prefix="mcu-bench-") as folder:
        for name in options.only:
            print(f"… {name}", file=sys.stderr, flush=True)
            result[name] = asyncio.run(_measure(name, Path(folder) / name, options))
    result["targets"] = [
        {"what": what, "value": result[name][figure], "unit": unit, "below": below, "met": result[name][figure] < below}
        for name, figure, what, unit, below in TARGETS
        if name in result
    ]
    _table(result)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(one["met"] for one in result["targets"]) else 1


async def _measure(name: str, folder: Path, options: argparse.Namespace) -> measures.Figures:
    match name:
        case "start":
            return await measures.starts(folder, options.starts)
        case "latency":
            return await measures.latency(folder, options.rate, options.seconds)
        case "notices":
            return await measures.notices(folder, options.notices)
    return await measures.memory(folder, options.messages)


def _table(result: dict[str, Any]) -> None:
    print("Machine: " + ", ".join(f"{name} {value}" for name, value in result["machine"].items()))
    for name, figures in result.items():
        if name in ("machine", "targets"):
            continue
        print(f"\n{name}")
        for figure, value in figures.items():
            print(f"  {figure:<24}{value:>12}")
    print("\nTargets")
    for one in result["targets"]:
        sign = "met " if one["met"] else "MISS"
        print(f"  {sign}  {one['what']:<46}{one['value']:>9} {one['unit']:<3} (below {one['below']:g})")
    print()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = ("start", "latency", "notices", "memory")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=list(names), help="which measurements")
    parser.add_argument("--starts", type=int, default=3, help="how many starts (default 3)")
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second (default 5)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they stream in (default 60)")
    parser.add_argument("--messages", type=int, default=10_000, help="messages for the memory figure (default 10000)")
    parser.add_argument("--notices", type=int, default=20, help="overdue notices to time (default 20)")
    parser.add_argument("--quick", action="store_true", help="a short run: one start, 10 seconds, 1000 messages")
    parser.add_argument("--json", type=Path, help="write the JSON into this file, too")
    options = parser.parse_args(arguments)
    if options.quick:
        options.starts, options.seconds, options.messages = 1, 10.0, 1_000
    return options


if __name__ == "__main__":
    sys.exit(main())
