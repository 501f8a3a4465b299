"""Measurement of the analysis on labelled messages. The columns of the table decide which metrics are computed:

``codes`` or ``sector`` (right sectors, ``a|b``: either is right, the first is preferred): sectors; ``label`` (appeal,
not_appeal; others are left out): relevance; ``urgent`` (0, 1): urgency; ``street`` and ``number`` or
``house`` (several with ``+``), ``settlement``, ``landmark``: places. ``district`` is passed to the analyzer,
``dataset`` names groups. A table of chat messages has
``relevant`` instead of ``label`` (:mod:`bot.understanding.evaluation.chat_rows`).
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.evaluation.chat_rows import LabelledReading, grave_lines, is_chat_table, with_labels
from bot.understanding.evaluation.places import place_lines
from bot.understanding.model.training_data import TableRow

_MAX_CONFUSIONS = 12
Pairs = Sequence[tuple[bool, bool]]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers with similar scores: their mean score, the share of right ones, and their number."""

    predicted: float
    observed: float
    count: int


def read_rows(understanding: TextAnalyzer, rows: Sequence[TableRow]) -> tuple[list[LabelledReading], float]:
    """Analyse every row; return the readings and the mean time of one in milliseconds."""
    started = time.perf_counter()
    reads = [(row, understanding.read(row["text"], row.get("district", "").strip() or None)) for row in rows]
    return reads, (time.perf_counter() - started) / max(1, len(reads)) * 1000


def report_lines(reads: Sequence[LabelledReading], ms_per_message: float, max_misses: int = 0) -> Iterator[str]:
    """Yield the lines of the report, with up to *max_misses* wrong answers of each kind."""
    yield f"Сообщений: {len(reads)}; {ms_per_message:.2f} мс на сообщение."
    chat = reads if is_chat_table([row for row, _ in reads]) else ()
    if chat:
        reads = [(with_labels(row), one) for row, one in reads]
    yield from _sector_lines(with_known_sector(reads), max_misses)
    yield from _relevance_lines(
        [(row, one) for row, one in reads if row.get("label") in ("appeal", "not_appeal")], max_misses
    )
    yield from _urgency_lines([(row, one) for row, one in reads if row.get("urgent") in ("0", "1")], max_misses)
    yield from place_lines([(row, one) for row, one in reads if "street" in row], max_misses)
    if chat:
        yield from grave_lines(chat)


def with_known_sector(reads: Sequence[LabelledReading]) -> list[LabelledReading]:
    """Return the readings whose right sector is known."""
    return [(row, one) for row, one in reads if _codes(row) and one.sector is not None]


def _codes(row: TableRow) -> list[str]:
    named = row.get("codes") or row.get("sector") or ""
    return [code.strip() for code in named.split("|") if code.strip()]


def _sector_lines(reads: Sequence[LabelledReading], misses: int) -> Iterator[str]:
    if not reads:
        return
    n = len(reads)
    right = [reading.sector in _codes(row) for row, reading in reads]
    first = sum(reading.sector == _codes(row)[0] for row, reading in reads)
    top = sum(any(code in _codes(row) for code in reading.top_sectors) for row, reading in reads)
    yield (
        f"Сектор: верно {sum(right) / n:.3f}, первый из верных {first / n:.3f}, среди трёх {top / n:.3f}, "
        f"macro-F1 {_macro_f1(reads):.3f} (сообщений {n})."
    )
    ranked = sorted(range(n), key=lambda at: -max(reads[at][1].sector_scores.values()))
    shares = [(share, ranked[: max(1, int(n * share))]) for share in (0.5, 0.8)]
    yield "  " + "; ".join(
        f"самые уверенные {s:.0%}: верно {sum(right[at] for at in b) / len(b):.3f}" for s, b in shares
    )
    sure = [
        (ok, max(one.sector_scores.values())) for ok, (_, one) in zip(right, reads, strict=True) if one.is_confident
    ]
    yield (
        f"  без координатора: {len(sure) / n:.3f}, из них верно {sum(ok for ok, _ in sure) / max(1, len(sure)):.3f}, "
        f"обещано {sum(score for _, score in sure) / max(1, len(sure)):.3f}"
    )
    yield from _calibration_lines(calibration_bins(reads))
    yield from _confusion_lines(reads)
    wrong = (read for read, ok in zip(reads, right, strict=True) if not ok)
    for (row, reading), _ in zip(wrong, range(misses), strict=False):
        given = " ".join(f"{code}={reading.sector_scores[code]:.2f}" for code in reading.top_sectors)
        yield f"    {'|'.join(_codes(row))} <- {given} :: {' '.join(reading.evidence)} :: {row['text'][:150]!r}"


