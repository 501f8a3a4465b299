"""The result of an answer: the claim of the block is the answer, the confirmation is the citizen's."""

from dataclasses import dataclass
from datetime import datetime

USUAL_REOPENINGS = 2
"""The number of times that a citizen's «не решено» returns a ticket to its post, unless a rule says otherwise."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The facts about a ticket after its answer.

    ``returned``: how often its author said that nothing is solved; ``problem_id``: the problem from whose answer the
    ticket was returned, until that problem has another answer.
    """

    ticket_id: int
    ask_at: datetime | None = None
    asked_at: datetime | None = None
    solved_at: datetime | None = None
    returned: int = 0
    returned_at: datetime | None = None
    problem_id: int | None = None
    control_at: datetime | None = None
    control_by: int | None = None
