"""Officials and their accounts, as the configuration names them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from bot.domain.people import Person
from storage.repositories.base import Repository
from storage.tables import account, assignment, person


class People(Repository):
    """Who works here."""

    async def replace(self, wanted: Sequence[Person]) -> tuple[Person, ...]:
        """Make the stored staff equal *wanted* (whose ids do not matter); returns it with lasting ids.

        A person is recognised by any of the accounts, else by the name; who is not wanted any more stays in the past
        as inactive. Whether an account can be reached is kept.
        """
        owners = {
            (row.messenger, row.user_id): row.person_id
            for row in await self._connection.execute(
                select(account.c.messenger, account.c.user_id, account.c.person_id)
            )
        }
        names = {row.name: row.id for row in await self._connection.execute(select(person.c.id, person.c.name))}
        await self._connection.execute(update(person).values(active=False))
        await self._connection.execute(delete(assignment))
        taken: set[int] = set()
        kept: list[Person] = []
        for one in wanted:
            candidates = [owners.get((a.messenger.value, a.user_id)) for a in one.accounts] + [names.get(one.name)]
            known = next((c for c in candidates if c is not None and c not in taken), None)
            person_id = await self._save(known, one)
            taken.add(person_id)
            await self._attach(person_id, one, owners)
            kept.append(
                Person(person_id, one.name, one.roles, one.sectors, one.districts, one.accounts),
            )
        return tuple(kept)

    async def _save(self, known: int | None, one: Person) -> int:
        if known is not None:
            await self._connection.execute(
                update(person).where(person.c.id == known).values(name=one.name, active=True)
            )
            return known
        result = await self._connection.execute(
            insert(person).values(name=one.name, active=True).returning(person.c.id)
        )
        return int(result.scalar_one())

    async def _attach(self, person_id: int, one: Person, owners: Mapping[tuple[str, str], int]) -> None:
        for own in one.accounts:
            statement = self._insert(account).values(
                messenger=own.messenger.value, user_id=own.user_id, person_id=person_id
            )
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["messenger", "user_id"], set_={"person_id": person_id})
            )
        gone = [
            key
            for key, owner in owners.items()
            if owner == person_id and not any((a.messenger.value, a.user_id) == key for a in one.accounts)
        ]
        for messenger, user_id in gone:
            await self._connection.execute(
                delete(account).where(
                    account.c.messenger == messenger, account.c.user_id == user_id, account.c.person_id == person_id
                )
            )
        sectors: list[str | None] = [*sorted(one.sectors)] or [None]
        districts: list[str | None] = [*sorted(one.districts)] or [None]
        rows = [
            {"person_id": person_id, "role": role.value, "sector": sector, "district": district}
            for role in sorted(one.roles)
            for sector in sectors
            for district in districts
        ]
        if rows:
            await self._connection.execute(insert(assignment), rows)

    async def name(self, person_id: int) -> str | None:
        """The name, also of somebody who does not work here any more."""
        result = await self._connection.execute(select(person.c.name).where(person.c.id == person_id))
        return result.scalar_one_or_none()

    async def set_reachable(self, messenger: str, user_id: str, since: datetime | None) -> bool:
        """Remember that an account cannot be reached *since* then (``None``: it can). Whether that is news."""
        state = account.c.unreachable_since
        result = await self._connection.execute(
            update(account)
            .where(
                account.c.messenger == messenger,
                account.c.user_id == user_id,
                state.is_(None) if since is not None else state.is_not(None),
            )
            .values(unreachable_since=since)
        )
        return bool(result.rowcount)

    async def unreachable(self) -> dict[tuple[str, str], datetime]:
        """Accounts that cannot be reached, and since when."""
        result = await self._connection.execute(
            select(account.c.messenger, account.c.user_id, account.c.unreachable_since).where(
                account.c.unreachable_since.is_not(None)
            )
        )
        return {(row[0], row[1]): row[2] for row in result}
