"""Officials with their roles and accounts. Each change gives the whole a new version, which all processes follow."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, insert, select, update

from bot.domain.cards import AccountReachability
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.own_times import USUAL_TIMES, OwnTimes
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from storage.repositories.base import Repository
from storage.repositories.versions import STAFF_VERSION
from storage.tables import account, assignment, installation, person
from storage.transaction import Transaction

_TIMES = (person.c.quiet_from, person.c.quiet_to, person.c.days_off, person.c.budget)


@cache
def _reachability_query() -> Select[Any]:
    return select(account, *_TIMES).join(person).where(person.c.active)


@cache
def _name_query() -> Select[Any]:
    return select(person.c.name).where(person.c.id == bindparam("number", type_=person.c.id.type))


class StaffDirectory(Repository):
    """The officials and their accounts; caches their reachability and own times until these are changed."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._reachability: dict[StaffAccount, AccountReachability] | None = None
        self._own_times: dict[int, OwnTimes] = {}  # read with the reachability
        self._budgets: dict[int, NoticeBudget] = {}  # likewise

    def forget_reachability(self) -> None:
        """Read the reachability again when it is next needed: it was changed, or a change was rolled back."""
        self._reachability = None

    async def load(self) -> Staff:
        """Return all officials who work here, in the order in which they came, with their accounts."""
        people = await self._list_people(person.c.active)
        return Staff(tuple(people), version=await self.find_version() or "")

    async def list_former(self) -> list[Person]:
        """List officials who have gone, the latest first, with the place that they had."""
        return [one for one in reversed(await self._list_people(person.c.active.is_(False))) if one.roles]

    async def _list_people(self, which: ColumnElement[bool]) -> list[Person]:
        rows = await self._transaction.execute(select(person).where(which).order_by(person.c.id))
        held: dict[int, list[Row[Any]]] = {}
        for row in await self._transaction.execute(select(assignment).join(person).where(which)):
            held.setdefault(row.person_id, []).append(row)
        owned = await self.list_accounts()
        return [_to_person(row, held.get(row.id, ()), owned.get(row.id, ())) for row in rows]

    async def has_people(self) -> bool:
        """Return whether the database has ever had an official."""
        return (await self._transaction.execute(select(person.c.id).limit(1))).first() is not None

    async def find_version(self) -> str | None:
        """Return a word that changes with every change of people or accounts; ``None`` in a database of 0.1.0."""
        result = await self._transaction.execute(
            select(installation.c.value).where(installation.c.name == STAFF_VERSION)
        )
        return result.scalar_one_or_none()

    async def mark_changed(self) -> None:
        """Let every process read the people again."""
        self.has_new_work = True
        self.forget_reachability()
        value = secrets.token_hex(8)
        statement = self._insert(installation).values(name=STAFF_VERSION, value=value)
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def add(self, one: Person) -> Person:
        """Add an official, with their accounts; return them with the new id."""
        result = await self._transaction.execute(
            insert(person).values(active=True, **_columns(one)).returning(person.c.id)
        )
        added = replace(one, id=int(result.scalar_one()))
        await self._insert_assignments(added)
        for own in added.accounts:
            await self._link(added.id, own, {"joined": False})
        await self.mark_changed()
        return added

    async def add_all(self, wanted: Sequence[Person]) -> tuple[Person, ...]:
        return tuple([await self.add(one) for one in wanted])

    async def update(self, one: Person) -> None:
        """Store everything about an official but the accounts."""
        await self._transaction.execute(update(person).where(person.c.id == one.id).values(**_columns(one)))
        await self._transaction.execute(delete(assignment).where(assignment.c.person_id == one.id))
        await self._insert_assignments(one)
        await self.mark_changed()

    async def deactivate(self, person_id: int) -> None:
        """End the work of an official; their name remains for the history, their place to be filled again."""
        own = _times_columns(USUAL_TIMES)
        await self._transaction.execute(update(person).where(person.c.id == person_id).values(active=False, **own))
        await self._transaction.execute(delete(account).where(account.c.person_id == person_id))
        await self.mark_changed()

    async def _insert_assignments(self, one: Person) -> None:
        sectors: list[str | None] = [*sorted(one.sectors)] or [None]
        districts: list[str | None] = [*sorted(one.districts)] or [None]
        rows = [
            {"person_id": one.id, "role": role, "sector": sector, "district": district}
            for role in sorted(one.roles)
            for sector in sectors
            for district in districts
        ]
        if rows:
            await self._transaction.execute(insert(assignment), rows)

    async def add_account(self, person_id: int, own: StaffAccount) -> None:
        """Give the account that the file names to that person, even if another had it before."""
        await self._link(person_id, own, {"joined": False})
        await self.mark_changed()

    async def link_account(self, person_id: int, own: StaffAccount, now: datetime) -> None:
        """Give the account that sent a code to that person, even if another had it before."""
        await self._link(person_id, own, {"joined": True, "joined_at": now, "unreachable_since": None})
        await self.mark_changed()

    async def _link(self, person_id: int, own: StaffAccount, more: Mapping[str, Any]) -> None:
        values = {"person_id": person_id, **more}
        statement = self._insert(account).values(messenger=own.messenger.value, user_id=own.user_id, **values)
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["messenger", "user_id"], set_=values)
        )

    async def unlink_account(self, person_id: int, own: StaffAccount) -> None:
        """Delete the account of that person; its owner acts as a citizen from now on."""
        await self._transaction.execute(delete(account).where(*_is_account(own), account.c.person_id == person_id))
        await self.mark_changed()

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
        result = await self._transaction.execute(_name_query(), {"number": person_id})
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
            rows = await self._transaction.execute(_reachability_query())
            result = rows.all()
            self._own_times = {row.person_id: _to_times(row) for row in result if _has_times(row)}
            self._budgets = {row.person_id: NoticeBudget(row.budget) for row in result if row.budget is not None}
            self._reachability = {
                StaffAccount(MessengerName(row.messenger), row.user_id): AccountReachability(
                    *(row.unreachable_since, row.wants_cards, row.wants_reports, row.via, row.diverted_since),
                    person_id=row.person_id,
                )
                for row in result
            }
        return self._reachability

    async def find_own_times(self, person_id: int) -> OwnTimes:
        """Return the own quiet hours and days off of an official with an account; :data:`USUAL_TIMES` without any."""
        await self.list_reachability()
        return self._own_times.get(person_id, USUAL_TIMES)

    async def find_budget(self, person_id: int) -> NoticeBudget:
        """Return what may ring at an official with an account."""
        await self.list_reachability()
        return self._budgets.get(person_id, NoticeBudget.ALL)

    async def set_budget(self, person_id: int, budget: NoticeBudget) -> None:
        self.forget_reachability()
        await self._transaction.execute(update(person).where(person.c.id == person_id).values(budget=budget.value))

    async def set_own_times(self, person_id: int, own: OwnTimes) -> None:
        self.forget_reachability()
        await self._transaction.execute(update(person).where(person.c.id == person_id).values(**_times_columns(own)))

    async def find_summary_hour(self, person_id: int) -> time | None:
        """Return the own hour of the daily summary."""
        stored = (await self._transaction.execute(select(person.c.digest_at).where(person.c.id == person_id))).scalar()
        return time.fromisoformat(stored) if stored else None

    async def set_summary_hour(self, person_id: int, at: time | None) -> None:
        """Set the own hour of the daily summary; ``None``: that of the town."""
        value = at.isoformat("minutes") if at is not None else None
        await self._transaction.execute(update(person).where(person.c.id == person_id).values(digest_at=value))
        await self.mark_changed()

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


