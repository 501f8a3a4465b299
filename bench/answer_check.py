"""``python -m bench.answer_check``: precision and recall of every mark of the answer checker, on labelled answers.

The answers of ``bench/answers.toml`` were written and labelled for this; those with an odd number were used for tuning,
the others are held out.
"""

import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.domain.answer_marks import MarkKind
from bot.understanding.answer_check.checker import AnswerChecker, AnswerFacts, EarlierAnswer
from bot.understanding.privacy.redaction import Redactor
from bot.understanding.text.morphology import Morphology

MIN_PRECISION = 0.8
ANSWERS = Path(__file__).with_name("answers.toml")
_TODAY = date(2026, 11, 20)
_LENGTHS = {"vk": (4096, 1000), "telegram": (1024, 800)}


@dataclass
class MarkScore:
    """Right marks, wrong ones and missed ones of one kind; ``faults`` are the numbers of the answers."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    faults: list[int] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def measure(checker: AnswerChecker, *, held_out: bool) -> dict[MarkKind, MarkScore]:
    """Return the score of every kind of mark that occurs in one half of the answers."""
    scores: dict[MarkKind, MarkScore] = {}
    for number, row in enumerate(read_answers(), 1):
        if (number % 2 == 0) is not held_out:
            continue
        wanted = {MarkKind(code) for code in row["marks"]}
        given = {mark.kind for mark in checker.check(row["a"], row["q"], _facts(row))}
        for kind in wanted | given:
            score = scores.setdefault(kind, MarkScore())
            score.right += kind in wanted & given
            score.wrong += kind in given - wanted
            score.missed += kind in wanted - given
            score.faults += [number] if kind in wanted ^ given else []
    return scores


def read_answers() -> Sequence[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))["answer"]
    return rows


def _facts(row: dict[str, Any]) -> AnswerFacts:
    promised = [date.fromisoformat(day) for day in row.get("earlier", ())]
    earlier = [EarlierAnswer(1, f"Сделаем до {day:%d.%m.%Y}", date(2026, 11, 1)) for day in promised]
    longest, recommended = _LENGTHS[row.get("messenger", "vk")]
    return AnswerFacts(_TODAY, row.get("many", False), longest, recommended, earlier)


def main() -> int:
    morphology = Morphology()
    checker = AnswerChecker(morphology, Redactor(morphology))
    lowest = 1.0
    for held_out in (False, True):
        print("held out" if held_out else "used for tuning")
        scores = measure(checker, held_out=held_out)
        for kind in (kind for kind in MarkKind if kind in scores):
            one = scores[kind]
            lowest = min(lowest, one.precision)
            faults = f"  wrong or missed in answers {one.faults}" if one.faults else ""
            print(
                f"  {kind.value:<14} precision {one.precision:.2f}  recall {one.recall:.2f}  right {one.right}{faults}"
            )
    labels = Counter(code for row in read_answers() for code in row["marks"])
    began = time.perf_counter()
    for row in read_answers():
        checker.check(row["a"], row["q"], _facts(row))
    spent = (time.perf_counter() - began) / len(read_answers()) * 1000
    print(f"{len(read_answers())} answers, {sum(labels.values())} labels, {spent:.2f} ms an answer")
    print(f"lowest precision {lowest:.2f}, at least {MIN_PRECISION} is asked")
    return 0 if lowest >= MIN_PRECISION else 1


if __name__ == "__main__":
    sys.exit(main())
