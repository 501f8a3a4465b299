"""The log of sending calls: when each began and ended, by the clock that all processes of a machine share.

A citizen's message whose call lasts longer than the bot lets the next one wait (ADR 23) may be repeated together with
that one. For officials the bot says how many it lets be under way.
"""

import itertools
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.outbox.in_flight import MAX_WAIT_SECONDS

TOLERANCE_SECONDS = 0.1
"""Between the moment from which the bot counts and the line of this log."""


@dataclass(slots=True)
class CallLog:
    """The calls of one process; a line is written at once, so that a kill loses none."""

    path: Path
    window_size: Callable[[str], int] = lambda account: 0
    """Account → the messages to officials that may be under way now."""
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _file: int | None = None

    def write_begin(self, account: str, *, is_private: bool) -> int:
        number = next(self._numbers)
        self._write(account, number, "begin", is_private=is_private)
        return number

    def write_end(self, account: str, number: int, *, is_private: bool) -> None:
        self._write(account, number, "end", is_private=is_private)

    def _write(self, account: str, number: int, what: str, *, is_private: bool) -> None:
        if self._file is None:  # not before the fork
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        size = self.window_size(account)
        line = json.dumps([account, os.getpid(), number, what, time.monotonic(), is_private, size])
        os.write(self._file, line.encode() + b"\n")


def call_log_path(log: Path) -> Path:
    """Return where the calls are logged of the processes whose log is *log*."""
    return log.with_name("calls.jsonl")


def list_overtakings(path: Path) -> dict[str, list[float]]:
    """Account → the moments at which a call into a group began while an earlier one there had lasted too long.

    Calls of one process are compared.
    A call that began sooner is left out: the bot must not have let it.
    """
    found: dict[str, list[float]] = defaultdict(list)
    open_calls: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    for account, process, number, what, moment, is_private, _ in _read_lines(path):
        if is_private:
            continue
        mine = open_calls[account, process]
        if what == "end":
            mine.pop(number, None)
            continue
        if mine and all(moment - begun > MAX_WAIT_SECONDS - TOLERANCE_SECONDS for begun in mine.values()):
            found[account].append(moment)
        mine[number] = moment
    return found


def list_window_sizes(path: Path) -> dict[str, list[tuple[float, int]]]:
    """Account → (moment, messages to officials that were allowed to be under way)."""
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for account, _, _, _, moment, _, size in _read_lines(path):
        found[account].append((moment, size))
    return found


def _read_lines(path: Path) -> Iterator[list[Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())
