"""The events that move the clocks of tickets."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, insert, select, update

from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.deadlines import DeadlineKind
from storage.repositories.base import Repository
from storage.tables import clock_event

_INSERT = insert(clock_event)


class ClockEvents(Repository):
    """The history from which the deadlines of tickets are computed."""

    async def add(self, ticket_id: int, event: ClockEvent, person_id: int | None = None) -> None:
        """Add an event to the history of a ticket; *person_id*: the official who caused it."""
        row = {
            "ticket_id": ticket_id,
            "kind": event.kind.value,
            "at": event.at,
            "deadline": event.deadline.value if event.deadline is not None else None,
            "due": event.due,
            "person_id": person_id,
            "post": event.post,
        }
        self._transaction.defer_insert(_INSERT, row)

    async def list_for(self, ticket_ids: Collection[int]) -> dict[int, tuple[ClockEvent, ...]]:
        """Return the events of each of these tickets, in the order in which they were recorded."""
        if not ticket_ids:
            return {}
        columns = (clock_event.c.ticket_id, clock_event.c.kind, clock_event.c.at, clock_event.c.deadline)
        result = await self._transaction.execute(
            select(*columns, clock_event.c.due, clock_event.c.person_id, clock_event.c.post)
            .where(clock_event.c.ticket_id.in_(ticket_ids))
            .order_by(clock_event.c.ticket_id, clock_event.c.id)
        )
        found: defaultdict[int, list[ClockEvent]] = defaultdict(list)
        for row in result:
            deadline = DeadlineKind(row.deadline) if row.deadline is not None else None
            event = ClockEvent(ClockEventKind(row.kind), row.at, deadline, row.due, row.person_id, row.post)
            found[row.ticket_id].append(event)
        return {ticket_id: tuple(events) for ticket_id, events in found.items()}

    async def end_waits(self, ticket_ids: Collection[int], due: datetime, at: datetime) -> None:
        """End the waiting until *due* of each of these tickets at *at*, unless it is over."""
        if due <= at or not ticket_ids:
            return
        is_waiting = and_(clock_event.c.kind == ClockEventKind.WAIT.value, clock_event.c.due == due)
        await self._transaction.execute(
            update(clock_event).where(clock_event.c.ticket_id.in_(ticket_ids), is_waiting).values(due=at)
        )

    async def end_wait(self, ticket_id: int, at: datetime) -> None:
        """End the waiting of a ticket that has not ended at *at*."""
        await self._transaction.execute(
            update(clock_event)
            .where(
                clock_event.c.ticket_id == ticket_id,
                clock_event.c.kind == ClockEventKind.WAIT.value,
                clock_event.c.due > at,
            )
            .values(due=at)
        )
