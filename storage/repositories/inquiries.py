"""Questions to units and to the management about tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, insert, literal_column, or_, select, update

from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState
from storage.repositories.base import Repository
from storage.tables import inquiry, ticket

_COLUMNS = tuple(inquiry.c[name] for name in Inquiry.__dataclass_fields__)

# planner: written out as in the partial index; few tickets wait for their author.
_ASKED_CITIZEN = and_(
    inquiry.c.kind == literal_column(f"'{InquiryKind.CITIZEN.value}'"),
    inquiry.c.state.in_([literal_column(f"'{one.value}'") for one in (InquiryState.OPEN, InquiryState.SILENT)]),
)


@dataclass(frozen=True, slots=True)
class CorrectionCounts:
    """The requests for corrections to one block; each round counts, ``returned`` those that were not accepted."""

    sector: str | None
    asked: int
    late: int
    returned: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions to citizens that may still be answered, as one statement of this transaction has read them."""

    numbers: dict[str, list[int]]  # by author
    ticket_ids: set[int]


@cache
def _of_ticket_query() -> Select[Any]:
    of_ticket = inquiry.c.ticket_id == bindparam("number", type_=inquiry.c.ticket_id.type)
    return select(*_COLUMNS).where(of_ticket).order_by(inquiry.c.id)


@cache
def _asked_query() -> Select[Any]:
    return (
        select(inquiry.c.id, inquiry.c.ticket_id, ticket.c.author_key)
        .select_from(inquiry)
        .join(ticket, ticket.c.id == inquiry.c.ticket_id)
        .where(_ASKED_CITIZEN)
        .order_by(inquiry.c.id.desc())
    )


@cache
def _any_due_query() -> Select[Any]:
    is_due = inquiry.c.remind_at <= bindparam("now", type_=inquiry.c.remind_at.type)
    return select(inquiry.c.id).where(is_due).limit(1)


