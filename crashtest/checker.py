"""What was lost, what was said twice, what hangs: from the messengers' side and from the bot's own books."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crashtest.officials import Head
from crashtest.failpoints import Point
from crashtest.workload import MARK, Town
from crashtest.history import Watch


@dataclass(slots=True)
class Report:
    """The figures, and every promise that was not kept."""

    complaints: int
    tickets: int
    answers: int
    presses: int
    lost: int
    doubled: int
    left_over: int
    repeats: dict[str, int]
    worst: dict[str, int]
    violations: list[str]
    seed: int = 0
    seconds: float = 0.0
    takeover: float = 0.0
    """Seconds until somebody listened after a death, at most; where two work together."""
    deaths: Counter[Point] = field(default_factory=Counter)


def judge(
    town: Town,
    watch: Watch,
    heads: Sequence[Head],
    rows: Sequence[Mapping[str, str]],
    counts: Mapping[str, Mapping[str, int]],
    log: str,
) -> Report:
    """*rows*: the export of all tickets. *counts*: the inbox and the outbox by status. *log*: what the bot has said."""
    violations: list[str] = []
    marks = Counter(found[1] for row in rows if (found := MARK.search(row["text"])))
    lost = [one.number for one in town.complaints if not marks[f"{one.number:05}"]]
    doubled = [mark for mark, times in marks.items() if times > 1]
    violations += [f"complaint {number} has no ticket" for number in lost]
    violations += [f"complaint {mark} has {marks[mark]} tickets" for mark in doubled]
    violations += [f"a ticket of nobody's: {row['id']}" for row in rows if not MARK.search(row["text"])]
    shown = {letter.card for phone in town.phones for letter in phone.letters()}
    violations += [f"№{row['id']} has no card" for row in rows if int(row["id"]) not in shown]
    violations += (twice := said_twice(watch)) + repeated(watch)
    violations += _answers(town, heads)
    violations += [one for head in heads for one in head.stuck]
    violations += books_in_order(counts, log)
    repeats = watch.repeats()
    return Report(
        complaints=len(town.complaints),
        tickets=len(rows),
        answers=sum(len(head.sent) for head in heads),
        presses=sum(head.presses for head in heads),
        lost=len(lost),
        doubled=len(doubled) + len(twice),
        left_over=sum(head.left_over for head in heads),
        repeats={messenger: sum(by_life.values()) for messenger, by_life in repeats.items()},
        worst={messenger: max(by_life.values(), default=0) for messenger, by_life in repeats.items()},
        violations=violations,
    )


def said_twice(watch: Watch) -> list[str]:
    """What stands twice where nothing may."""
    return [f"said twice in {place}: {_short(said)}" for place, said in watch.doubled()]


def repeated(watch: Watch) -> list[str]:
    """Deaths that have repeated more than the one message that was on its way."""
    return [
        f"{messenger}: the death of life {life} repeated {times} messages: "
        + "; ".join(_short(said) for said in watch.repeated_in(messenger, life))
        for messenger, by_life in watch.repeats().items()
        for life, times in by_life.items()
        if times > 1
    ]


def books_in_order(counts: Mapping[str, Mapping[str, int]], log: str) -> list[str]:
    """What is left in the boxes and should not be, and a log that tells of a fault of ours."""
    found = [
        f"{times} rows of the {box} are {status}"
        for box, statuses in counts.items()
        for status, times in statuses.items()
        if status in ("new", "dead", "queued", "sending", "failed")
    ]
    return found + ["there is a traceback in the log"] * ("Traceback" in log)


def _answers(town: Town, heads: Sequence[Head]) -> list[str]:
    """Every answer stands under its message, and nothing else does."""
    sent = {number: text for head in heads for number, text in head.sent.items()}
    wrong = []
    for complaint in town.complaints:
        found = set(town.answers_under(complaint))
        wanted = {sent[complaint.number]} if complaint.number in sent else set()
        if found != wanted:
            wrong.append(f"under complaint {complaint.number} ({complaint.where}) stands {found}, not {wanted}")
    return wrong


def _short(text: str) -> str:
    return " ".join(text.split())[:80]