def _macro_f1(reads: Sequence[LabelledReading]) -> float:
    """Return the mean F1 of the sectors that are right for some row; any right answer counts as the preferred one."""
    asked, given, hit = Counter[str](), Counter[str](), Counter[str]()
    for row, reading in reads:
        best = reading.sector or ""
        truth = best if best in _codes(row) else _codes(row)[0]
        asked[truth] += 1
        given[best] += 1
        hit[best] += best == truth
    return sum(2 * hit[code] / (asked[code] + given[code]) for code in asked) / len(asked)


def calibration_bins(reads: Sequence[LabelledReading]) -> list[CalibrationBin]:
    """Group the scores of the chosen sectors into ten bins; empty bins are left out."""
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, reading in reads:
        score = max(reading.sector_scores.values())
        bins[min(9, int(score * 10))].append((score, reading.sector in _codes(row)))
    return [
        CalibrationBin(
            sum(score for score, _ in found) / len(found), sum(ok for _, ok in found) / len(found), len(found)
        )
        for _, found in sorted(bins.items())
    ]


def calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Return the expected calibration error: the mean distance of the scores from the observed shares; 0 is perfect."""
    return sum(abs(one.predicted - one.observed) * one.count for one in bins) / max(1, sum(one.count for one in bins))


def _calibration_lines(bins: Sequence[CalibrationBin]) -> Iterator[str]:
    yield f"  Калибровка, ошибка {calibration_error(bins):.3f}: обещано → верно (сообщений)"
    for one in bins:
        yield f"    {one.predicted:.2f} → {one.observed:.2f} ({one.count})"


def confusion_counts(reads: Sequence[LabelledReading]) -> Counter[tuple[str, str]]:
    """Count the pairs (right sector, chosen sector); any right answer counts as the preferred one."""
    chosen = ((_codes(row), one.sector or "") for row, one in reads)
    return Counter((given if given in codes else codes[0], given) for codes, given in chosen)


def _confusion_lines(reads: Sequence[LabelledReading]) -> Iterator[str]:
    wrong = Counter({pair: times for pair, times in confusion_counts(reads).items() if pair[0] != pair[1]})
    if wrong:
        yield "  Чаще всего путает: верный → выбранный (раз)"
    for (truth, given), times in wrong.most_common(_MAX_CONFUSIONS):
        yield f"    {truth} → {given} ({times})"


def _relevance_lines(reads: Sequence[LabelledReading], misses: int) -> Iterator[str]:
    groups: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, reading in reads:
        pair = (row["label"] == "appeal", reading.appeal)
        for name in dict.fromkeys(("все", row.get("dataset", ""))):
            if name:
                groups[name].append(pair)
    for name, pairs in groups.items():
        yield f"Нужен ли ответ, {name}: {_f1(pairs)}"
    wrong = ((row, one) for row, one in reads if (row["label"] == "appeal") != one.appeal)
    for (row, reading), _ in zip(wrong, range(misses), strict=False):
        yield f"    {row['label']} {reading.appeal_score:.2f} {' '.join(reading.evidence)} :: {row['text'][:150]!r}"


def _urgency_lines(reads: Sequence[LabelledReading], misses: int) -> Iterator[str]:
    if not reads:
        return
    yield f"Срочность: {_f1([(row['urgent'] == '1', one.urgent) for row, one in reads])}"
    wrong = (row for row, one in reads if (row["urgent"] == "1") != one.urgent)
    for row, _ in zip(wrong, range(misses), strict=False):
        yield f"    {row['urgent']} :: {row['text'][:150]!r}"


def _f1(pairs: Pairs) -> str:
    """Return the line with F1, precision and recall of the pairs (right answer, given answer)."""
    hit = sum(1 for right, given in pairs if right and given)
    precision = hit / max(1, sum(given for _, given in pairs))
    recall = hit / max(1, sum(right for right, _ in pairs))
    score = 2 * precision * recall / max(1e-9, precision + recall)
    return f"F1 {score:.3f} (точность {precision:.3f}, полнота {recall:.3f}, сообщений {len(pairs)})"
