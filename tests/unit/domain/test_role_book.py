"""Roles as data: what the configuration adds to a role and takes away, and who hears of what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Person, Staff
from bot.domain.recipients import HEARINGS, RECIPIENTS, Audience, Hearing
from bot.domain.role_book import BUILT_IN_ROLES, InvalidRole, RoleBook, RoleChange
from bot.domain.roles import BLOCK_ROLES, RIGHTS, Right, Role, Scope

RIGHT_SETS, HEARING_SETS = st.frozensets(st.sampled_from(Right), max_size=4), st.frozensets(st.sampled_from(Hearing))
CHANGES = st.builds(
    lambda role, may, may_not, hears, hears_not: RoleChange(
        role.value, None, None, may - may_not, may_not, hears - hears_not, hears_not
    ),
    *(st.sampled_from(Role), RIGHT_SETS, RIGHT_SETS, HEARING_SETS, HEARING_SETS),
)


def staff_of(book: RoleBook, *codes: str) -> Staff:
    people = (Person(n, code, frozenset({code}), frozenset({"roads"})) for n, code in enumerate(codes, 1))
    return Staff(tuple(people), roles=book)


def names(people: tuple[Person, ...]) -> set[str]:
    return {person.name for person in people}


def test_built_in_roles_are_the_table() -> None:
    for role in Role:
        for right in Right:
            expected = {RIGHTS[role][right]} if right in RIGHTS[role] else set()
            assert BUILT_IN_ROLES.scopes({role.value}, right) == expected
    for audience in Audience:
        assert BUILT_IN_ROLES.ladder(audience) == RECIPIENTS[audience]
    assert not any(BUILT_IN_ROLES.listening(hearing) for hearing in Hearing)


@settings(max_examples=60, deadline=None)
@given(CHANGES)
def test_change_gives_and_takes_exactly_what_it_names(change: RoleChange) -> None:
    book = RoleBook((change,))
    for role in Role:
        for right in Right:
            scope = RIGHTS[role].get(right)
            if role.value == change.code and right in change.may:
                scope = Scope.OWN if role in BLOCK_ROLES else Scope.ALL
            if role.value == change.code and right in change.may_not:
                scope = None
            assert book.scopes({role.value}, right) == ({scope} if scope else set()), (role, right)


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.sampled_from(Audience))
def test_role_hears_what_the_configuration_says(change: RoleChange, audience: Audience) -> None:
    """A role is on its ladders unless it does not hear of them; one that hears of more is told besides the ladder."""
    everybody = staff_of(RoleBook((change,)), *Role)
    hearing = HEARINGS.get(audience)
    silenced = hearing in change.hears_not
    rungs = [{role.value for role in rung if not silenced or role != change.code} for rung in RECIPIENTS[audience]]
    expected = next((rung for rung in rungs if rung), set())
    if hearing in change.hears and audience is not Audience.OVERDUE_IN_BLOCK:
        expected = {*expected, change.code}
    assert names(everybody.recipients(audience, "roads")) == expected


@settings(max_examples=40, deadline=None)
@given(
    st.permutations([RoleChange("a", "b"), RoleChange("b", "head", may=frozenset({Right.AUDIT})), RoleChange("c", "a")])
)
def test_order_of_entries_does_not_matter(changes: list[RoleChange]) -> None:
    book = RoleBook(tuple(changes))
    for code in "abc":
        assert book.scopes({code}, Right.AUDIT) == {Scope.OWN}
        assert book.bases({code}) == {Role.HEAD}


@pytest.mark.parametrize("changes", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "nobody")]])
def test_role_without_a_ground_is_invalid(changes: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidRole):
        RoleBook(tuple(RoleChange(code, base) for code, base in changes))


def test_new_role_has_the_place_of_its_base() -> None:
    book = RoleBook((RoleChange("director", "head", "Директор", may_not=frozenset({Right.DISMISS})),))
    staff = staff_of(book, "director", "coordinator")
    director = staff.people[0]
    assert staff.acting_for("roads") == (director,)
    assert director.bases == {Role.HEAD}
    assert director.holds("head")
    assert staff.has_right(director, Right.ANSWER, "roads")
    assert not staff.has_right(director, Right.DISMISS, "roads")
    assert not staff.has_right(director, Right.ANSWER, "housing")
    assert book.titles() == {"director": "Директор"}


def test_role_of_a_block_hears_of_its_own_tickets() -> None:
    book = RoleBook((RoleChange("block_curator", hears=frozenset({Hearing.CARDS, Hearing.DANGER})),))
    staff = staff_of(book, "block_curator", "coordinator")
    assert names(staff.listeners(Hearing.CARDS, "roads")) == {"block_curator"}
    assert not staff.listeners(Hearing.CARDS, "housing")
    assert names(staff.recipients(Audience.URGENT, "roads")) == {"block_curator", "coordinator"}
    assert names(staff.recipients(Audience.URGENT, "housing")) == {"coordinator"}


def test_code_of_an_older_configuration_gives_nothing() -> None:
    staff = staff_of(BUILT_IN_ROLES, "lawyer", "head")
    lawyer = staff.people[0]
    assert not any(staff.has_right(lawyer, right, "roads") for right in Right)
    assert lawyer not in {one for audience in Audience for one in staff.recipients(audience, "roads")}
