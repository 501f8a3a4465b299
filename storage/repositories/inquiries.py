"""Questions to units and to the management about tickets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState
from storage.repositories.base import Repository
from storage.tables import inquiry, ticket

_COLUMNS = tuple(inquiry.c[name] for name in Inquiry.__dataclass_fields__)


class Inquiries(Repository):
    """Questions and their answers."""

    async def add(
        self,
        ticket_id: int,
        kind: InquiryKind,
        asker_id: int,
        question: str,
        asked_at: datetime,
        due_at: datetime,
        *,
        sector: str | None = None,
        unit: str | None = None,
    ) -> Inquiry:
        """Insert an open question, whose first reminder comes when half of its term is over."""
        values = {"ticket_id": ticket_id, "kind": kind.value, "asker_id": asker_id, "sector": sector, "unit": unit}
        moments = {"asked_at": asked_at, "due_at": due_at, "remind_at": asked_at + (due_at - asked_at) / 2}
        result = await self._transaction.execute(
            insert(inquiry)
            .values(**values, **moments, question=question, state=InquiryState.OPEN.value)
            .returning(*_COLUMNS)
        )
        return _from_row(result.one())

    async def get(self, inquiry_id: int, *, lock: bool = False) -> Inquiry | None:
        statement = select(*_COLUMNS).where(inquiry.c.id == inquiry_id)
        row = (await self._transaction.execute(statement.with_for_update() if lock else statement)).first()
        return _from_row(row) if row else None

    async def list_for_ticket(self, ticket_id: int) -> list[Inquiry]:
        """List the questions about a ticket, the oldest first."""
        return await self._list(inquiry.c.ticket_id == ticket_id)

    async def list_decisions(self, ticket_states: Sequence[str], since: datetime, limit: int) -> list[Inquiry]:
        """List open questions to the management about tickets in these states, and decisions to keep after *since*."""
        of_ticket = inquiry.c.ticket_id.in_(select(ticket.c.id).where(ticket.c.state.in_(ticket_states)))
        waits = and_(inquiry.c.state == InquiryState.OPEN.value, of_ticket)
        is_listed = or_(waits, inquiry.c.control_at > since)
        return (await self._list(inquiry.c.kind == InquiryKind.DECISION.value, is_listed))[:limit]

    async def has_due(self, now: datetime) -> bool:
        """Return whether anybody is to be reminded."""
        found = await self._transaction.execute(select(inquiry.c.id).where(inquiry.c.remind_at <= now).limit(1))
        return found.first() is not None

    async def list_due(self, now: datetime, limit: int) -> list[Inquiry]:
        """List and lock the questions whose reminder is due."""
        statement = select(*_COLUMNS).where(inquiry.c.remind_at <= now).order_by(inquiry.c.remind_at).limit(limit)
        result = await self._transaction.execute(statement.with_for_update(skip_locked=True))
        return [_from_row(row) for row in result]

    async def update(self, inquiry_id: int, **values: Any) -> None:
        """Change columns of a question."""
        await self._transaction.execute(update(inquiry).where(inquiry.c.id == inquiry_id).values(**values))

    async def _list(self, *conditions: ColumnElement[bool]) -> list[Inquiry]:
        result = await self._transaction.execute(select(*_COLUMNS).where(*conditions).order_by(inquiry.c.id))
        return [_from_row(row) for row in result]


def _from_row(row: Any) -> Inquiry:
    values = dict(row._mapping)
    return Inquiry(**{**values, "kind": InquiryKind(row.kind), "state": InquiryState(row.state)})
