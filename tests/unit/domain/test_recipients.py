"""The recipients of every notice: the table as an administrator would write it, and how its rungs are read."""

import re
from pathlib import Path

import pytest

import bot
from bot.domain.people import Person, Staff
from bot.domain.recipients import RECIPIENTS, Audience
from bot.domain.roles import Role

# A rung per comma; roles joined by + are recipients together.
TABLE = """
ticket            head, deputy, coordinator, centre_staff, manager, administrator
triage            coordinator, centre_staff, manager, administrator, head, deputy
substitutes       coordinator, centre_staff, manager, administrator, head, deputy
duty              duty, coordinator, centre_staff, manager, administrator
urgent            coordinator
overdue           curator, manager
overdue_in_block  block_curator
outage            curator+manager+administrator
spike             coordinator, manager, curator
digest            curator+manager, coordinator
pages             curator+manager, coordinator
decision          manager, coordinator
not_joined        coordinator
operation         administrator, manager, coordinator
"""

EXPECTED = {
    Audience[name.upper()]: tuple(
        tuple(Role(role) for role in rung.strip().split("+")) for rung in ladder.strip().split(",")
    )
    for name, _, ladder in (line.partition(" ") for line in TABLE.strip().splitlines())
}

EVERYBODY = Staff(
    tuple(Person(number, role, frozenset({role}), frozenset({"roads"})) for number, role in enumerate(Role, 1))
)


def names(people: tuple[Person, ...]) -> list[str]:
    return [person.name for person in people]


def test_the_table_of_recipients_is_as_agreed() -> None:
    assert dict(RECIPIENTS) == EXPECTED
    assert set(RECIPIENTS) == set(Audience)


@pytest.mark.parametrize("audience", Audience, ids=lambda audience: audience.name)
def test_the_first_rung_that_somebody_holds_is_written_to(audience: Audience) -> None:
    staff = EVERYBODY
    for rung in EXPECTED[audience]:
        assert names(staff.recipients(audience, "roads")) == list(rung)
        staff = Staff(tuple(person for person in staff.people if not person.roles & set(rung)))
    assert staff.recipients(audience, "roads") == ()


def test_a_person_with_two_roles_on_a_rung_is_written_to_once() -> None:
    director = Person(1, "Директор", frozenset({Role.CURATOR, Role.MANAGER}))
    assert Staff((director,)).recipients(Audience.DIGEST) == (director,)


def test_curators_of_other_blocks_are_not_written_to() -> None:
    assert names(EVERYBODY.recipients(Audience.OVERDUE_IN_BLOCK, "roads")) == ["block_curator"]
    assert EVERYBODY.recipients(Audience.OVERDUE_IN_BLOCK, "housing") == ()
    assert EVERYBODY.recipients(Audience.OVERDUE_IN_BLOCK, None) == ()


def test_roles_are_named_in_the_tables_alone() -> None:
    root = Path(bot.__file__).parent
    naming = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if re.search(r"\bRole\.[A-Z]", file.read_text(encoding="utf-8"))
    }
    assert naming == {"domain/roles.py", "domain/recipients.py"}
