"""Staff as the configuration names it: people keep their numbers whatever is rewritten."""

from typing import Any

from bot.domain.cards import AccountReachability
from bot.domain.channels import Direction
from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.roles import Role
from storage.database import Database
from tests.storage.helpers import NOW, time_after

OWN = StaffAccount(MessengerName.TELEGRAM, "1")


def make_person(name: str, *ids: int, role: Role = Role.HEAD, vk: int | None = None, **more: Any) -> Person:
    accounts = [StaffAccount(MessengerName.TELEGRAM, str(number)) for number in ids]
    accounts += [StaffAccount(MessengerName.VK, str(vk))] if vk else []
    return Person(0, name, frozenset({role}), accounts=tuple(accounts), **more)


async def replace_staff(database: Database, *wanted: Person) -> list[int]:
    async with database.begin() as uow:
        return [one.id for one in await uow.staff.sync(wanted)]


async def test_a_restart_gives_everybody_the_same_number(database: Database) -> None:
    staff = (make_person("Дороги", 1, sectors=frozenset({"roads"})), make_person("ЖКХ", 2), make_person("Без телефона"))
    numbers = await replace_staff(database, *staff)

    assert len(set(numbers)) == 3
    assert await replace_staff(database, *staff) == numbers
    assert await replace_staff(database, *reversed(staff)) == numbers[::-1]


async def test_a_new_name_or_a_new_account_is_the_same_person(database: Database) -> None:
    [number] = await replace_staff(database, make_person("Начальник", 1, vk=10))

    assert await replace_staff(database, make_person("Начальник отдела дорог", 1)) == [number]
    assert await replace_staff(database, make_person("Начальник отдела дорог", 7)) == [number]
    async with database.read() as uow:
        assert await uow.staff.find_name(number) == "Начальник отдела дорог"


async def test_removed_person_keeps_name_and_identity(database: Database) -> None:
    first, second = await replace_staff(database, make_person("Дороги", 1), make_person("ЖКХ", 2))
    assert await replace_staff(database, make_person("ЖКХ", 2)) == [second]

    async with database.read() as uow:
        assert await uow.staff.find_name(first) == "Дороги"
    assert await replace_staff(database, make_person("ЖКХ", 2), make_person("Дороги", 1)) == [second, first]


async def test_an_account_passes_to_another_person(database: Database) -> None:
    first, second = await replace_staff(database, make_person("Дороги", 1, vk=10), make_person("ЖКХ", 2))

    assert await replace_staff(database, make_person("Дороги", vk=10), make_person("ЖКХ", 2, 1)) == [first, second]


async def test_reachability_survives_restart(database: Database) -> None:
    staff = make_person("Дороги", 1)
    await replace_staff(database, staff)
    async with database.begin() as uow:
        assert await uow.staff.set_unreachable_since(OWN, NOW)
        assert not await uow.staff.set_unreachable_since(OWN, NOW), "it was known already"
        assert not await uow.staff.set_unreachable_since(StaffAccount(MessengerName.TELEGRAM, "999"), NOW), "a stranger"
    await replace_staff(database, staff)

    async with database.begin() as uow:
        assert await uow.staff.list_reachability() == {OWN: AccountReachability(unreachable_since=NOW)}
        assert await uow.staff.set_unreachable_since(OWN, None)
        assert await uow.staff.list_reachability() == {OWN: AccountReachability()}


async def test_channel_choice_survives_restart(database: Database) -> None:
    staff = make_person("Дороги", 1, vk=10)
    await replace_staff(database, staff)
    async with database.begin() as uow:
        await uow.staff.set_preferences(StaffAccount(MessengerName.VK, "10"), cards=True, reports=False)
        await uow.staff.set_contact_account(StaffAccount(MessengerName.VK, "10"), "vk:500")
        assert await uow.staff.set_diverted_since(OWN, NOW)
        assert not await uow.staff.set_diverted_since(OWN, NOW), "it was known already"
    await replace_staff(database, staff)

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
    [number] = await replace_staff(database, Person(0, "Начальник", frozenset({Role.HEAD}), accounts=own))

    async with database.read() as uow:
        assert (await uow.staff.list_accounts())[number] == own


async def test_reachability_is_current_after_a_change_and_after_its_rollback(database: Database) -> None:
    class ForcedRollback(Exception):
        pass

    async with database.begin() as uow:
        await uow.staff.sync([make_person("Дороги", 1)])
        before = await uow.staff.list_reachability()
        try:
            async with uow.savepoint():
                assert await uow.staff.set_unreachable_since(OWN, NOW)
                assert (await uow.staff.list_reachability())[OWN].unreachable_since == NOW
                raise ForcedRollback
        except ForcedRollback:
            pass
        assert await uow.staff.list_reachability() == before