def _columns(one: Person) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "stands_in": list(one.stands_in),
        "systems": sorted(one.systems),
        "digest_at": f"{one.digest_at:%H:%M}" if one.digest_at is not None else None,
    }


def _times_columns(own: OwnTimes) -> dict[str, Any]:
    start, end = own.hours or (None, None)
    days = {"weekdays": sorted(own.weekdays), "dates": sorted(one.isoformat() for one in own.dates)}
    return {
        "quiet_from": f"{start:%H:%M}" if start is not None else None,
        "quiet_to": f"{end:%H:%M}" if end is not None else None,
        "days_off": days if own.weekdays or own.dates else None,
    }


def _has_times(row: Row[Any]) -> bool:
    return row.quiet_from is not None or row.days_off is not None


def _to_times(row: Row[Any]) -> OwnTimes:
    days = row.days_off or {}
    return OwnTimes(
        hours=(time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_to)) if row.quiet_from else None,
        weekdays=frozenset(days.get("weekdays", ())),
        dates=frozenset(map(date.fromisoformat, days.get("dates", ()))),
    )


def _to_person(row: Row[Any], held: Sequence[Row[Any]], accounts: tuple[StaffAccount, ...]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        roles=frozenset(one.role for one in held),
        sectors=frozenset(one.sector for one in held if one.sector is not None),
        districts=frozenset(one.district for one in held if one.district is not None),
        accounts=accounts,
        title=row.title or "",
        stands_in=tuple(row.stands_in or ()),
        systems=frozenset(row.systems or ()),
        digest_at=time.fromisoformat(row.digest_at) if row.digest_at else None,
    )
