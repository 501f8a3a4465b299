"""Absences of officials; all that are not long over are read at once, as they are few."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, or_, select, update

from bot.domain.absences import Absence, AbsencePlan
from storage.repositories.base import Repository
from storage.tables import absence
from storage.transaction import Transaction

KEPT = timedelta(days=400)
"""Time after its end for which an absence says whose tickets a stand-in has taken."""

_COLUMNS = tuple(absence.c[field.name] for field in fields(Absence))


@cache
def _recent_query() -> Select[Any]:
    is_recent = or_(
        absence.c.ended_at.is_(None), absence.c.last_day >= bindparam("since", type_=absence.c.last_day.type)
    )
    return select(*_COLUMNS).where(is_recent).order_by(absence.c.id)


class Absences(Repository):
    """The absences; the plan is read once in a transaction, until it is changed."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._plan: AbsencePlan | None = None

    def forget(self) -> None:
        """Read the plan again when it is next needed."""
        self._plan = None

    async def plan(self, today: date) -> AbsencePlan:
        """Return the absences that are not long over on *today*."""
        if self._plan is None:
            rows = await self._transaction.execute(_recent_query(), {"since": today - KEPT})
            self._plan = AbsencePlan(tuple(Absence(*row) for row in rows))
        return self._plan

    async def add(self, person_id: int, first: date, last: date, created_by: int, now: datetime) -> int:
        """Insert an absence without a stand-in; return its id."""
        self.forget()
        values = {"person_id": person_id, "first_day": first, "last_day": last}
        statement = insert(absence).values(**values, created_by=created_by, created_at=now).returning(absence.c.id)
        return int((await self._transaction.execute(statement)).scalar_one())

    async def choose_stand_in(self, absence_id: int, stand_in_id: int | None) -> None:
        """Record who was asked to stand in; ``None``: nobody."""
        await self._update(absence_id, stand_in_id=stand_in_id, agreed_at=None, decided_by=None)

    async def agree(self, absence_id: int, now: datetime, decided_by: int) -> None:
        """Record that the stand-in has agreed, or that an administrator decided."""
        await self._update(absence_id, agreed_at=now, decided_by=decided_by)

    async def start(self, absence_id: int, now: datetime) -> None:
        await self._update(absence_id, started_at=now)

    async def end(self, absence_id: int, now: datetime) -> None:
        await self._update(absence_id, ended_at=now)

    async def remind(self, absence_id: int, days: int) -> None:
        await self._update(absence_id, reminded_days=days)

    async def _update(self, absence_id: int, **values: Any) -> None:
        self.forget()
        await self._transaction.execute(update(absence).where(absence.c.id == absence_id).values(**values))
