"""Escalation chains: whom a missed deadline reaches one after another, until somebody does what was asked.

A chain is data. Its steps are computed from the moment that was missed; when they start, they are stored as they are,
so that a chain that has started ends as it began, whatever the configuration says meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration
from bot.domain.local_time import to_utc

STEP_KIND = "step"
"""Kind of a due moment that is a step; stored."""


class After(StrEnum):
    """The moment that starts a chain; stored."""

    ACCEPT = "accept_overdue"
    DRAFT = "draft_overdue"
    APPROVE = "approve_overdue"
    REWORK = "rework_overdue"
    ANSWER = "answer_overdue"
    SOLVE = "solve_overdue"
    NOT_OURS = "not_ours_overdue"
    SILENT = "accepted_silent"  # who has accepted the ticket does nothing

    @property
    def deadline(self) -> str:
        """The name of the deadline, by which the steps are stored and cancelled."""
        return "silent" if self is After.SILENT else self.value.removesuffix("_overdue")

    @classmethod
    def of_deadline(cls, deadline: str) -> "After":
        return next(one for one in cls if one.deadline == deadline)


class Addressee(StrEnum):
    """An addressee who is found by the ticket; every other word is the code of a role."""

    AUTHOR = "author"  # of the draft
    POST = "post"
    APPROVER = "approver"


class Absence(StrEnum):
    """The reason why a step reaches others than those whom it names; stored."""

    VACANT = "vacant"  # nobody holds the role
    AWAY = "away"  # none of its holders can be reached


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A step of a chain: ``wait`` after the moment (``None``: at once), or ``before`` it.

    ``is_optional``: a role that nobody holds is passed over.
    """

    after: After
    wait: Duration | None = None
    before: Duration | None = None
    tell: tuple[str, ...] = ()
    hand_over: bool = False
    ask: str | None = None
    is_optional: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is stored."""
        return {
            "after": self.after.value,
            "wait": str(self.wait) if self.wait is not None else None,
            "before": str(self.before) if self.before is not None else None,
            "tell": list(self.tell),
            "hand_over": self.hand_over,
            "ask": self.ask,
            "optional": self.is_optional,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ChainStep":
        """Return a stored step."""
        return cls(
            After(values["after"]),
            Duration.parse(values["wait"]) if values["wait"] else None,
            Duration.parse(values["before"]) if values["before"] else None,
            tuple(values["tell"]),
            values["hand_over"],
            values["ask"],
            values["optional"],
        )


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with its number in the chain and its moment (UTC)."""

    number: int
    step: ChainStep
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of a chain in their order."""

    code: str
    steps: tuple[ChainStep, ...]

    def covers(self, after: After) -> bool:
        """Return whether the chain says what happens once *after* has come."""
        return any(step.after is after and step.before is None for step in self.steps)

    def replaces_watchers(self, after: After) -> bool:
        """Return whether the town itself says who hears of *after*, instead of those who watch all deadlines."""
        return bool(self.code) and self.covers(after)

    def plan(self, after: After, moment: datetime, calendar: WorkingCalendar) -> tuple[PlannedStep, ...]:
        """Return the steps from *moment* on. A later step never comes before an earlier one."""
        found: list[PlannedStep] = []
        for number, step in enumerate(self.steps):
            if step.after is after and step.before is None:
                at = whole_minute(calendar.add(moment, step.wait) if step.wait is not None else moment)
                found.append(PlannedStep(number, step, max(at, found[-1].at) if found else at))
        return tuple(found)

    def plan_warnings(self, after: After, moment: datetime) -> tuple[PlannedStep, ...]:
        """Return the steps before *moment*, in the order in which they come."""
        found = [
            PlannedStep(number, step, whole_minute(moment - step.before.to_timedelta()))
            for number, step in enumerate(self.steps)
            if step.after is after and step.before is not None
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.number)))


USUAL_CHAIN = Chain(
    "",
    (
        ChainStep(After.ACCEPT, Duration.parse("4wh"), tell=("coordinator",), is_optional=True),
        ChainStep(After.ANSWER, Duration.parse("1wh"), tell=("coordinator",), is_optional=True),
    ),
)
"""The chain of a town without ``[[escalation]]``: those who watch are told at once, and what is still late after a
while reaches the coordinator."""


def whole_minute(moment: datetime) -> datetime:
    """Return *moment*, or the next whole minute: what is due within one minute becomes one message."""
    moment = to_utc(moment)
    rest = timedelta(seconds=moment.second, microseconds=moment.microsecond)
    return moment - rest + timedelta(minutes=1) if rest else moment


@dataclass(frozen=True, slots=True)
class StepCode:
    """The code of a notice of a step: the deadline, whether it has passed, and why others are told."""

    after: After
    is_warning: bool = False
    absence: Absence | None = None

    def __str__(self) -> str:
        parts = ("soon" if self.is_warning else STEP_KIND, self.after.deadline, self.absence or "")
        return ":".join(parts).rstrip(":")

    @classmethod
    def parse(cls, code: str) -> "StepCode | None":
        """Return what *code* says; ``None`` for the code of another notice."""
        kind, *rest = code.split(":")
        if kind not in (STEP_KIND, "soon") or not rest:
            return None
        return cls(After.of_deadline(rest[0]), kind == "soon", Absence(rest[1]) if rest[1:] else None)


def find_repeated_holder(steps: Sequence[ChainStep]) -> int | None:
    """Return the number of the step that hands the ticket over to whom it was handed before: a chain without an end."""
    held: dict[After, set[str]] = {}
    for number, step in enumerate(steps):
        if not step.hand_over:
            continue
        # The post holds what it has not accepted, so that it cannot be handed there.
        before = held.setdefault(step.after, set() if step.after is After.SILENT else {Addressee.POST.value})
        if before & set(step.tell):
            return number
        before.update(step.tell)
    return None
