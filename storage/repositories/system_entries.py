"""Texts that people enter into other systems."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal_column, select, update

from bot.domain.entries import EntryState, SystemEntry
from storage.repositories.base import Repository
from storage.tables import system_entry

_COLUMNS = tuple(system_entry.c[name] for name in SystemEntry.__dataclass_fields__)
# planner: written out as in the partial index.
_IS_WAITING = system_entry.c.state == literal_column(f"'{EntryState.WAITING.value}'")


class SystemEntries(Repository):
    """Texts that wait to be entered into another system, and those that were."""

    async def add(
        self, ticket_id: int, answer_id: int, system: str, now: datetime, *, is_correction: bool
    ) -> SystemEntry:
        values: dict[str, Any] = {"ticket_id": ticket_id, "answer_id": answer_id, "system": system, "asked_at": now}
        values |= {"state": EntryState.WAITING.value, "is_correction": is_correction}
        result = await self._transaction.execute(insert(system_entry).values(values).returning(*_COLUMNS))
        return _from_row(result.one())

    async def get(self, entry_id: int, *, lock: bool = False) -> SystemEntry | None:
        query = select(*_COLUMNS).where(system_entry.c.id == entry_id)
        row = (await self._transaction.execute(query.with_for_update() if lock else query)).first()
        return _from_row(row) if row is not None else None

    async def find_latest(self, ticket_id: int) -> SystemEntry | None:
        """Return the newest text for another system that was not withdrawn."""
        query = (
            select(*_COLUMNS)
            .where(system_entry.c.ticket_id == ticket_id, system_entry.c.state != EntryState.WITHDRAWN.value)
            .order_by(system_entry.c.id.desc())
            .limit(1)
        )
        row = (await self._transaction.execute(query)).first()
        return _from_row(row) if row is not None else None

    async def find_waiting(self, ticket_id: int) -> SystemEntry | None:
        query = select(*_COLUMNS).where(system_entry.c.ticket_id == ticket_id, _IS_WAITING).limit(1)
        row = (await self._transaction.execute(query)).first()
        return _from_row(row) if row is not None else None

    async def was_entered(self, answer_id: int, ticket_id: int) -> bool:
        """Return whether the answer is in the other system, as it is now or as it was before a correction."""
        query = select(system_entry.c.id).where(
            system_entry.c.ticket_id == ticket_id,
            system_entry.c.answer_id == answer_id,
            system_entry.c.state == EntryState.ENTERED.value,
        )
        return (await self._transaction.execute(query.limit(1))).first() is not None

    async def list_waiting(self, limit: int, systems: Collection[str] | None = None) -> list[SystemEntry]:
        """List what waits, the oldest first; *systems*: only of these."""
        query = select(*_COLUMNS).where(_IS_WAITING).order_by(system_entry.c.asked_at, system_entry.c.id).limit(limit)
        if systems is not None:
            query = query.where(system_entry.c.system.in_(sorted(systems)))
        return [_from_row(row) for row in await self._transaction.execute(query)]

    async def list_waiting_systems(self) -> list[str]:
        """List the codes of the systems for which anything waits."""
        query = select(system_entry.c.system).where(_IS_WAITING).distinct().order_by(system_entry.c.system)
        return list((await self._transaction.execute(query)).scalars())

    async def end(self, entry_id: int, state: EntryState, now: datetime, person_id: int | None) -> None:
        values = {"state": state.value, "ended_at": now, "ended_by": person_id}
        await self._transaction.execute(update(system_entry).where(system_entry.c.id == entry_id).values(**values))


def _from_row(row: Any) -> SystemEntry:
    values = row._mapping
    return SystemEntry(**{**values, "state": EntryState(values["state"])})
