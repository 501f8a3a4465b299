"""Delegations of tickets to the people who write their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal_column, select, update

from bot.domain.delegations import OPEN_DELEGATION_STATES, Delegation, DelegationState
from storage.repositories.base import Repository
from storage.tables import delegation

_COLUMNS = tuple(delegation.c[name] for name in Delegation.__dataclass_fields__)
_IS_OPEN = delegation.c.state.in_(sorted(state.value for state in OPEN_DELEGATION_STATES))


class Delegations(Repository):
    """People who were asked to write answers."""

    async def add(self, ticket_id: int, person_id: int, by_id: int, now: datetime, due: datetime | None) -> None:
        values = {"ticket_id": ticket_id, "person_id": person_id, "by_id": by_id, "at": now, "due": due}
        await self._transaction.execute(
            insert(delegation).values(**values, state=DelegationState.ASKED.value, media=[])
        )

    async def list_open(self, ticket_id: int) -> list[Delegation]:
        """List the delegations of a ticket that have neither been withdrawn nor done, in their order."""
        result = await self._transaction.execute(
            select(*_COLUMNS).where(delegation.c.ticket_id == ticket_id, _IS_OPEN).order_by(delegation.c.id)
        )
        return [_from_row(row) for row in result]

    async def list_asked(self, person_id: int) -> list[int]:
        """List the numbers of the tickets whose answer *person_id* was asked to write and has not written."""
        # planner: written out as in the partial index.
        is_asked = delegation.c.state == literal_column(f"'{DelegationState.ASKED.value}'")
        query = select(delegation.c.ticket_id).where(is_asked, delegation.c.person_id == person_id)
        return list((await self._transaction.execute(query)).scalars())

    async def save(self, changed: Delegation) -> None:
        """Save the state and the part of a delegation."""
        await self._transaction.execute(
            update(delegation)
            .where(delegation.c.id == changed.id)
            .values(state=changed.state.value, part=changed.part, media=list(changed.media), given_at=changed.given_at)
        )

    async def end_all(self, ticket_id: int, state: DelegationState) -> list[int]:
        """End the open delegations of a ticket; return the ids of their people."""
        result = await self._transaction.execute(
            update(delegation)
            .where(delegation.c.ticket_id == ticket_id, _IS_OPEN)
            .values(state=state.value)
            .returning(delegation.c.person_id)
        )
        return list(result.scalars())


def _from_row(row: Any) -> Delegation:
    values = row._mapping
    return Delegation(**{**values, "state": DelegationState(values["state"]), "media": tuple(values["media"])})
