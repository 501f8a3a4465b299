"""Delegations: who was asked to write an answer, or a part of it, and what they have given."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.json_types import Json


class DelegationState(StrEnum):
    """The state of a delegation. Stored."""

    ASKED = "asked"
    GIVEN = "given"  # the text, or the part, is there
    WITHDRAWN = "withdrawn"
    DONE = "done"  # the answer was published


OPEN_DELEGATION_STATES = frozenset({DelegationState.ASKED, DelegationState.GIVEN})


@dataclass(frozen=True, slots=True)
class Delegation:
    """A ticket whose answer ``person_id`` was asked to write by ``by_id``, until ``due``.

    ``part``: their contribution, where several people were asked; the combined answer names none of them.
    """

    id: int
    ticket_id: int
    person_id: int
    by_id: int
    at: datetime
    due: datetime | None
    state: DelegationState
    part: str | None
    media: tuple[Json, ...]
    given_at: datetime | None