class Inquiries(Repository):
    """Questions and their answers."""

    _asked: _Asked | None = None

    def forget(self) -> None:
        """Read the questions to citizens again when they are next needed."""
        self._asked = None

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
        state: InquiryState = InquiryState.OPEN,
        **more: Any,
    ) -> Inquiry:
        """Insert a question, whose first reminder comes when half of its term is over; *more* are further columns."""
        values = {"ticket_id": ticket_id, "kind": kind.value, "asker_id": asker_id, "sector": sector, "unit": unit}
        moments = {"asked_at": asked_at, "due_at": due_at, "remind_at": asked_at + (due_at - asked_at) / 2}
        self.forget()
        result = await self._transaction.execute(
            insert(inquiry)
            .values({**values, **moments, "question": question, "state": state.value, **more})
            .returning(*_COLUMNS)
        )
        return _from_row(result.one())

    async def get(self, inquiry_id: int, *, lock: bool = False) -> Inquiry | None:
        statement = select(*_COLUMNS).where(inquiry.c.id == inquiry_id)
        row = (await self._transaction.execute(statement.with_for_update() if lock else statement)).first()
        return _from_row(row) if row else None

    async def list_for_ticket(self, ticket_id: int) -> list[Inquiry]:
        """List the questions about a ticket, the oldest first."""
        return [_from_row(row) for row in await self._transaction.execute(_of_ticket_query(), {"number": ticket_id})]

    async def find_open(self, ticket_id: int, kind: InquiryKind) -> Inquiry | None:
        """Return the latest open question of *kind* about a ticket."""
        if kind is InquiryKind.CITIZEN and self._asks_nobody(ticket_id):
            return None
        prepared = (InquiryKind.REFERRAL, InquiryKind.EXTENSION)
        state = InquiryState.PREPARED if kind in prepared else InquiryState.OPEN
        found = await self._list(
            inquiry.c.ticket_id == ticket_id, inquiry.c.kind == kind.value, inquiry.c.state == state.value
        )
        return found[-1] if found else None

    async def list_asked(self, author_key: str) -> list[int]:
        """List the numbers of the questions to which the words of this citizen may be the answer, the latest first.

        Nearly every message is from somebody who was asked nothing: all, few as they are, are read once in a
        transaction.
        """
        if self._asked is None:
            self._asked = await self._read_asked()
        return self._asked.numbers.get(author_key, [])

    async def _read_asked(self) -> _Asked:
        asked = _Asked({}, set())
        for number, ticket_id, author in await self._transaction.execute(_asked_query()):
            asked.ticket_ids.add(ticket_id)
            if author is not None:
                asked.numbers.setdefault(author, []).append(number)
        return asked

    def _asks_nobody(self, ticket_id: int) -> bool:
        """Return whether it is known without a statement that nothing is asked about a ticket.

        On a shared database another process may have asked since.
        """
        asked = self._asked
        return asked is not None and not self._transaction.is_shared and ticket_id not in asked.ticket_ids

    async def list_decisions(self, ticket_states: Sequence[str], since: datetime, limit: int) -> list[Inquiry]:
        """List open questions to the management about tickets in these states, and decisions to keep after *since*."""
        of_ticket = inquiry.c.ticket_id.in_(select(ticket.c.id).where(ticket.c.state.in_(ticket_states)))
        waits = and_(inquiry.c.state == InquiryState.OPEN.value, of_ticket)
        is_listed = or_(waits, inquiry.c.control_at > since)
        return (await self._list(inquiry.c.kind == InquiryKind.DECISION.value, is_listed))[:limit]

    async def list_open(self, kind: InquiryKind) -> list[Inquiry]:
        """List all open questions of one kind, the oldest first."""
        # planner: written out as in the partial index.
        is_open = inquiry.c.state == literal_column(f"'{InquiryState.OPEN.value}'")
        return await self._list(inquiry.c.kind == kind.value, is_open)

    async def count_corrections(self, since: datetime, until: datetime) -> list[CorrectionCounts]:
        """Count the requests for corrections asked in [since, until), by the block that had the ticket then."""
        is_late = or_(
            inquiry.c.answered_at >= inquiry.c.due_at,
            and_(inquiry.c.state == InquiryState.OPEN.value, inquiry.c.due_at < until),
        )
        is_returned = inquiry.c.state == InquiryState.RETURNED.value
        result = await self._transaction.execute(
            select(
                inquiry.c.sector,
                func.count().label("asked"),
                func.count(case((is_late, 1))).label("late"),
                func.count(case((is_returned, 1))).label("returned"),
            )
            .where(
                inquiry.c.kind == InquiryKind.CORRECTION.value, inquiry.c.asked_at >= since, inquiry.c.asked_at < until
            )
            .group_by(inquiry.c.sector)
            .order_by(inquiry.c.sector)
        )
        return [CorrectionCounts(*row) for row in result]

    async def has_due(self, now: datetime) -> bool:
        """Return whether anybody is to be reminded."""
        found = await self._transaction.execute(_any_due_query(), {"now": now})
        return found.first() is not None

    async def list_due(self, now: datetime, limit: int) -> list[Inquiry]:
        """List and lock the questions whose reminder is due."""
        statement = select(*_COLUMNS).where(inquiry.c.remind_at <= now).order_by(inquiry.c.remind_at).limit(limit)
        result = await self._transaction.execute(statement.with_for_update(skip_locked=True))
        return [_from_row(row) for row in result]

    async def update(self, inquiry_id: int, **values: Any) -> None:
        """Change columns of a question."""
        self.forget()
        await self._transaction.execute(update(inquiry).where(inquiry.c.id == inquiry_id).values(**values))

    async def _list(self, *conditions: ColumnElement[bool]) -> list[Inquiry]:
        result = await self._transaction.execute(select(*_COLUMNS).where(*conditions).order_by(inquiry.c.id))
        return [_from_row(row) for row in result]


def _from_row(row: Any) -> Inquiry:
    values = dict(row._mapping)
    return Inquiry(**{**values, "kind": InquiryKind(row.kind), "state": InquiryState(row.state)})
