"""Commands that only read texts, without network and database."""

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.bootstrap.analyzer import build_understanding, build_understanding_and_grouping
from bot.cli.console import read_lines
from bot.config import Config
from bot.os_errors import describe_os_error, os_error_remedy
from bot.understanding.evaluation.classify_output import reading_to_record
from bot.understanding.model.training_data import TableError, read_table
from bot.understanding.reading import Reading

if TYPE_CHECKING:
    from bot.understanding.evaluation.chat_rows import LabelledReading
    from bot.understanding.events.matcher import MessageToMatch

MAX_LINE_BYTES = 1 << 20
"""Size limit of one line of JSON; the longest message of any messenger has some tens of kilobytes."""

PrintLine = Callable[[str], None]
DrawPlot = Callable[[Sequence["LabelledReading"], Mapping[str, str], Path], None]


class PlotFault(Exception):
    """The picture cannot be drawn; the message is Russian and says what to do."""


def classify(config: Config, print_error: PrintLine) -> bool:
    """Classify standard input line by line; return whether every line could be read."""
    understanding = build_understanding(config, strict=True)
    good = True
    for number, asked in _read_records(print_error):
        if asked is None:
            good = False
            print_error(f'Строка {number} пропущена: нужен объект вида {{"id": 1, "text": "…"}}.')
            continue
        district = asked.get("district")
        reading = understanding.read(_text_of(asked), district if isinstance(district, str) else None)
        _write_record(reading_to_record(asked.get("id"), reading))
    return good


def group(config: Config, print_error: PrintLine) -> bool:
    """Group messages, in order of time, into events; return whether every line could be read.

    Prints after the last line: only then is it known which messages stay alone.
    """
    from bot.understanding.events.grouping import group_in_order

    understanding, grouping = build_understanding_and_grouping(config)
    ids: list[object] = []
    skipped: list[int] = []

    def read_posts() -> "Iterator[tuple[MessageToMatch, Reading]]":
        for number, asked in _read_records(print_error):
            post = _parse_post(asked)
            if asked is None or post is None:
                skipped.append(number)
                wanted = '{"id": 1, "t": 0, "chat": "…", "text": "…"}'
                print_error(f"Строка {number} пропущена: нужен объект вида {wanted}.")
                continue
            ids.append(asked["id"])
            yield post, understanding.read(post.text)

    events = group_in_order(grouping, read_posts())
    sizes = Counter(events)
    for message_id, event in zip(ids, events, strict=True):
        _write_record({"id": message_id, "group": event if event is not None and sizes[event] > 1 else None})
    return not skipped


def _parse_post(record: dict[str, Any] | None) -> "MessageToMatch | None":
    from bot.understanding.events.matcher import MessageToMatch

    moment = record.get("t") if record is not None else None
    if record is None or record.get("id") is None or isinstance(moment, bool) or not isinstance(moment, int | float):
        return None
    try:
        timestamp = float(moment)
    except OverflowError:
        return None
    if not math.isfinite(timestamp):
        return None
    reply_to = record.get("reply_to")
    return MessageToMatch(
        id=str(record["id"]),
        timestamp=timestamp,
        author=str(record.get("author") or ""),
        chat=str(record.get("chat") or ""),
        text=_text_of(record),
        reply_to=None if reply_to is None else str(reply_to),
    )


def evaluate_events(config: Config, file: Path, misses: int, print_line: PrintLine) -> None:
    """Measure the grouping on the labelled messages of a file of JSON lines."""
    from bot.understanding.evaluation import event_figures

    messages = []
    try:
        with file.open("rb") as lines:
            for number, asked in _parse_records(read_lines(lines, MAX_LINE_BYTES, print_line)):
                post = _parse_post(asked)
                if asked is None or post is None:
                    raise TableError(
                        f"Файл {file.name}, строка {number}: нужен объект вида "
                        '{"id": 1, "t": 0, "chat": "…", "text": "…", "event_id": null}.'
                    )
                event = asked.get("event_id")
                messages.append(event_figures.LabelledMessage(post, None if event is None else str(event)))
    except OSError as error:
        raise TableError(f"Файл не прочитан: {describe_os_error(error)}. {os_error_remedy(error)}.") from None
    understanding = build_understanding(config, strict=True)
    quiet = config.tree.problems.within.to_timedelta().total_seconds()
    for line in event_figures.report_lines(event_figures.group_messages(understanding, messages, quiet), misses):
        print_line(line)


def evaluate(config: Config, file: Path, misses: int, only: str, plot: Path | None, print_line: PrintLine) -> None:
    """Measure on labelled messages; draw calibration and confusions into *picture*, if it is given.

    A file of JSON lines holds messages about events.
    """
    if file.suffix.casefold() == ".jsonl":
        evaluate_events(config, file, misses, print_line)
        return
    from bot.understanding.evaluation import evaluation

    draw = _load_plotter() if plot is not None else None
    rows = [row for row in read_table(file) if row.get("dataset", "").startswith(only)]
    reads, spent = evaluation.read_rows(build_understanding(config, strict=True), rows)
    for line in evaluation.report_lines(reads, spent, misses):
        print_line(line)
    if draw is not None and plot is not None:
        _save_plot(draw, evaluation.with_known_sector(reads), config, plot)
        print_line(f"Картинка: {plot}")


def _save_plot(draw: DrawPlot, reads: "Sequence[LabelledReading]", config: Config, file: Path) -> None:
    from bot.cli.output_files import describe_own_file  # and with it the database

    if not reads:
        raise PlotFault("Рисовать нечего: в таблице нет сообщений с верным сектором (столбец codes или sector).")
    if own := describe_own_file(config, file):
        raise PlotFault(f"{file} — это {own}. Укажите для картинки другое имя.")
    try:
        draw(reads, {sector.code: sector.title for sector in config.sectors()}, file)
    except (ValueError, OSError) as error:
        raise PlotFault(
            f"Картинка {file} не записана: {error}. Нужна папка, куда можно писать, и имя с .png."
        ) from None


def _load_plotter() -> DrawPlot:
    """Import the plotting module; matplotlib is an optional dependency."""
    try:
        from bot.understanding.evaluation.plot import save_plot
    except ImportError:
        raise PlotFault(
            "Для картинки нужен пакет matplotlib. Установите его рядом с ботом: pip install 'mcu-bot[plot]'"
        ) from None
    return save_plot


def _read_records(print_error: PrintLine) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield the number and the JSON object of every non-blank line of standard input; ``None``: not an object."""
    return _parse_records(read_lines(sys.stdin.buffer, MAX_LINE_BYTES, print_error))


def _parse_records(lines: Iterable[str | None]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    for number, line in enumerate(lines, 1):
        if line is not None and not line.strip():
            continue
        try:
            asked = json.loads(line) if line is not None else None
        except (ValueError, RecursionError):
            asked = None
        yield number, asked if isinstance(asked, dict) else None


def _text_of(record: dict[str, Any]) -> str:
    return str(record.get("text") or "")


def _write_record(record: dict[str, Any]) -> None:
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # a console of another encoding, or half of a surrogate pair in the input
        line = json.dumps(record)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
