"""Staff as the configuration names it: people keep their numbers whatever is rewritten."""

from typing import Any

from bot.domain.cards import Reach
from bot.domain.channels import Way
from bot.domain.people import Account, MessengerName, Person, Role
from storage.database import Database
from tests.storage.helpers import NOW, later

OWN = Account(MessengerName.TELEGRAM, "1")


def person(name: str, *ids: int, role: Role = Role.HEAD, vk: int | None = None, **more: Any) -> Person:
    accounts = [Account(MessengerName.TELEGRAM, str(number)) for number in ids]
    accounts += [Account(MessengerName.VK, str(vk))] if vk else []
    return Person(0, name, frozenset({role}), accounts=tuple(accounts), **more)


async def replace(database: Database, *wanted: Person) -> list[int]:
    async with database.begin() as uow:
        return [one.id for one in await uow.people.replace(wanted)]


async def test_a_restart_gives_everybody_the_same_number(database: Database) -> None:
    staff = (person("Дороги", 1, sectors=frozenset({"roads"})), person("ЖКХ", 2), person("Без телефона"))
    numbers = await replace(database, *staff)

    assert len(set(numbers)) == 3
    assert await replace(database, *staff) == numbers
    assert await replace(database, *reversed(staff)) == numbers[::-1]


async def test_a_new_name_or_a_new_account_is_the_same_person(database: Database) -> None:
    [number] = await replace(database, person("Начальник", 1, vk=10))

    assert await replace(database, person("Начальник отдела дорог", 1)) == [number]
    assert await replace(database, person("Начальник отдела дорог", 7)) == [number]
    async with database.read() as uow:
        assert await uow.people.name(number) == "Начальник отдела дорог"


async def test_who_left_keeps_the_name_and_comes_back_as_himself(database: Database) -> None:
    first, second = await replace(database, person("Дороги", 1), person("ЖКХ", 2))
    assert await replace(database, person("ЖКХ", 2)) == [second]

    async with database.read() as uow:
        assert await uow.people.name(first) == "Дороги"
    assert await replace(database, person("ЖКХ", 2), person("Дороги", 1)) == [second, first]


async def test_an_account_passes_to_another_person(database: Database) -> None:
    first, second = await replace(database, person("Дороги", 1, vk=10), person("ЖКХ", 2))

    assert await replace(database, person("Дороги", vk=10), person("ЖКХ", 2, 1)) == [first, second]


async def test_whether_an_account_can_be_reached_survives_a_restart(database: Database) -> None:
    staff = person("Дороги", 1)
    await replace(database, staff)
    async with database.begin() as uow:
        assert await uow.people.set_reachable(OWN, NOW)
        assert not await uow.people.set_reachable(OWN, NOW), "it was known already"
        assert not await uow.people.set_reachable(Account(MessengerName.TELEGRAM, "999"), NOW), "a stranger"
    await replace(database, staff)

    async with database.begin() as uow:
        assert await uow.people.reaches() == {OWN: Reach(unreachable_since=NOW)}
        assert await uow.people.set_reachable(OWN, None)
        assert await uow.people.reaches() == {OWN: Reach()}


async def test_what_was_chosen_survives_a_restart(database: Database) -> None:
    staff = person("Дороги", 1, vk=10)
    await replace(database, staff)
    async with database.begin() as uow:
        await uow.people.choose(Account(MessengerName.VK, "10"), cards=True, reports=False)
        await uow.people.speaks_via(Account(MessengerName.VK, "10"), "vk:500")
        assert await uow.people.divert(OWN, NOW)
        assert not await uow.people.divert(OWN, NOW), "it was known already"
    await replace(database, staff)

    async with database.read() as uow:
        known = await uow.people.reaches()
    assert known[OWN] == Reach(diverted_since=NOW)
    assert known[Account(MessengerName.VK, "10")] == Reach(wants_cards=True, via="vk:500")


async def test_a_messenger_is_silent_since_its_first_failure(database: Database) -> None:
    async with database.begin() as uow:
        await uow.outages.begin("telegram", Way.OUT, NOW)
        await uow.outages.begin("telegram", Way.OUT, later(minutes=5))
        await uow.outages.begin("max", Way.IN, later(minutes=5))
        assert await uow.outages.before(NOW) == {("telegram", Way.OUT)}
        assert await uow.outages.lasting("max", Way.IN)
        await uow.outages.end("telegram", Way.OUT)
        await uow.outages.end("max", Way.OUT)
        assert await uow.outages.before(later(hours=1)) == {("max", Way.IN)}
