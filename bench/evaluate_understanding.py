"""Measure how messages are understood, on a labelled CSV of yours.

    python bench/evaluate_understanding.py FILE.csv [--only DATASET] [--threshold 0.6] [--misses N]

The columns decide what is measured: ``text`` with ``codes`` (right sectors, ``a|b``: either is right, the first is
preferred) gives sector figures; ``label`` (appeal, not_appeal, others are left out) relevance; ``urgent`` (0, 1)
urgency; ``street`` and ``number`` places.
"""

import argparse
import csv
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.base import Reading
from bot.understanding.keywords import KeywordUnderstanding

Row = dict[str, str]
Read = tuple[Row, Reading]


def f1(pairs: Sequence[tuple[bool, bool]]) -> str:
    """Of (right answer, given answer)."""
    hit = sum(1 for right, given in pairs if right and given)
    precision = hit / max(1, sum(given for _, given in pairs))
    recall = hit / max(1, sum(right for right, _ in pairs))
    score = 2 * precision * recall / max(1e-9, precision + recall)
    return f"F1 {score:.3f} (precision {precision:.3f}, recall {recall:.3f}, n {len(pairs)})"


def sectors(reads: Sequence[Read], misses: int) -> None:
    reads = [(row, reading) for row, reading in reads if row.get("codes")]
    if not reads:
        return
    right = first = top = sure = sure_right = 0
    per: defaultdict[str, Counter[str]] = defaultdict(Counter)
    bins: defaultdict[int, list[bool]] = defaultdict(list)
    wrong: list[tuple[str, str, str]] = []
    for row, reading in reads:
        codes = row["codes"].split("|")
        ok = reading.sector in codes
        right += ok
        first += reading.sector == codes[0]
        top += any(code in codes for code in reading.likeliest)
        sure += reading.sure
        sure_right += reading.sure and ok
        best = reading.sector or ""
        bins[int(reading.sector_scores[best] * 10)].append(ok)
        truth = best if ok else codes[0]
        per[truth]["n"] += 1
        per[best]["given"] += 1
        per[truth]["hit"] += ok
        if not ok:
            scores = " ".join(f"{code}={reading.sector_scores[code]:.2f}" for code in reading.likeliest)
            wrong.append((row["codes"], scores, " ".join(reading.evidence) + " :: " + row["text"][:150]))
    n = len(reads)
    macro = []
    for counts in per.values():
        if counts["n"]:
            precision = counts["hit"] / max(1, counts["given"])
            recall = counts["hit"] / counts["n"]
            macro.append(2 * precision * recall / max(1e-9, precision + recall))
    print(
        f"sector: right {right / n:.3f}, first choice {first / n:.3f}, top-3 {top / n:.3f}, "
        f"macro-F1 {sum(macro) / len(macro):.3f}, "
        f"sure {sure / n:.3f}, right when sure {sure_right / max(1, sure):.3f}, n {n}"
    )
    print("  calibration:", " ".join(f"{k / 10:.1f}:{sum(v) / len(v):.2f}({len(v)})" for k, v in sorted(bins.items())))
    for right_codes, given, text in wrong[:misses]:
        print(f"  {right_codes} <- {given} :: {text!r}")


def relevance(reads: Sequence[Read], misses: int) -> None:
    scored = [(row, reading) for row, reading in reads if row.get("label") in ("appeal", "not_appeal")]
    if not scored:
        return
    groups: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, reading in scored:
        pair = (row["label"] == "appeal", reading.appeal)
        groups["all"].append(pair)
        groups[row.get("dataset", "chat")].append(pair)
    for name, pairs in groups.items():
        print(f"relevance, {name}: {f1(pairs)}")
    wrong = [(row, reading) for row, reading in scored if (row["label"] == "appeal") != reading.appeal]
    for row, reading in wrong[:misses]:
        print(f"  {row['label']} {reading.appeal_score:.2f} {' '.join(reading.evidence)} :: {row['text'][:150]!r}")


def urgency(reads: Sequence[Read], misses: int) -> None:
    scored = [(row, reading) for row, reading in reads if row.get("urgent") in ("0", "1")]
    if not scored:
        return
    print("urgency:", f1([(row["urgent"] == "1", reading.urgent) for row, reading in scored]))
    wrong = [(row, reading) for row, reading in scored if (row["urgent"] == "1") != reading.urgent]
    for row, _ in wrong[:misses]:
        print(f"  {row['urgent']} :: {row['text'][:150]!r}")


def _fold(text: str | None) -> str:
    return (text or "").casefold().replace("ё", "е").replace(" ", "").replace("-", "")


def places(reads: Sequence[Read], misses: int) -> None:
    if not reads or "street" not in reads[0][0]:
        return
    groups: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    wrong: list[str] = []
    for row, reading in reads:
        street = reading.place.street if reading.place else None
        house = reading.place.house if reading.place else None
        found = _fold(street) in [_fold(one) for one in row["street"].split("+")]
        both = found and (_fold(house) in [_fold(one) for one in row["number"].split("+")])
        for name in ("all", row.get("dataset", "")):
            groups[name].append((found, both))
        if not both:
            wrong.append(f"  {row['street']}, {row['number']} <- {street}, {house} :: {row['text'][:140]!r}")
    for name, pairs in groups.items():
        n = len(pairs)
        streets, addresses = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
        print(f"place, {name}: street {streets:.3f}, street and house {addresses:.3f}, n {n}")
    print("\n".join(wrong[:misses]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--misses", type=int, default=0)
    options = parser.parse_args()
    begun = time.perf_counter()
    configured = [Sector(code, title) for code, title in STANDARD_SECTORS.items()]
    understanding = KeywordUnderstanding(configured, options.threshold)
    loaded = time.perf_counter()
    with options.file.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("dataset", "").startswith(options.only)]
    read_from = time.perf_counter()
    reads = [(row, understanding.read(row["text"])) for row in rows]
    spent = (time.perf_counter() - read_from) / max(1, len(rows)) * 1000
    print(f"{len(rows)} rows; load {loaded - begun:.2f} s; {spent:.2f} ms per text")
    sectors(reads, options.misses)
    relevance(reads, options.misses)
    urgency(reads, options.misses)
    places(reads, options.misses)


if __name__ == "__main__":
    main()
