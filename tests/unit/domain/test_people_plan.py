"""The steps from the people of the database to those of a file."""

from typing import Any

from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.people_plan import PersonField, compare
from bot.domain.roles import Role


def make_person(number: int, name: str, *telegram: int, vk: int | None = None, **more: Any) -> Person:
    accounts = [StaffAccount(MessengerName.TELEGRAM, str(one)) for one in telegram]
    accounts += [StaffAccount(MessengerName.VK, str(vk))] if vk else []
    return Person(number, name, frozenset({Role.HEAD}), accounts=tuple(accounts), **more)


def test_the_same_people_are_no_steps_in_any_order() -> None:
    stored = [make_person(1, "Дороги", 1, sectors=frozenset({"roads"})), make_person(2, "ЖКХ", 2)]
    assert not compare(stored, [make_person(0, "ЖКХ", 2), make_person(0, "Дороги", 1, sectors=frozenset({"roads"}))])


def test_an_account_tells_more_than_a_name() -> None:
    stored = [make_person(1, "Начальник", 1), make_person(2, "Заместитель", 2)]

    plan = compare(stored, [make_person(0, "Начальник", 2), make_person(0, "Прежний начальник", 1)])

    assert [(one.before.id, one.fields) for one in plan.changed] == [
        (2, (PersonField.NAME,)),
        (1, (PersonField.NAME,)),
    ]


def test_a_further_account_of_a_recognised_person_stays() -> None:
    stored = [make_person(1, "Дороги", 1, 9, vk=10)]
    assert not compare(stored, [make_person(0, "Дороги", 1)])
    assert not compare(stored, [make_person(0, "Дороги")]), "the file need not know the number"


def test_another_account_in_the_same_messenger_replaces_the_first() -> None:
    stored = [make_person(1, "Дороги", 1, vk=10)]

    [change] = compare(stored, [make_person(0, "Дороги", 7, vk=10)]).changed

    assert change.lost_accounts == (StaffAccount(MessengerName.TELEGRAM, "1"),)
    assert change.new_accounts == (StaffAccount(MessengerName.TELEGRAM, "7"),)


def test_a_successor_under_the_same_name_keeps_no_account() -> None:
    [change] = compare([make_person(1, "Дороги", 1)], [make_person(0, "Дороги", vk=10)]).changed
    assert [own.user_id for own in change.after.accounts] == ["10"]


def test_people_come_and_go() -> None:
    plan = compare(
        [make_person(1, "Дороги", 1), make_person(2, "ЖКХ", 2)], [make_person(0, "ЖКХ", 2), make_person(0, "Школы")]
    )
    assert ([one.name for one in plan.added], plan.changed, [one.id for one in plan.dismissed]) == (["Школы"], (), [1])
