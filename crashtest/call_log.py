"""The log of sending calls: when each began and ended, by the clock that all processes of a machine share.

A message whose call lasts longer than the bot lets the next one wait (ADR 15) may be repeated together with that one.
"""

import itertools
import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.outbox.in_flight import MAX_WAIT_SECONDS

TOLERANCE_SECONDS = 0.1
"""Between the moment from which the bot counts and the line of this log."""


@dataclass(slots=True)
class CallLog:
    """The calls of one process; a line is written at once, so that a kill loses none."""

    path: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _file: int | None = None

    def write_begin(self, account: str) -> int:
        number = next(self._numbers)
        self._write(account, number, "begin")
        return number

    def write_end(self, account: str, number: int) -> None:
        self._write(account, number, "end")

    def _write(self, account: str, number: int, what: str) -> None:
        if self._file is None:  # not before the fork
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        line = json.dumps([account, os.getpid(), number, what, time.monotonic()])
        os.write(self._file, line.encode() + b"\n")


def call_log_path(log: Path) -> Path:
    """Return where the calls are logged of the processes whose log is *log*."""
    return log.with_name("calls.jsonl")


def list_overtakings(path: Path) -> dict[str, list[float]]:
    """Account → the moments at which a call began while an earlier one of the same process had lasted too long.

    A call that began sooner is left out: the bot must not have let it.
    """
    found: dict[str, list[float]] = defaultdict(list)
    open_calls: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    for account, process, number, what, moment in map(json.loads, lines):
        mine = open_calls[account, process]
        if what == "end":
            mine.pop(number, None)
            continue
        if mine and all(moment - begun > MAX_WAIT_SECONDS - TOLERANCE_SECONDS for begun in mine.values()):
            found[account].append(moment)
        mine[number] = moment
    return found
