"""The results of answers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, update

from bot.domain.solutions import Solution
from bot.domain.tickets import State
from storage.repositories.base import Repository
from storage.tables import solution, ticket

_COLUMNS = tuple(solution.c[name] for name in Solution.__dataclass_fields__)
_CHANGED_BY_RETURN = tuple(name for name in Solution.__dataclass_fields__ if name != "ticket_id")
_ANSWERED_STATES = (State.ANSWERED.value, State.CLOSED.value)


class Solutions(Repository):
    """The questions «Вопрос решён?», what citizens said to them, and control dates."""

    async def get(self, ticket_id: int) -> Solution:
        """Return what is known about a ticket after its answer: nothing, for most."""
        row = (await self._transaction.execute(select(*_COLUMNS).where(solution.c.ticket_id == ticket_id))).first()
        return Solution(**row._mapping) if row else Solution(ticket_id)

    async def schedule_questions(self, ticket_ids: Collection[int], ask_at: datetime) -> None:
        """Ask the authors of these tickets at *ask_at* about the answer that they have just got."""
        await self._upsert(ticket_ids, ask_at=ask_at, asked_at=None, solved_at=None)

    async def update(self, ticket_id: int, **values: Any) -> None:
        """Set columns of a ticket's row, which is created if there is none."""
        await self._upsert([ticket_id], **values)

    async def _upsert(self, ticket_ids: Collection[int], **values: Any) -> None:
        if not ticket_ids:
            return
        statement = self._insert(solution).on_conflict_do_update(index_elements=["ticket_id"], set_=values)
        await self._transaction.execute(statement, [{"ticket_id": one, **values} for one in sorted(ticket_ids)])

    async def add_return(self, ticket_id: int, now: datetime, problem_id: int | None = None) -> Solution:
        """Count a return of the ticket by its author; whatever was asked or confirmed before counts no more."""
        returned = (await self.get(ticket_id)).returned + 1
        after = Solution(ticket_id, returned=returned, returned_at=now, problem_id=problem_id)
        await self._upsert([ticket_id], **{name: getattr(after, name) for name in _CHANGED_BY_RETURN})
        return after

    async def list_due_questions(self, now: datetime, limit: int) -> list[int]:
        """List the tickets about which it is time to ask, the longest due first."""
        return await self._list_due(solution.c.ask_at, now, limit)

    async def list_due_controls(self, now: datetime, limit: int) -> list[int]:
        """List the tickets whose control date has come."""
        return await self._list_due(solution.c.control_at, now, limit)

    async def _list_due(self, column: ColumnElement[Any], now: datetime, limit: int) -> list[int]:
        result = await self._transaction.execute(
            select(solution.c.ticket_id)
            .where(column.is_not(None), column <= now)
            .order_by(column, solution.c.ticket_id)
            .limit(limit)
        )
        return list(result.scalars())

    async def count_returned_from(self, problem_id: int) -> int:
        """Count the tickets whose authors returned them from the latest answer to a problem."""
        result = await self._transaction.execute(select(func.count()).where(solution.c.problem_id == problem_id))
        return int(result.scalar_one())

    async def count_answered(self, problem_id: int) -> int:
        """Count the tickets of a problem that have its answer."""
        result = await self._transaction.execute(
            select(func.count()).where(ticket.c.problem_id == problem_id, ticket.c.state.in_(_ANSWERED_STATES))
        )
        return int(result.scalar_one())

    async def forget_returns_from(self, problem_id: int) -> None:
        """Begin to count again: the problem has another answer, or was returned as a whole."""
        await self._transaction.execute(
            update(solution).where(solution.c.problem_id == problem_id).values(problem_id=None)
        )

    async def has_silent(self, before: datetime) -> bool:
        """Return whether :meth:`close_silent` would close a ticket."""
        return (await self._transaction.execute(self._silent(before, 1))).first() is not None

    async def close_silent(self, before: datetime, limit: int) -> list[int]:
        """Close up to *limit* tickets that were answered *before* then and of which nobody has spoken since.

        Those under control stay. They ended with the answer: the words of a ticket are kept from then on, and no
        report counts today what was done long ago.
        """
        ids = list((await self._transaction.execute(self._silent(before, limit))).scalars())
        if ids:
            await self._transaction.execute(
                update(ticket)
                .where(ticket.c.id.in_(ids))
                .values(state=State.CLOSED.value, ended_at=ticket.c.answered_at, version=ticket.c.version + 1)
            )
        return ids

    def _silent(self, before: datetime, limit: int) -> Any:
        controlled = (
            select(solution.c.ticket_id)
            # What all voices of a problem were told is controlled on the ticket that leads it.
            .where(solution.c.ticket_id.in_((ticket.c.id, ticket.c.lead_id)), solution.c.control_at.is_not(None))
            .exists()
        )
        return (
            select(ticket.c.id)
            # planner: written out as in the partial index.
            .where(ticket.c.state == literal_column(f"'{State.ANSWERED.value}'"), ticket.c.answered_at <= before)
            .where(~controlled)
            .order_by(ticket.c.answered_at)
            .limit(limit)
            .with_for_update(of=ticket, skip_locked=True)
        )
