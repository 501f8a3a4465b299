"""Deliveries that may start now, and the rows that get them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.outbox import NextPending, is_read_by_citizens


@dataclass(frozen=True, slots=True)
class FreeSlots:
    """Deliveries of an account that may start; *citizens*: of what citizens read, ``None`` if that is no exception."""

    others: int
    citizens: int | None

    @property
    def total(self) -> int:
        return self.others + (self.citizens or 0)

    def choose(self, rows: Sequence[NextPending], limit: int) -> list[int]:
        """Return the ids of the first *limit* of *rows* for which there is a slot."""
        others, citizens, chosen = self.others, self.citizens, list[int]()
        for row in rows:
            if len(chosen) == limit:
                break
            if citizens is not None and is_read_by_citizens(row.kind):
                if citizens > 0:
                    citizens -= 1
                    chosen.append(row.id)
            elif others > 0:
                others -= 1
                chosen.append(row.id)
        return chosen
