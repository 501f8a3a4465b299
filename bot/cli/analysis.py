"""Commands that only read texts: no network, no database. The command line calls them and prints what they say."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.bootstrap import build_readers, build_understanding
from bot.config import Config
from bot.understanding.evaluation import evaluation
from bot.understanding.evaluation.classify_output import as_record
from bot.understanding.events.matcher import Post
from bot.understanding.model.training_data import read_table

Say = Callable[[str], None]
Draw = Callable[[Sequence[evaluation.Read], Mapping[str, str], Path], None]


class PictureFault(Exception):
    """The picture can not be drawn; the text says why and what to do, in Russian."""


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


def group(config: Config, complain: Say) -> bool:
    """Messages in order of time to events; whether every line could be read.

    Answers after the last line: only then is it known who stays alone.
    """
    understanding, grouping = build_readers(config)
    good = True
    found: list[tuple[object, int | None]] = []
    for number, asked in _lines():
        post = _post(asked)
        if asked is None or post is None:
            good = False
            complain(f'Строка {number} пропущена: нужен объект вида {{"id": 1, "t": 0, "chat": "…", "text": "…"}}.')
            continue
        joined = grouping.add(post, understanding.read(post.text))
        found.append((asked["id"], joined.event if joined is not None else None))
    sizes = Counter(event for _, event in found)
    for message_id, event in found:
        _write({"id": message_id, "group": event if event is not None and sizes[event] > 1 else None})
    return good


def _post(asked: dict[str, Any] | None) -> Post | None:
    if asked is None or asked.get("id") is None or not isinstance(asked.get("t"), int | float):
        return None
    reply_to = asked.get("reply_to")
    return Post(
        id=str(asked["id"]),
        at=float(asked["t"]),
        author=str(asked.get("author") or ""),
        chat=str(asked.get("chat") or ""),
        text=_text(asked),
        reply_to=None if reply_to is None else str(reply_to),
    )


def evaluate(config: Config, file: Path, misses: int, only: str, picture: Path | None, say: Say) -> None:
    """Measure on labelled messages; draw calibration and confusions into *picture*, where one is asked for."""
    draw = _pencil() if picture is not None else None
    rows = [row for row in read_table(file) if row.get("dataset", "").startswith(only)]
    reads, spent = evaluation.read_all(build_understanding(config, strict=True), rows)
    for line in evaluation.measure(reads, spent, misses):
        say(line)
    if draw is not None and picture is not None:
        _draw(draw, evaluation.of_sectors(reads), config, picture)
        say(f"Картинка: {picture}")


def _draw(draw: Draw, reads: Sequence[evaluation.Read], config: Config, picture: Path) -> None:
    if not reads:
        raise PictureFault("Рисовать нечего: в таблице нет сообщений с верным сектором (столбец codes или sector).")
    try:
        draw(reads, {sector.code: sector.title for sector in config.sectors()}, picture)
    except (ValueError, OSError) as error:
        raise PictureFault(
            f"Картинка {picture} не записана: {error}. Нужна папка, куда можно писать, и имя с .png."
        ) from None


def _pencil() -> Draw:
    """matplotlib is an extra: who wants no pictures needs it not."""
    try:
        from bot.understanding.evaluation.plot import draw
    except ImportError:
        raise PictureFault(
            "Для картинки нужен пакет matplotlib. Установите его рядом с ботом: pip install 'mcu-bot[plot]'"
        ) from None
    return draw


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
