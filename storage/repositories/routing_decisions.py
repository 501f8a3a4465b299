"""Decisions of people about tickets, as training examples. Read-only: they come from the audit and the tickets."""

from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.sql.expression import FromClause

from bot.domain.audit import RoutingDecision
from bot.domain.tickets import DismissReason, Step
from storage.repositories.base import Repository
from storage.tables import audit, ticket

_SECTOR_STEPS = (Step.CHOOSE_SECTOR.value, Step.HAND_OVER.value, Step.REOPEN.value, "sector_corrected")
"""Actions by which a person has chosen the sector, or confirmed it by returning the ticket to work."""

_CONFIRMING_STEPS = (Step.ACCEPT.value, Step.ANSWER.value, "topic_corrected", "district")
"""Actions by which a person has confirmed the ticket's sector without choosing it: who mends the topic within it, or
the district for its post, has looked at it."""


class RoutingDecisions(Repository):
    """Training examples from daily work."""

    async def list_latest(self, limit: int) -> list[RoutingDecision]:
        """List the decisions about the *limit* tickets that people decided about last, the oldest first.

        The present state of a ticket counts, so that a correction by the person or a colleague wins.
        """
        later, earlier = audit.alias("later"), audit.alias("earlier")
        # Backwards from the newest record, and no further than needed: the audit is ten times as long.
        last = ~exists().where(
            later.c.ticket_id == audit.c.ticket_id, later.c.id > audit.c.id, _is_human_decision(later)
        )
        chosen = exists().where(
            earlier.c.ticket_id == audit.c.ticket_id,
            earlier.c.action.in_(_SECTOR_STEPS),
            earlier.c.person_id.is_not(None),
        )
        result = await self._transaction.execute(
            select(
                audit.c.id.label("number"),
                ticket.c.text,
                ticket.c.sector,
                ticket.c.district,
                chosen.label("chosen"),
                ticket.c.dismiss_reason,
            )
            .join(ticket, ticket.c.id == audit.c.ticket_id)
            .where(_is_human_decision(audit), ticket.c.text != "", last)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        return [_decision_from_row(row) for row in reversed(result.all())]

    async def count_since(self, number: int) -> int:
        """Count the tickets that people decided about after the audit record *number*."""
        result = await self._transaction.execute(
            select(func.count(audit.c.ticket_id.distinct())).where(audit.c.id > number, _is_human_decision(audit))
        )
        return int(result.scalar_one())


def _is_human_decision(table: FromClause) -> Any:
    decided = table.c.action.in_((*_SECTOR_STEPS, *_CONFIRMING_STEPS, Step.DISMISS.value))
    return and_(table.c.person_id.is_not(None), table.c.ticket_id.is_not(None), decided)


def _decision_from_row(row: Any) -> RoutingDecision:
    reason = DismissReason(row.dismiss_reason) if row.dismiss_reason else None
    return RoutingDecision(row.number, row.text, row.sector, row.district, bool(row.chosen), reason)
