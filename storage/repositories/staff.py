"""Officials and their accounts, as configured or joined by invitation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.domain.cards import AccountReachability
from bot.domain.people import MessengerName, Person, StaffAccount
from storage.repositories.base import Repository
from storage.tables import account, assignment, person
from storage.transaction import Transaction


class StaffDirectory(Repository):
    """The officials and their accounts; caches their reachability until it is changed."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._reachability: dict[StaffAccount, AccountReachability] | None = None

    def forget_reachability(self) -> None:
        """Read the reachability again when it is next needed: it was changed, or a change was rolled back."""
        self._reachability = None

    async def sync(self, wanted: Sequence[Person]) -> tuple[Person, ...]:
        """Make the stored staff equal *wanted* (whose ids are ignored); return it with stored ids.

        A person is recognised by any of the accounts, else by the name; those no longer wanted are kept as inactive,
        without the accounts that joined by invitation. Such accounts stay with everybody else, unless *wanted* names
        only accounts that this person never had: that is a successor under the same name. Every account keeps its
        reachability.
        """
        self.has_new_work = True
        self.forget_reachability()
        stored = (await self._transaction.execute(select(account))).all()
        owners = {(row.messenger, row.user_id): row.person_id for row in stored}
        joined: dict[int, list[StaffAccount]] = {}
        for row in stored:
            if row.joined:
                joined.setdefault(row.person_id, []).append(StaffAccount(MessengerName(row.messenger), row.user_id))
        namesakes: dict[str, list[int]] = {}
        for row in await self._transaction.execute(select(person.c.id, person.c.name).order_by(person.c.id)):
            namesakes.setdefault(row.name, []).append(row.id)
        await self._transaction.execute(update(person).values(active=False))
        await self._transaction.execute(delete(assignment))
        taken: set[int] = set()
        kept: list[Person] = []
        for one in wanted:
            candidates = [owners.get((a.messenger.value, a.user_id)) for a in one.accounts]
            candidates += namesakes.get(one.name, [])
            known = next((c for c in candidates if c is not None and c not in taken), None)
            person_id = await self._upsert_person(known, one)
            taken.add(person_id)
            named = {own.messenger for own in one.accounts}
            own_before = any(owners.get((a.messenger.value, a.user_id)) == person_id for a in one.accounts)
            stays = own_before or not one.accounts
            more = tuple(own for own in joined.get(person_id, []) if stays and own.messenger not in named)
            lasting = replace(one, id=person_id, accounts=(*one.accounts, *more))
            await self._sync_accounts(lasting, owners)
            await self._insert_assignments(lasting)
            kept.append(lasting)
        former = select(person.c.id).where(person.c.active.is_(False))
        await self._transaction.execute(delete(account).where(account.c.joined, account.c.person_id.in_(former)))
        return tuple(kept)

    async def _upsert_person(self, known: int | None, one: Person) -> int:
        if known is not None:
            await self._transaction.execute(
                update(person).where(person.c.id == known).values(name=one.name, active=True)
            )
            return known
        result = await self._transaction.execute(
            insert(person).values(name=one.name, active=True).returning(person.c.id)
        )
        return int(result.scalar_one())

    async def _sync_accounts(self, one: Person, owners: Mapping[tuple[str, str], int]) -> None:
        for own in one.accounts:
            statement = self._insert(account).values(
                messenger=own.messenger.value, user_id=own.user_id, person_id=one.id
            )
            await self._transaction.execute(
                statement.on_conflict_do_update(index_elements=["messenger", "user_id"], set_={"person_id": one.id})
            )
        present = {(own.messenger.value, own.user_id) for own in one.accounts}
        for (messenger, user_id), owner in owners.items():
            if owner == one.id and (messenger, user_id) not in present:
                await self._transaction.execute(
                    delete(account).where(
                        account.c.messenger == messenger, account.c.user_id == user_id, account.c.person_id == one.id
                    )
                )

    async def _insert_assignments(self, one: Person) -> None:
        sectors: list[str | None] = [*sorted(one.sectors)] or [None]
        districts: list[str | None] = [*sorted(one.districts)] or [None]
        rows = [
            {"person_id": one.id, "role": role.value, "sector": sector, "district": district}
            for role in sorted(one.roles)
            for sector in sectors
            for district in districts
        ]
        if rows:
            await self._transaction.execute(insert(assignment), rows)

    async def link_account(self, person_id: int, own: StaffAccount, now: datetime) -> None:
        """Give the account to that person, even if another had it before."""
        self.has_new_work = True
        self.forget_reachability()
        values = {"person_id": person_id, "joined": True, "joined_at": now, "unreachable_since": None}
        statement = self._insert(account).values(messenger=own.messenger.value, user_id=own.user_id, **values)
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["messenger", "user_id"], set_=values)
        )

    async def unlink_account(self, own: StaffAccount) -> None:
        """Delete the account; its owner acts as a citizen from now on."""
        self.has_new_work = True
        self.forget_reachability()
        await self._transaction.execute(delete(account).where(*_is_account(own)))

    async def list_joined_accounts(self) -> dict[StaffAccount, datetime | None]:
        """Return the accounts that joined by a code, with the moment; 0.1.0 did not record it."""
        result = await self._transaction.execute(
            select(account.c.messenger, account.c.user_id, account.c.joined_at).where(account.c.joined)
        )
        return {StaffAccount(MessengerName(row[0]), row[1]): row[2] for row in result}

    async def list_accounts(self) -> dict[int, tuple[StaffAccount, ...]]:
        """List everybody's accounts by the person's id: first those of the configuration, then those that joined.

        Messengers have the same order as in a person of the configuration: the first account is the default channel.
        """
        found: dict[int, list[StaffAccount]] = {}
        order = list(MessengerName)
        rows = (await self._transaction.execute(select(account).join(person).where(person.c.active))).all()
        for row in sorted(rows, key=lambda row: (row.joined, order.index(MessengerName(row.messenger)), row.user_id)):
            found.setdefault(row.person_id, []).append(StaffAccount(MessengerName(row.messenger), row.user_id))
        return {person_id: tuple(own) for person_id, own in found.items()}

    async def find_name(self, person_id: int) -> str | None:
        """Return the name, also of somebody who does not work here any more."""
        result = await self._transaction.execute(select(person.c.name).where(person.c.id == person_id))
        return result.scalar_one_or_none()

    async def set_unreachable_since(self, own: StaffAccount, since: datetime | None) -> bool:
        """Record since when an account is unreachable (``None``: it is reachable); True if that was a change."""
        self.forget_reachability()
        state = account.c.unreachable_since
        news = state.is_(None) if since is not None else state.is_not(None)
        result = await self._transaction.execute(
            update(account).where(*_is_account(own), news).values(unreachable_since=since)
        )
        return bool(result.rowcount)

    async def list_reachability(self) -> Mapping[StaffAccount, AccountReachability]:
        """Return the reachability of every active official's accounts."""
        if self._reachability is None:
            result = await self._transaction.execute(select(account).join(person).where(person.c.active))
            self._reachability = {
                StaffAccount(MessengerName(row.messenger), row.user_id): AccountReachability(
                    *(row.unreachable_since, row.wants_cards, row.wants_reports, row.via, row.diverted_since),
                    person_id=row.person_id,
                )
                for row in result
            }
        return self._reachability

    async def set_preferences(self, own: StaffAccount, *, cards: bool, reports: bool) -> None:
        """Record whether the person wants cards and reports in this account."""
        self.forget_reachability()
        await self._transaction.execute(
            update(account).where(*_is_account(own)).values(wants_cards=cards, wants_reports=reports)
        )

    async def set_contact_account(self, own: StaffAccount, our_account: str) -> None:
        """Record through which of the bot's accounts this person last wrote."""
        self.forget_reachability()
        await self._transaction.execute(update(account).where(*_is_account(own)).values(via=our_account))

    async def set_diverted_since(self, own: StaffAccount, since: datetime | None) -> bool:
        """Record since when messages for this account go elsewhere (``None``: they do not); True if changed."""
        self.forget_reachability()
        state = account.c.diverted_since
        news = state.is_(None) if since is not None else state.is_not(None)
        result = await self._transaction.execute(
            update(account).where(*_is_account(own), news).values(diverted_since=since)
        )
        return bool(result.rowcount)


def _is_account(own: StaffAccount) -> tuple[ColumnElement[bool], ...]:
    return account.c.messenger == own.messenger.value, account.c.user_id == own.user_id
