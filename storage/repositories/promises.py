"""Promises to citizens."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, insert, select, update

from bot.domain.promises import Promise, PromiseOrigin, PromiseOutcome
from storage.repositories.base import Repository
from storage.tables import promise

_COLUMNS = tuple(promise.c[name] for name in Promise.__dataclass_fields__)


@cache
def _open_query() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(promise.c.ticket_id == bindparam("number", type_=promise.c.ticket_id.type), promise.c.ended_at.is_(None))
        .order_by(promise.c.id.desc())
        .limit(1)
    )


@cache
def _any_due_query() -> Select[Any]:
    is_due = promise.c.remind_at <= bindparam("now", type_=promise.c.remind_at.type)
    return select(promise.c.id).where(is_due).limit(1)


class Promises(Repository):
    """The days that the town has named to citizens."""

    async def add(
        self,
        ticket_id: int,
        person_id: int,
        answer_id: int,
        now: datetime,
        due_at: datetime,
        remind_at: datetime,
        origin: PromiseOrigin | None = None,
    ) -> None:
        """Insert a promise; an earlier one of an interim answer to the ticket, about which nobody decided, is moved."""
        values = {"ticket_id": ticket_id, "person_id": person_id, "answer_id": answer_id, "made_at": now}
        if origin is None:
            await self._decide_interim(ticket_id, PromiseOutcome.MOVED.value)
        code = origin.value if origin is not None else None
        await self._transaction.execute(
            insert(promise).values(**values, due_at=due_at, remind_at=remind_at, origin=code)
        )

    async def get(self, promise_id: int) -> Promise | None:
        """Return the promise, and lock it: two people may decide about it."""
        query = select(*_COLUMNS).where(promise.c.id == promise_id).with_for_update()
        row = (await self._transaction.execute(query)).first()
        return _from_row(row) if row else None

    async def list_for_ticket(self, ticket_id: int) -> list[Promise]:
        """List the promises about a ticket, the oldest first."""
        query = select(*_COLUMNS).where(promise.c.ticket_id == ticket_id).order_by(promise.c.id)
        return [_from_row(row) for row in await self._transaction.execute(query)]

    async def find_open(self, ticket_id: int) -> Promise | None:
        """Return the latest promise about a ticket that is still to be kept."""
        row = (await self._transaction.execute(_open_query(), {"number": ticket_id})).first()
        return _from_row(row) if row else None

    async def list_due_between(self, start: datetime, end: datetime) -> list[int]:
        """List the numbers of the tickets with a promise whose day ends in (start, end]."""
        query = select(promise.c.ticket_id).where(promise.c.due_at > start, promise.c.due_at <= end)
        return list((await self._transaction.execute(query)).scalars())

    async def has_due(self, now: datetime) -> bool:
        """Return whether anybody is to be reminded."""
        found = await self._transaction.execute(_any_due_query(), {"now": now})
        return found.first() is not None

    async def list_due(self, now: datetime, limit: int) -> list[Promise]:
        """List and lock the promises whose morning has come."""
        statement = select(*_COLUMNS).where(promise.c.remind_at <= now).order_by(promise.c.remind_at).limit(limit)
        result = await self._transaction.execute(statement.with_for_update(skip_locked=True))
        return [_from_row(row) for row in result]

    async def remind_again(self, promise_id: int, remind_at: datetime | None) -> None:
        """Set when somebody is reminded of the promise again."""
        await self._transaction.execute(update(promise).where(promise.c.id == promise_id).values(remind_at=remind_at))

    async def decide(self, promise_id: int, outcome: PromiseOutcome, now: datetime) -> None:
        """Record what became of a promise."""
        values: dict[str, Any] = {"outcome": outcome.value, "ended_at": now, "remind_at": None}
        await self._transaction.execute(update(promise).where(promise.c.id == promise_id).values(**values))

    async def end(self, ticket_id: int, now: datetime) -> None:
        """End the promises of interim answers to a ticket: nobody is reminded any more."""
        values: dict[str, Any] = {"ended_at": now, "remind_at": None}
        is_open = and_(promise.c.ticket_id == ticket_id, promise.c.ended_at.is_(None), promise.c.origin.is_(None))
        await self._transaction.execute(update(promise).where(is_open).values(**values))

    async def end_all(self, ticket_id: int, now: datetime) -> None:
        """End every promise about a ticket that nobody works on any more."""
        values: dict[str, Any] = {"ended_at": now, "remind_at": None}
        is_open = and_(promise.c.ticket_id == ticket_id, promise.c.ended_at.is_(None))
        await self._transaction.execute(update(promise).where(is_open).values(**values))

    async def decide_answered(self, ticket_id: int, now: datetime) -> None:
        """Record that the final answer has come: the day of an interim answer is kept, or it was over."""
        in_time = case((promise.c.due_at >= now, PromiseOutcome.KEPT.value), else_=PromiseOutcome.BROKEN.value)
        await self._decide_interim(ticket_id, in_time)

    async def _decide_interim(self, ticket_id: int, outcome: Any) -> None:
        undecided = and_(promise.c.ticket_id == ticket_id, promise.c.outcome.is_(None), promise.c.origin.is_(None))
        await self._transaction.execute(update(promise).where(undecided).values(outcome=outcome))


def _from_row(row: Any) -> Promise:
    values = dict(row._mapping)
    values["origin"] = PromiseOrigin(values["origin"]) if values["origin"] else None
    values["outcome"] = PromiseOutcome(values["outcome"]) if values["outcome"] else None
    return Promise(**values)
