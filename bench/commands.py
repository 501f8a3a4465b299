"""Processor time of the commands that need no messenger, against a quarter of a release's start.

Importing is most of it, so each runs in a process of its own, in a town of twenty blocks whose database has no tickets.
``import``, ``train`` and ``migrate-data`` are left out: their work is a part of their time.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.measurements import Figures
from bench.town import ROOT
from bench.workload_config import STATION_NAMES, MessengerAccess, build_config, telegram_stations

_MESSAGE = json.dumps({"id": 1, "t": 0, "chat": "двор", "text": "Яма на Ленина 45"}).encode()
_TABLE = "text,sector\nЯма на Ленина 45,station1\n"

COMMANDS = (
    *("--help", "check --offline", "classify", "group", "evaluate texts.csv", "journal", "audit verify"),
    *("audit export --output audit.csv", "export --output tickets.csv", "export --format json --output tickets.json"),
    *("backup copy.sqlite3 --force", "restore copy.sqlite3", "person export --account telegram:1"),
    *("person erase --account telegram:1 --yes", "people export", "people apply", "topics apply", "invite"),
    "report cur --output month.xlsx",
)


async def command_times(folder: Path, rounds: int, against: Path | None) -> Figures:
    """Return the seconds of each command, medians of *rounds*; *against*: the unpacked tree of a release."""
    folder.mkdir(parents=True)
    access = MessengerAccess(-1001, 500, "700001:sandbox-token-for-the-bench", "vk-token-for-the-bench")
    database = "sqlite+aiosqlite:///mcu.sqlite3"
    config = build_config(telegram_stations(STATION_NAMES), access, "http://127.0.0.1:9", database, kind="chat")
    (folder / "config.toml").write_text(config, encoding="utf-8")
    (folder / "texts.csv").write_text(_TABLE, encoding="utf-8")
    for command in COMMANDS:  # off the clock: Python compiles the modules, the first one makes the database
        _run(command, folder)
    starts, times = [], dict[str, list[float]]()
    for _ in range(rounds):
        if against is not None:
            starts.append(_start_of(against, folder / "start.json"))
        for command in COMMANDS:
            times.setdefault(command, []).append(_run(command, folder))
    figures: Figures = {_name_of(command): round(median(took), 3) for command, took in times.items()}
    figures["most_s"] = max(figures.values())
    if starts:
        figures["start_there_s"] = round(median(starts), 2)
        figures["most_percent_of_start_there"] = round(figures["most_s"] / median(starts) * 100)
    return figures


def _name_of(command: str) -> str:
    """Return «audit_export» for ``audit export --output audit.csv``, «export_json» for ``export --format json …``."""
    words = command.removesuffix(" --force").replace("--format ", "").partition(" --output")[0].split()
    return "_".join(word.strip("-").partition(".")[0] for word in words[:2]) + "_s"


def _run(command: str, folder: Path) -> float:
    """Run *command* in *folder* and return its processor time."""
    process = subprocess.Popen(  # noqa: S603 - a command of this program
        [sys.executable, "-m", "bot", *command.split()],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(_MESSAGE)
    process.stdin.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: exit code {process.returncode}")
    return used.ru_utime + used.ru_stime


def _start_of(tree: Path, file: Path) -> float:
    """Return the processor time of a start in *tree*, as its own benchmark measures it."""
    subprocess.run(  # noqa: S603 - a benchmark of this program
        [sys.executable, "-m", "bench", "--only", "start", "--starts", "1", "--json", str(file)],
        cwd=tree,
        capture_output=True,
        check=False,  # on a busy machine it misses its targets
    )
    return float(json.loads(file.read_text(encoding="utf-8"))["measures"]["start"]["start_cpu_s"])
