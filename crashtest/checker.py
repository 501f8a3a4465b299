"""Checks for lost, repeated and stuck messages, in the messengers and in the bot's database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.inbox import InboxStatus
from bot.domain.outbox import OutboxStatus
from crashtest.failpoints import CrashPoint
from crashtest.history import History
from crashtest.officials import Head
from crashtest.repeats import RepeatAllowance, find_excess_repeats, shorten, sum_repeats, worst_repeats
from crashtest.workload import COMPLAINT_NUMBER, Workload


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
    late_presses: int
    repeats: dict[str, int]
    worst: dict[str, int]
    violations: list[str]
    seed: int = 0
    seconds: float = 0.0
    chain_steps: int = 0
    """Steps of escalation chains that were told."""
    steps_passed_over: int = 0
    takeover: float = 0.0
    """Most seconds between a kill and the next poll, where two processes work together."""
    restores: int = 0
    forgotten: int = 0
    """Complaints that were unknown to a copy which was restored: they may have no ticket."""
    refused_starts: int = 0
    """Starts that ended at once because the database had no connection free; the next process is another start."""
    deaths: Counter[CrashPoint] = field(default_factory=Counter)


def build_report(
    town: Workload,
    watch: History,
    heads: Sequence[Head],
    rows: Sequence[Mapping[str, str]],
    counts: Mapping[str, Mapping[str, int]],
    log: str,
    allowance: RepeatAllowance,
) -> Report:
    """*rows*: the export of all tickets. *counts*: the inbox and the outbox by status. *log*: what the bot has said.

    *allowance*: what the deaths may have repeated.
    """
    violations: list[str] = []
    marks = Counter(found[1] for row in rows if (found := COMPLAINT_NUMBER.search(row["text"])))
    lost = [one.number for one in town.complaints if not marks[f"{one.number:05}"]]
    doubled = [mark for mark, times in marks.items() if times > 1]
    violations += [f"complaint {number} has no ticket" for number in lost]
    violations += [f"complaint {mark} has {marks[mark]} tickets" for mark in doubled]
    violations += [f"a ticket of nobody's: {row['id']}" for row in rows if not COMPLAINT_NUMBER.search(row["text"])]
    shown = {letter.card_number for phone in town.clients for letter in phone.messages_from_bot()}
    violations += [f"№{row['id']} has no card" for row in rows if int(row["id"]) not in shown]
    violations += (twice := find_duplicates(watch)) + find_excess_repeats(watch, allowance)
    violations += _find_wrong_answers(town, heads)
    violations += [one for head in heads for one in head.failures]
    violations += find_database_faults(counts, log)
    return Report(
        complaints=len(town.complaints),
        tickets=len(rows),
        answers=sum(len(head.accepted_answers) for head in heads),
        presses=sum(head.press_count for head in heads),
        lost=len(lost),
        doubled=len(doubled) + len(twice),
        left_over=sum(head.leftover_buttons for head in heads),
        late_presses=sum(head.late_press_count for head in heads),
        repeats=sum_repeats(watch),
        worst=worst_repeats(watch),
        violations=violations,
    )


def find_duplicates(watch: History) -> list[str]:
    """List messages that are repeated where no repetition is allowed."""
    return [f"said twice in {place}: {shorten(said)}" for place, said in watch.duplicates()]


_UNFINISHED = {
    InboxStatus.NEW,
    InboxStatus.DEAD,
    OutboxStatus.QUEUED,
    OutboxStatus.SENDING,
    OutboxStatus.FAILED,
}
"""Statuses in which no row may be at the end of a run."""


def find_database_faults(counts: Mapping[str, Mapping[str, int]], log: str) -> list[str]:
    """List rows left in inbox and outbox, and logged faults of the bot."""
    found = [
        f"{times} rows of the {box} are {status}"
        for box, statuses in counts.items()
        for status, times in statuses.items()
        if status in _UNFINISHED
    ]
    return found + ["there is a traceback in the log"] * ("Traceback" in log)


def _find_wrong_answers(town: Workload, heads: Sequence[Head]) -> list[str]:
    """Check that each message has exactly its own answer below it."""
    sent = {number: text for head in heads for number, text in head.accepted_answers.items()}
    wrong = []
    for complaint in town.complaints:
        found = set(town.answers_under(complaint))
        wanted = {sent[complaint.number]} if complaint.number in sent else set()
        if found != wanted:
            wrong.append(f"under complaint {complaint.number} ({complaint.channel}): {found} instead of {wanted}")
    return wrong
