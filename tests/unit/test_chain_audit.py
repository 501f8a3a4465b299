"""The auditor of chains in the crash test sees a step that was lost, repeated, or told of what was done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crashtest.chain_audit import DueStep, Record, compare

START = datetime(2026, 11, 20, 7, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


STEPS = [DueStep(1, number, at(number), "fired") for number in range(3)]


def record(minutes: float, action: str, **facts: Any) -> Record:
    return Record(1, at(minutes), action, facts)


LATE = record(0, "overdue", limit="accept")
WHOLE = [LATE, *(record(number, "escalated", step=number) for number in range(3))]


def test_whole_chain_has_no_fault() -> None:
    report = compare(STEPS, WHOLE)
    assert (report.taken, report.faults) == (3, [])
    overtaken = [LATE, record(9, "escalated", step=2), record(9, "passed_over", steps=[0, 1])]
    assert compare(STEPS, overtaken).faults == []
    stopped = [STEPS[0], *(replace(one, state="void") for one in STEPS[1:])]
    assert compare(stopped, [*WHOLE[:2], record(0.5, "accept")]).faults == []


@pytest.mark.parametrize(
    ("steps", "history", "fault"),
    [
        (STEPS, [*WHOLE, WHOLE[-1]], "twice"),
        (STEPS, [*WHOLE, LATE], "told 2 times"),
        (STEPS, [*WHOLE[:2], WHOLE[3]], "nobody was told: [1]"),
        (STEPS[:2], WHOLE[:3], "the chain has the steps [0, 1]"),
        (STEPS, [*WHOLE, record(9, "passed_over", steps=[2])], "told and passed over: [2]"),
        (STEPS, [*WHOLE[:2], record(0.5, "accept"), *WHOLE[2:]], "after what was asked was done"),
        ([*STEPS[:2], replace(STEPS[2], state="void")], WHOLE, "not due: [2]"),
        ([*STEPS[:2], replace(STEPS[2], state="waiting")], [*WHOLE[:3], record(9, "solved")], "nobody was told: [2]"),
    ],
)
def test_fault_is_named(steps: list[DueStep], history: list[Record], fault: str) -> None:
    assert any(fault in one for one in compare(steps, history).faults)
