"""What the daily work teaches: every decision of a person about a ticket is an example.

Who chooses a sector, hands a ticket over or returns it to work says where such a message belongs. Who takes a ticket as
it is and goes on with it says so, too, but more softly: nobody looked for a better place. What «needs no answer» says
nothing of sectors.
"""

from collections.abc import Sequence

from bot.domain.audit import RoutingDecision
from bot.understanding.model.training_data import Example
from storage.unit_of_work import UnitOfWork

MAX_DECISIONS = 40_000
"""The latest ones: more takes long and changes little."""

CHOSEN_WEIGHT, ACCEPTED_WEIGHT = 1.0, 0.5
"""What the word of a person, and a silent consent, weigh in training."""


async def collect_examples(uow: UnitOfWork) -> tuple[list[Example], int]:
    """The examples of the town's own tickets, the oldest first, and the number of the last decision."""
    decisions = await uow.routing_decisions.list_latest(MAX_DECISIONS)
    return sector_examples(decisions), max((one.audit_id for one in decisions), default=0)


def sector_examples(decisions: Sequence[RoutingDecision]) -> list[Example]:
    """Which sector is right for which message."""
    return [
        Example(
            one.text, (one.sector,), one.district, CHOSEN_WEIGHT if one.sector_chosen_by_person else ACCEPTED_WEIGHT
        )
        for one in decisions
        if one.sector is not None and one.dismiss_reason is None
    ]
