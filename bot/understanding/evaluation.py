"""Measures how messages are understood, on labelled ones. The columns decide what is measured:

``codes`` or ``sector`` (right sectors, ``a|b``: either is right, the first is preferred): sectors; ``label`` (appeal,
not_appeal; others are left out): relevance; ``urgent`` (0, 1): urgency; ``street`` and ``number`` (several with ``+``):
places. ``district`` is handed over, ``dataset`` names groups.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bot.understanding.base import Reading, Understanding
from bot.understanding.labelled import Row

_CONFUSIONS = 12
Read = tuple[Row, Reading]
Pairs = Sequence[tuple[bool, bool]]


def measure(understanding: Understanding, rows: Sequence[Row], misses: int = 0) -> Iterator[str]:
    """Lines for people; with *misses*, as many wrong answers of each kind."""
    started = time.perf_counter()
    reads = [(row, understanding.read(row["text"], row.get("district", "").strip() or None)) for row in rows]
    spent = (time.perf_counter() - started) / max(1, len(reads)) * 1000
    yield f"Сообщений: {len(reads)}; {spent:.2f} мс на сообщение."
    yield from _sectors([(row, one) for row, one in reads if _codes(row) and one.sector is not None], misses)
    yield from _relevance([(row, one) for row, one in reads if row.get("label") in ("appeal", "not_appeal")], misses)
    yield from _urgency([(row, one) for row, one in reads if row.get("urgent") in ("0", "1")], misses)
    yield from _places([(row, one) for row, one in reads if "street" in row], misses)


def _codes(row: Row) -> list[str]:
    named = row.get("codes") or row.get("sector") or ""
    return [code.strip() for code in named.split("|") if code.strip()]


def _sectors(reads: Sequence[Read], misses: int) -> Iterator[str]:
    if not reads:
        return
    n = len(reads)
    right = [reading.sector in _codes(row) for row, reading in reads]
    first = sum(reading.sector == _codes(row)[0] for row, reading in reads)
    top = sum(any(code in _codes(row) for code in reading.likeliest) for row, reading in reads)
    yield (
        f"Сектор: верно {sum(right) / n:.3f}, первый из верных {first / n:.3f}, среди трёх {top / n:.3f}, "
        f"macro-F1 {_macro_f1(reads):.3f} (сообщений {n})."
    )
    ranked = sorted(range(n), key=lambda at: -max(reads[at][1].sector_scores.values()))
    shares = [(share, ranked[: max(1, int(n * share))]) for share in (0.5, 0.8)]
    yield "  " + "; ".join(
        f"самые уверенные {s:.0%}: верно {sum(right[at] for at in b) / len(b):.3f}" for s, b in shares
    )
    sure = [ok for ok, (_, reading) in zip(right, reads, strict=True) if reading.sure]
    yield f"  без координатора: {len(sure) / n:.3f}, из них верно {sum(sure) / max(1, len(sure)):.3f}"
    yield from _calibration(reads, right)
    yield from _confusions(reads)
    wrong = (read for read, ok in zip(reads, right, strict=True) if not ok)
    for (row, reading), _ in zip(wrong, range(misses), strict=False):
        given = " ".join(f"{code}={reading.sector_scores[code]:.2f}" for code in reading.likeliest)
        yield f"    {'|'.join(_codes(row))} <- {given} :: {' '.join(reading.evidence)} :: {row['text'][:150]!r}"


def _macro_f1(reads: Sequence[Read]) -> float:
    """Mean F1 of the sectors that are right somewhere; any right answer counts as the one that was meant."""
    asked, given, hit = Counter[str](), Counter[str](), Counter[str]()
    for row, reading in reads:
        best = reading.sector or ""
        truth = best if best in _codes(row) else _codes(row)[0]
        asked[truth] += 1
        given[best] += 1
        hit[best] += best == truth
    return sum(2 * hit[code] / (asked[code] + given[code]) for code in asked) / len(asked)


def _calibration(reads: Sequence[Read], right: Sequence[bool]) -> Iterator[str]:
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for (_, reading), ok in zip(reads, right, strict=True):
        score = max(reading.sector_scores.values())
        bins[min(9, int(score * 10))].append((score, ok))
    yield "  Калибровка: оценка → на деле верно (сообщений)"
    for number, found in sorted(bins.items()):
        said = sum(score for score, _ in found) / len(found)
        came = sum(ok for _, ok in found) / len(found)
        yield f"    {number / 10:.1f}–{number / 10 + 0.1:.1f}: {said:.2f} → {came:.2f} ({len(found)})"


def _confusions(reads: Sequence[Read]) -> Iterator[str]:
    wrong = Counter((_codes(row)[0], one.sector) for row, one in reads if one.sector not in _codes(row))
    if wrong:
        yield "  Чаще всего путает: верный → выбранный (раз)"
    for (truth, given), times in wrong.most_common(_CONFUSIONS):
        yield f"    {truth} → {given} ({times})"


def _relevance(reads: Sequence[Read], misses: int) -> Iterator[str]:
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


def _urgency(reads: Sequence[Read], misses: int) -> Iterator[str]:
    if not reads:
        return
    yield f"Срочность: {_f1([(row['urgent'] == '1', one.urgent) for row, one in reads])}"
    wrong = (row for row, one in reads if (row["urgent"] == "1") != one.urgent)
    for row, _ in zip(wrong, range(misses), strict=False):
        yield f"    {row['urgent']} :: {row['text'][:150]!r}"


def _f1(pairs: Pairs) -> str:
    """Of (right answer, given answer)."""
    hit = sum(1 for right, given in pairs if right and given)
    precision = hit / max(1, sum(given for _, given in pairs))
    recall = hit / max(1, sum(right for right, _ in pairs))
    score = 2 * precision * recall / max(1e-9, precision + recall)
    return f"F1 {score:.3f} (точность {precision:.3f}, полнота {recall:.3f}, сообщений {len(pairs)})"


def _places(reads: Sequence[Read], misses: int) -> Iterator[str]:
    groups: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    wrong: list[str] = []
    for row, reading in reads:
        street = reading.place.street if reading.place else None
        house = reading.place.house if reading.place else None
        found = _fold(street) in map(_fold, row["street"].split("+"))
        both = found and _fold(house) in map(_fold, row.get("number", "").split("+"))
        for name in dict.fromkeys(("все", row.get("dataset", ""))):
            if name:
                groups[name].append((found, both))
        if not both:
            wrong.append(f"    {row['street']}, {row.get('number')} <- {street}, {house} :: {row['text'][:140]!r}")
    for name, pairs in groups.items():
        n = len(pairs)
        streets, addresses = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
        yield f"Место, {name}: улица {streets:.3f}, улица и дом {addresses:.3f} (сообщений {n})"
    yield from wrong[:misses]


def _fold(text: str | None) -> str:
    return (text or "").casefold().replace("ё", "е").replace(" ", "").replace("-", "")
