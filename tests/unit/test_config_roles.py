"""``[[roles]]`` of the configuration: read as written, refused with a remedy where nobody could work with them."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.config.warnings import list_warnings
from bot.domain.recipients import Hearing
from bot.domain.roles import Right, Scope
from tests.unit.test_config_bad import GOOD, build_config, faults_of

PEOPLE = (
    GOOD["staff"]
    + '[[staff]]\nname = "А"\nrole = "administrator"\n[[staff]]\nname = "Р"\nrole = "head"\nsectors = ["roads"]\n'
)


def town(roles: str, staff: str = PEOPLE) -> str:
    return build_config(staff=staff, roles=roles)


def test_roles_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    lawyer = '[[staff]]\nname = "Ю"\nroles = ["lawyer", "curator"]\nsectors = ["roads"]\n'
    roles = """
[[roles]]
code = "lawyer"
base = "expert"
title = "Юрист"
may = ["approve"]
[[roles]]
code = "expert"
base = "employee"
hears = ["cards"]
[[roles]]
code = "coordinator"
title = "Специалист по работе с ЦУР"
may_not = ["dismiss"]
hears_not = ["danger"]
[[rules]]
approval = ["lawyer"]
"""
    path.write_text(town(roles, PEOPLE + lawyer), encoding="utf-8")
    config = load_config(path)
    book = config.roles()
    assert book.titles() == {"lawyer": "Юрист", "coordinator": "Специалист по работе с ЦУР"}
    assert book.scopes({"lawyer"}, Right.APPROVE) == {Scope.OWN}
    assert book.scopes({"lawyer"}, Right.DRAFT) == {Scope.OWN}
    assert book.listening(Hearing.CARDS) == {"expert", "lawyer"}
    assert not book.scopes({"coordinator"}, Right.DISMISS)
    assert config.staff[-1].roles == {"lawyer", "curator"}
    assert config.rules().rules[0].approval == ("lawyer",)


def test_words_without_effect_are_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    roles = '[[roles]]\ncode = "head"\nmay = ["control", "audit"]\nhears = ["overdue", "weekly"]\n'
    path.write_text(town(roles + 'hears_not = ["conflicts"]\n'), encoding="utf-8")
    notes = [note for note in list_warnings(load_config(path)) if note.key.startswith("roles")]
    assert [note.key for note in notes] == ["roles[0].may", "roles[0].hears", "roles[0].hears_not"]
    for note, word in zip(notes, ("«audit»", "«weekly»", "«conflicts»"), strict=True):
        assert word in note.problem


@pytest.mark.parametrize(
    ("roles", "key", "problem", "remedy"),
    [
        ('[[roles]]\ncode = "Юрист"\nbase = "head"\n', "roles[0].code", "не подходит", "латинских"),
        ('[[roles]]\ntitle = "Юрист"\n', "roles[0].code", "не указан", 'code = "lawyer"'),
        ('[[roles]]\ncode = "cordinator"\n', "roles[0].base", "нет основы", "«coordinator»"),
        ('[[roles]]\ncode = "lawyer"\nbase = "hed"\n', "roles[0].base", "«hed»", "«head»"),
        ('[[roles]]\ncode = "head"\nbase = "deputy"\n', "roles[0].base", "встроенная", "удалите base"),
        ('[[roles]]\ncode = "head"\nmay = ["aprove"]\n', "roles[0].may[0]", "aprove", "«approve»"),
        ('[[roles]]\ncode = "head"\nhears = ["overdu"]\n', "roles[0].hears[0]", "overdu", "«overdue»"),
        ('[[roles]]\ncode = "head"\n[[roles]]\ncode = "head"\n', "roles[1].code", "уже есть", "удалите"),
        (
            '[[roles]]\ncode = "a"\nbase = "b"\n[[roles]]\ncode = "b"\nbase = "a"\n',
            "roles[0].base",
            "сама на себя",
            "«head»",
        ),
        (
            '[[roles]]\ncode = "head"\nmay = ["audit"]\nmay_not = ["audit"]\n',
            "roles[0].may_not",
            "«audit»",
            "одном",
        ),
        ('[[roles]]\ncode = "head"\nhears_not = ["cards"]\n', "roles[0].hears_not", "отказаться", "cards"),
        ('[[roles]]\ncode = "administrator"\nmay_not = ["manage_people"]\n', "roles", "увольнять", "manage_people"),
        ('[[roles]]\ncode = "administrator"\nmay_not = ["manage_roles"]\n', "roles", "менять роли", "manage_roles"),
        ('[[roles]]\ncode = "coordinator"\nmay_not = ["triage"]\n', "roles", "сортировать", "triage"),
    ],
)
def test_role_is_refused(tmp_path: Path, roles: str, key: str, problem: str, remedy: str) -> None:
    faults = faults_of(tmp_path, town(roles))
    assert list(faults) == [key]
    assert problem in faults[key].problem
    assert remedy in faults[key].remedy


def test_right_may_move_to_another_role(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    roles = (
        '[[roles]]\ncode = "administrator"\nmay_not = ["manage_people"]\n'
        '[[roles]]\ncode = "coordinator"\nmay = ["manage_people"]\n'
    )
    path.write_text(town(roles), encoding="utf-8")
    assert load_config(path).roles().scopes({"coordinator"}, Right.MANAGE_PEOPLE) == {Scope.ALL}


@pytest.mark.parametrize(
    ("code", "problem", "remedy"), [("cordinator", "нет", "«coordinator»"), ("curator", "сортировать", "«manager»")]
)
def test_role_that_cannot_sort_is_refused(tmp_path: Path, code: str, problem: str, remedy: str) -> None:
    faults = faults_of(tmp_path, build_config(staff=PEOPLE, routing=f'sorts = ["manager", "{code}"]\n'))
    assert list(faults) == ["routing.sorts[1]"]
    assert problem in faults["routing.sorts[1]"].problem
    assert remedy in faults["routing.sorts[1]"].remedy


def test_official_of_an_unknown_role_is_refused(tmp_path: Path) -> None:
    staff = PEOPLE + '[[staff]]\nname = "Ю"\nroles = ["lawer", "curator"]\n'
    faults = faults_of(tmp_path, town('[[roles]]\ncode = "lawyer"\nbase = "curator"\n', staff))
    assert list(faults) == ["staff[3].roles[0]"]
    assert "«lawyer»" in faults["staff[3].roles[0]"].remedy


def test_role_of_a_block_needs_a_block(tmp_path: Path) -> None:
    staff = PEOPLE + '[[staff]]\nname = "Ю"\nrole = "lawyer"\n'
    assert list(faults_of(tmp_path, town('[[roles]]\ncode = "lawyer"\nbase = "employee"\n', staff))) == [
        "staff[3].sectors"
    ]
