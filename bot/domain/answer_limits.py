"""Limits on the answers that leave the town, and the answers that wait because of them."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.durations import Duration
from bot.domain.json_types import Json

SAME_ANSWER_WINDOW = Duration.parse("1wh")
"""``same_answer_per_hour`` counts identical answers within this working time."""


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """Answers that leave without a coordinator's word; ``None``: any number.

    ``same_per_hour``: identical ones to different authors within a working hour; ``per_day``: public ones of one day.
    """

    same_per_hour: int | None = None
    per_day: int | None = None


class LimitKind(StrEnum):
    """The limit that an answer is over. The values are stored."""

    SAME_ANSWER = "same_answer"
    PER_DAY = "per_day"


class HeldState(StrEnum):
    """The outcome of a held answer. The values are stored."""

    WAITING = "waiting"
    SENT = "sent"
    DECLINED = "declined"
    REPLACED = "replaced"  # its author has written another one


@dataclass(frozen=True, slots=True)
class LimitedAnswer:
    """An answer by ``person_id`` that waits for the coordinator. ``kind``: of the draft."""

    id: int
    ticket_id: int
    person_id: int
    kind: str
    text: str
    media: tuple[Json, ...]
    reason: LimitKind
    state: HeldState
