"""Posts: exactly one is responsible, the most specific that fits; who takes its place, and in which order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Person, Staff, StaffAccount
from bot.domain.person import MessengerName
from bot.domain.posts import Post, Prefer, Routing
from bot.domain.recipients import SORTS
from bot.domain.roles import Role

ROADS, HOUSING, NORTH, SOUTH = "roads", "housing", "Северный", "Южный"


def person(number: int, role: Role = Role.HEAD, sectors: str = "", districts: str = "", title: str = "") -> Person:
    account = StaffAccount(MessengerName.TELEGRAM, str(number))
    scope = frozenset(sectors.split()), frozenset(districts.split())
    return Person(number, f"№{number}", frozenset({role}), *scope, accounts=(account,), title=title)


COORDINATOR = person(90, Role.COORDINATOR)
MANAGER = person(91, Role.MANAGER)


def test_lines_with_one_title_hold_one_post() -> None:
    pair = (person(1, sectors=ROADS, title="Директор"), person(2, sectors=ROADS, districts=NORTH, title="Директор"))
    other = person(3, sectors=ROADS, districts=NORTH, title="Начальник")
    assert Staff((*pair, other)).post_for(ROADS, NORTH).people == pair


def test_lines_without_title_hold_one_post_if_roles_sectors_and_districts_agree() -> None:
    pair = (person(1, sectors=ROADS), person(2, sectors=ROADS))
    assert Staff((*pair, person(3, sectors=f"{ROADS} {HOUSING}"))).post_for(ROADS).people == pair


WIDE, NEAR, SECTOR_NORTH = (
    person(1, sectors=ROADS),
    person(2, districts=NORTH),
    person(3, sectors=ROADS, districts=NORTH),
)


@pytest.mark.parametrize(
    ("people", "prefer", "district", "responsible"),
    [
        ((WIDE, NEAR, SECTOR_NORTH), Prefer.SECTOR, NORTH, SECTOR_NORTH),
        ((WIDE, NEAR), Prefer.DISTRICT, NORTH, NEAR),
        ((WIDE, NEAR), Prefer.SECTOR, NORTH, WIDE),
        ((WIDE, NEAR), Prefer.DISTRICT, SOUTH, WIDE),
        ((WIDE, NEAR), Prefer.DISTRICT, None, WIDE),
        ((NEAR,), Prefer.DISTRICT, None, NEAR),  # there is no other
        ((NEAR,), Prefer.DISTRICT, SOUTH, COORDINATOR),
    ],
)
def test_most_specific_post_is_responsible(
    people: tuple[Person, ...], prefer: Prefer, district: str | None, responsible: Person
) -> None:
    staff = Staff((*people, COORDINATOR), Routing(prefer))
    assert staff.post_for(ROADS, district).people == (responsible,)


def test_posts_divided_by_district_leave_an_unknown_district_to_who_sorts() -> None:
    heads = (person(1, sectors=ROADS, districts=NORTH), person(2, sectors=ROADS, districts=SOUTH))
    found = Staff((*heads, person(3, Role.DEPUTY, ROADS), COORDINATOR)).responsibility_for(ROADS)
    assert found.post.people == (COORDINATOR,)
    assert found.needs_district


def test_ladder_has_the_deputies_of_the_post_before_who_sorts() -> None:
    head, deputy = person(1, sectors=ROADS, districts=NORTH), person(2, Role.DEPUTY, ROADS, NORTH)
    others = (person(3, Role.DEPUTY, ROADS, SOUTH), person(4, sectors=HOUSING), person(5, Role.DEPUTY, HOUSING))
    town_deputy = person(6, Role.DEPUTY, ROADS)
    found = Staff((MANAGER, COORDINATOR, *others, town_deputy, deputy, head)).responsibility_for(ROADS, NORTH)
    assert found.post == Post("№1", (head,), (deputy, town_deputy), in_block=True)
    assert found.ladder[:5] == ((head,), (deputy,), (town_deputy,), (COORDINATOR,), (MANAGER,))


def test_configured_roles_sort_and_the_usual_ones_follow() -> None:
    staff = Staff((COORDINATOR, MANAGER, person(1, sectors=ROADS)), Routing(sorts=(Role.MANAGER,)))
    assert staff.responsibility_for(None).ladder == ((MANAGER,), (COORDINATOR,), (staff.people[2],))
    assert staff.post_for("") == staff.post_for(None)  # a town without blocks


def test_two_posts_that_fit_equally_are_rivals_and_the_first_is_responsible() -> None:
    first, second = person(1, sectors=ROADS), person(2, sectors=f"{ROADS} {HOUSING}")
    staff = Staff((first, second, COORDINATOR))
    assert staff.post_for(ROADS).people == (first,)
    assert [post.people for post in staff.rivals(ROADS, None)] == [(first,), (second,)]
    assert staff.rivals(HOUSING, None) == ()


LINES = st.tuples(
    st.sampled_from(Role),
    st.sampled_from(("", ROADS, HOUSING, f"{ROADS} {HOUSING}")),
    st.sampled_from(("", NORTH, SOUTH, f"{NORTH} {SOUTH}")),
    st.sampled_from(("", "Первая", "Вторая")),
)


@settings(max_examples=50)
@given(st.lists(LINES, max_size=8), st.sampled_from(Prefer))
def test_every_ticket_has_one_post_within_its_scope(lines: list[tuple[Role, str, str, str]], prefer: Prefer) -> None:
    staff = Staff(tuple(person(number, *line) for number, line in enumerate(lines)), Routing(prefer))
    somebody_sorts = any(one.bases & set(SORTS) for one in staff.people)
    for sector in (None, "", ROADS, HOUSING):
        for district in (None, NORTH, SOUTH, "Дальний"):
            found = staff.responsibility_for(sector, district)
            assert found.ladder[:1] == ((found.post.people,) if found.post.people else ())
            assert found.post.people or not somebody_sorts
            assert not found.post.in_block or all(one.covers(sector, district) for one in found.post.people)


def test_whoever_is_named_stands_in_before_the_deputy() -> None:
    head = Person(1, "Иванов", frozenset({"head"}), frozenset({"roads"}), title="Директор")
    deputy = Person(2, "Петров", frozenset({"deputy"}), frozenset({"roads"}))
    named = Person(3, "Сидоров", frozenset({"head"}), frozenset({"housing"}), stands_in=("Директор",))
    found = Staff((head, deputy, named)).responsibility_for("roads", None)
    assert found.ladder[:3] == ((head,), (named,), (deputy,))
