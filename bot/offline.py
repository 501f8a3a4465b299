"""Commands that only read texts: no network, no database. The command line calls them and prints what they say."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.build import build_understanding
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.understanding import evaluation, learning
from bot.understanding.labelled import read_table
from bot.understanding.report import as_record
from bot.understanding.shelf import Shelf

Say = Callable[[str], None]


def classify(config: Config, complain: Say) -> bool:
    """Standard input to standard output, line by line; whether every line could be read."""
    understanding = build_understanding(config, strict=True)
    good = True
    for number, asked in _lines():
        if asked is None:
            good = False
            complain(f'Строка {number} пропущена: нужен объект вида {{"id": 1, "text": "…"}}.')
            continue
        district = asked.get("district")
        reading = understanding.read(_text(asked), district if isinstance(district, str) else None)
        _write(as_record(asked.get("id"), reading))
    return good


def train(config: Config, file: Path, say: Say) -> bool:
    """Train on *file*; whether the new model is in use."""
    shelf = Shelf(config.model_folder)
    outcome = learning.learn(file, config.sectors(), config.threshold, shelf, SystemClock().now(), say)
    say(learning.report(outcome))
    return outcome.kept


def go_back(config: Config, say: Say) -> None:
    """Return to the model before the current one."""
    name = Shelf(config.model_folder).back()
    say("Теперь снова работают встроенные правила." if name is None else f"Теперь снова действует модель {name}.")


def evaluate(config: Config, file: Path, misses: int, only: str, say: Say) -> None:
    """Measure on labelled messages."""
    rows = [row for row in read_table(file) if row.get("dataset", "").startswith(only)]
    for line in evaluation.measure(build_understanding(config, strict=True), rows, misses):
        say(line)


def _lines() -> Iterator[tuple[int, dict[str, Any] | None]]:
    """(number, object) of every line of standard input that is not blank; ``None`` for what is no JSON object."""
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
        except json.JSONDecodeError:
            asked = None
        yield number, asked if isinstance(asked, dict) else None


def _text(asked: dict[str, Any]) -> str:
    return str(asked.get("text") or "")


def _write(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()
