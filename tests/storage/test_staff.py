"""The officials of the database, their accounts, and how far these can be reached."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy import select

from bot.domain.cards import AccountReachability
from bot.domain.channels import Direction
from bot.domain.own_times import USUAL_TIMES, OwnTimes
from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.roles import Role
from storage.database import Database
from storage.tables import person
from tests.storage.helpers import NOW, time_after

OWN = StaffAccount(MessengerName.TELEGRAM, "1")


def make_person(name: str, *ids: int, role: Role = Role.HEAD, vk: int | None = None, **more: Any) -> Person:
    accounts = [StaffAccount(MessengerName.TELEGRAM, str(number)) for number in ids]
    accounts += [StaffAccount(MessengerName.VK, str(vk))] if vk else []
    return Person(0, name, frozenset({role}), accounts=tuple(accounts), **more)


async def add_staff(database: Database, *wanted: Person) -> list[int]:
    async with database.begin() as uow:
        return [one.id for one in await uow.staff.add_all(wanted)]


async def test_people_are_read_as_they_were_written(database: Database) -> None:
    whole = Person(
        0,
        "Начальник",
        frozenset({Role.HEAD, Role.SYSTEM_CURATOR}),
        frozenset({"roads", "housing"}),
        frozenset({"Центральный"}),
        (OWN, StaffAccount(MessengerName.VK, "10")),
        title="Директор департамента",
        stands_in=("Начальник отдела дорог", "Начальник ЖКХ"),
        systems=frozenset({"pos"}),
        digest_at=time(18, 5),
    )
    plain = make_person("ЖКХ", sectors=frozenset({"housing"}))
    first, second = await add_staff(database, whole, plain)

    async with database.read() as uow:
        staff = await uow.staff.load()
    assert staff.people == (replace(whole, id=first), replace(plain, id=second))
    async with database.begin() as uow:
        await uow.staff.update(replace(plain, id=second, name="Жильё", sectors=frozenset()))
        changed = await uow.staff.load()
    assert changed.people[1] == replace(plain, id=second, name="Жильё", sectors=frozenset())
    assert changed.version != staff.version


async def test_own_times_are_kept_until_the_official_goes(database: Database) -> None:
    own = OwnTimes((time(20), time(9, 30)), frozenset({5, 6}), frozenset({date(2026, 12, 31)}))
    first, second = await add_staff(database, make_person("Дороги", 1), make_person("ЖКХ", 2))
    async with database.begin() as uow:
        assert await uow.staff.find_own_times(first) == USUAL_TIMES
        await uow.staff.set_own_times(first, own)
        assert await uow.staff.find_own_times(first) == own
    async with database.begin() as uow:
        assert [await uow.staff.find_own_times(one) for one in (first, second)] == [own, USUAL_TIMES]
        await uow.staff.update((await uow.staff.load()).people[0])
        assert await uow.staff.find_own_times(first) == own, "a change of the place or of the file leaves them"
        await uow.staff.deactivate(first)
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(person.c.quiet_from, person.c.quiet_to, person.c.days_off))
        assert set(rows.all()) == {(None, None, None)}


async def test_an_official_who_goes_leaves_the_name_alone(database: Database) -> None:
    first, second = await add_staff(database, make_person("Дороги", 1), make_person("ЖКХ", 2))
    async with database.begin() as uow:
        await uow.staff.deactivate(first)

    async with database.read() as uow:
        assert [one.id for one in (await uow.staff.load()).people] == [second]
        assert await uow.staff.find_name(first) == "Дороги"
        assert await uow.staff.list_reachability() == {
            StaffAccount(MessengerName.TELEGRAM, "2"): AccountReachability(person_id=second)
        }


async def test_an_account_passes_to_another_person(database: Database) -> None:
    first, second = await add_staff(database, make_person("Дороги", 1, vk=10), make_person("ЖКХ", 2))
    async with database.begin() as uow:
        await uow.staff.add_account(second, OWN)
        await uow.staff.unlink_account(first, OWN)

    async with database.read() as uow:
        owned = {one.id: [own.user_id for own in one.accounts] for one in (await uow.staff.load()).people}
    assert owned == {first: ["10"], second: ["1", "2"]}


async def test_reachability_is_remembered(database: Database) -> None:
    staff = make_person("Дороги", 1)
    await add_staff(database, staff)
    async with database.begin() as uow:
        assert await uow.staff.set_unreachable_since(OWN, NOW)
        assert not await uow.staff.set_unreachable_since(OWN, NOW), "it was known already"
        assert not await uow.staff.set_unreachable_since(StaffAccount(MessengerName.TELEGRAM, "999"), NOW), "a stranger"

    async with database.begin() as uow:
        assert await uow.staff.list_reachability() == {OWN: AccountReachability(unreachable_since=NOW)}
        assert await uow.staff.set_unreachable_since(OWN, None)
        assert await uow.staff.list_reachability() == {OWN: AccountReachability()}


async def test_channel_choice_is_remembered(database: Database) -> None:
    staff = make_person("Дороги", 1, vk=10)
    await add_staff(database, staff)
    async with database.begin() as uow:
        await uow.staff.set_preferences(StaffAccount(MessengerName.VK, "10"), cards=True, reports=False)
        await uow.staff.set_contact_account(StaffAccount(MessengerName.VK, "10"), "vk:500")
        assert await uow.staff.set_diverted_since(OWN, NOW)
        assert not await uow.staff.set_diverted_since(OWN, NOW), "it was known already"

    async with database.read() as uow:
        known = await uow.staff.list_reachability()
    assert known[OWN] == AccountReachability(diverted_since=NOW)
    assert known[StaffAccount(MessengerName.VK, "10")] == AccountReachability(
        wants_cards=True, last_bot_account="vk:500"
    )


async def test_a_messenger_is_silent_since_its_first_failure(database: Database) -> None:
    async with database.begin() as uow:
        await uow.outages.start("telegram", Direction.OUT, NOW)
        await uow.outages.start("telegram", Direction.OUT, time_after(minutes=5))
        await uow.outages.start("max", Direction.IN, time_after(minutes=5))
        assert await uow.outages.started_before(NOW) == {("telegram", Direction.OUT)}
        assert await uow.outages.is_ongoing("max", Direction.IN)
        await uow.outages.resolve("telegram", Direction.OUT)
        await uow.outages.resolve("max", Direction.OUT)
        assert await uow.outages.started_before(time_after(hours=1)) == {("max", Direction.IN)}


async def test_accounts_are_listed_in_the_order_of_the_configuration(database: Database) -> None:
    own = tuple(StaffAccount(messenger, "5") for messenger in MessengerName)
    [number] = await add_staff(database, Person(0, "Начальник", frozenset({Role.HEAD}), accounts=own))

    async with database.read() as uow:
        assert (await uow.staff.list_accounts())[number] == own


async def test_reachability_is_current_after_a_change_and_after_its_rollback(database: Database) -> None:
    class ForcedRollback(Exception):
        pass

    async with database.begin() as uow:
        await uow.staff.add_all([make_person("Дороги", 1)])
        before = await uow.staff.list_reachability()
        try:
            async with uow.savepoint():
                assert await uow.staff.set_unreachable_since(OWN, NOW)
                assert (await uow.staff.list_reachability())[OWN].unreachable_since == NOW
                raise ForcedRollback
        except ForcedRollback:
            pass
        assert await uow.staff.list_reachability() == before
