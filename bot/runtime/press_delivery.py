"""The way from the handling of a press to its answer, past the queue of the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.outbox import OutboxRow
from storage.unit_of_work import UnitOfWork


class PressDelivery(Protocol):
    """Delivery of what a person waits for who has pressed a button.

    The rows are claimed in the transaction that queues them: a round of the queue and a transaction for the claim would
    cost that person more time than all the rest.
    """

    def expect(self, account: str, presses: int) -> None:
        """Prepare for the effects of *presses* that have been received: they go before what waits meanwhile."""
        ...

    async def claim_answers(self, uow: UnitOfWork, now: datetime) -> Sequence[OutboxRow]:
        """Claim the answers to presses and their effects, at the end of the transaction that has handled the presses.

        Nothing, if this process does not send.
        """
        ...

    def start(self, rows: Sequence[OutboxRow], claimed_at: datetime) -> None:
        """Start the deliveries of *rows*, whose claim is committed."""
        ...
