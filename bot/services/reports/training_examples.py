"""Training examples from the daily work: every decision of a person about a ticket is an example.

Choosing a sector, handing a ticket over or returning it to work states where such a message belongs. Accepting a ticket
as it is does so with a lower weight: nobody looked for a better sector. «Не требует ответа» says nothing about sectors.
"""

from collections.abc import Sequence

from bot.domain.audit import RoutingDecision
from bot.understanding.model.training_data import Example
from storage.unit_of_work import UnitOfWork

MAX_DECISIONS = 40_000
"""The latest decisions; more take long and change little."""

CHOSEN_WEIGHT, ACCEPTED_WEIGHT = 1.0, 0.5
"""Weights in training of a person's choice and of silent consent."""


async def collect_examples(uow: UnitOfWork) -> tuple[list[Example], int]:
    """Collect the examples of the municipality's tickets, the oldest first, and the id of the last decision."""
    decisions = await uow.routing_decisions.list_latest(MAX_DECISIONS)
    return sector_examples(decisions), max((one.audit_id for one in decisions), default=0)


def sector_examples(decisions: Sequence[RoutingDecision]) -> list[Example]:
    """Return an example for every decision that states a sector."""
    return [
        Example(
            one.text, (one.sector,), one.district, CHOSEN_WEIGHT if one.sector_chosen_by_person else ACCEPTED_WEIGHT
        )
        for one in decisions
        if one.sector is not None and one.dismiss_reason is None
    ]
