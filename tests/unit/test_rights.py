"""Rights: every role with every right over three kinds of tickets, and the ladders."""

from itertools import product

import pytest

from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.recipients import RECIPIENTS, Audience
from bot.domain.roles import BLOCK_ROLES, RIGHTS, Right, Role

# What a role may do in a full town: own = over a ticket of the person's own sector, other = of another sector,
# triage = while nobody has chosen a sector. Rights that stand in no line are nobody's. (A head's right to choose a
# sector reaches what falls to the head: in a full town that is never a message which waits for a choice.)
TABLE = """
role           right       own other triage
head           accept      yes no    no
head           answer      yes no    no
head           hand_over   yes no    no
head           dismiss     yes no    no
head           triage      yes no    no
head           mute        yes no    no
head           correct     yes no    no
head           reopen      yes no    no
head           see_ticket  yes no    no
head           list_own    yes no    no
head           find        yes no    no
deputy         accept      yes no    no
deputy         answer      yes no    no
deputy         hand_over   yes no    no
deputy         dismiss     yes no    no
deputy         triage      no  no    no
deputy         mute        no  no    no
deputy         correct     yes no    no
deputy         reopen      yes no    no
deputy         see_ticket  yes no    no
deputy         list_own    yes no    no
deputy         find        yes no    no
employee       see_ticket  yes no    no
employee       list_own    yes no    no
employee       find        yes no    no
block_curator  see_ticket  yes no    no
block_curator  list_own    yes no    no
block_curator  find        yes no    no
coordinator    accept      no  no    yes
coordinator    answer      no  no    yes
coordinator    correct     no  no    yes
coordinator    hand_over   yes yes   yes
coordinator    dismiss     yes yes   yes
coordinator    triage      yes yes   yes
coordinator    mute        yes yes   yes
coordinator    reopen      yes yes   yes
coordinator    see_ticket  yes yes   yes
coordinator    type_in     yes yes   yes
coordinator    digest      yes yes   yes
coordinator    list_own    yes yes   yes
coordinator    find        yes yes   yes
manager        accept      no  no    no
manager        answer      no  no    no
manager        correct     no  no    no
manager        hand_over   yes yes   yes
manager        dismiss     yes yes   yes
manager        triage      yes yes   yes
manager        mute        yes yes   yes
manager        reopen      yes yes   yes
manager        see_ticket  yes yes   yes
manager        type_in     yes yes   yes
manager        digest      yes yes   yes
manager        list_own    yes yes   yes
manager        find        yes yes   yes
curator        see_ticket  yes yes   yes
curator        find        yes yes   yes
curator        digest      yes yes   yes
manager        invite      yes yes   yes
administrator  invite      yes yes   yes
head           group       yes no    no
deputy         group       yes no    no
coordinator    group       yes yes   yes
manager        group       yes yes   yes
head           draft         yes   no    no
head           approve       yes   no    no
head           delegate      yes   no    no
head           change_data   yes   no    no
head           request       yes   no    no
head           control       yes   no    no
head           statistics    yes   no    no
head           manage_people yes   no    no
head           templates     yes   no    no
deputy         draft         yes   no    no
deputy         approve       yes   no    no
deputy         delegate      yes   no    no
deputy         change_data   yes   no    no
deputy         request       yes   no    no
deputy         control       yes   no    no
deputy         statistics    yes   no    no
deputy         templates     yes   no    no
employee       draft         yes   no    no
block_curator  see_person    yes   no    no
block_curator  control       yes   no    no
block_curator  statistics    yes   no    no
block_curator  manage_people yes   no    no
coordinator    draft         yes   yes   yes
coordinator    approve       yes   yes   yes
coordinator    delegate      yes   yes   yes
coordinator    set_terms     yes   yes   yes
coordinator    change_data   yes   yes   yes
coordinator    request       yes   yes   yes
coordinator    refer         yes   yes   yes
coordinator    import        yes   yes   yes
coordinator    see_person    yes   yes   yes
coordinator    control       yes   yes   yes
coordinator    statistics    yes   yes   yes
coordinator    templates     yes   yes   yes
manager        draft         yes   yes   yes
manager        approve       yes   yes   yes
manager        delegate      yes   yes   yes
manager        set_terms     yes   yes   yes
manager        change_data   yes   yes   yes
manager        request       yes   yes   yes
manager        refer         yes   yes   yes
manager        import        yes   yes   yes
manager        control       yes   yes   yes
manager        statistics    yes   yes   yes
manager        manage_people yes   yes   yes
manager        templates     yes   yes   yes
manager        audit         yes   yes   yes
curator        control       yes   yes   yes
curator        statistics    yes   yes   yes
administrator  manage_people yes   yes   yes
administrator  manage_roles  yes   yes   yes
administrator  audit         yes   yes   yes
head_of_town   see_ticket    yes   yes   yes
head_of_town   digest        yes   yes   yes
head_of_town   find          yes   yes   yes
head_of_town   control       yes   yes   yes
head_of_town   statistics    yes   yes   yes
system_curator hand_over     yes   yes   yes
system_curator see_ticket    yes   yes   yes
system_curator type_in       yes   yes   yes
system_curator list_own      yes   yes   yes
system_curator find          yes   yes   yes
system_curator import        yes   yes   yes
system_curator control       yes   yes   yes
system_curator statistics    yes   yes   yes
centre_staff   hand_over     yes   yes   yes
centre_staff   dismiss       yes   yes   yes
centre_staff   triage        yes   yes   yes
centre_staff   see_ticket    yes   yes   yes
centre_staff   type_in       yes   yes   yes
centre_staff   digest        yes   yes   yes
centre_staff   list_own      yes   yes   yes
centre_staff   find          yes   yes   yes
centre_staff   mute          yes   yes   yes
centre_staff   group         yes   yes   yes
centre_staff   draft         yes   yes   yes
centre_staff   change_data   yes   yes   yes
centre_staff   request       yes   yes   yes
centre_staff   refer         yes   yes   yes
centre_staff   import        yes   yes   yes
centre_staff   see_person    yes   yes   yes
centre_staff   control       yes   yes   yes
centre_staff   statistics    yes   yes   yes
centre_staff   templates     yes   yes   yes
"""

OWN, OTHER = "roads", "housing"
TICKET_LADDER, TRIAGE_LADDER = (
    tuple(role for rung in RECIPIENTS[audience] for role in rung) for audience in (Audience.TICKET, Audience.TRIAGE)
)
EXPECTED_RIGHTS = {
    (Role(role), Right(right)): tuple(word == "yes" for word in where)
    for role, right, *where in map(str.split, TABLE.strip().splitlines()[1:])
}


def person(number: int, *roles: Role, sectors: set[str] | None = None, districts: set[str] | None = None) -> Person:
    return Person(number, f"№{number}", frozenset(roles), frozenset(sectors or ()), frozenset(districts or ()))


def block(role: Role) -> bool:
    return role in BLOCK_ROLES


FULL_STAFF = Staff(
    (
        *(person(n, role, sectors={OWN} if block(role) else None) for n, role in enumerate(Role, 1)),
        person(100, Role.HEAD, sectors={OTHER}),
    )
)


@pytest.mark.parametrize(("role", "right"), list(product(Role, Right)), ids=str)
def test_a_role_and_a_right(role: Role, right: Right) -> None:
    one = next(one for one in FULL_STAFF.people if role in one.bases)
    may = tuple(FULL_STAFF.has_right(one, right, sector) for sector in (OWN, OTHER, None))
    assert may == EXPECTED_RIGHTS.get((role, right), (False, False, False))


def test_absent_means_no() -> None:
    nobody = person(1)
    staff = Staff((nobody,))
    assert not any(staff.has_right(nobody, right, sector) for right in Right for sector in (OWN, None))
    assert set(RIGHTS) == set(Role)


def test_rights_are_the_union_of_the_roles() -> None:
    both = person(1, Role.EMPLOYEE, Role.CURATOR, sectors={OWN})
    staff = Staff((both, person(2, Role.HEAD, sectors={OWN})))
    assert staff.has_right(both, Right.LIST_OWN, OWN)  # as an employee
    assert staff.has_right(both, Right.DIGEST, OTHER)  # as a curator
    assert not staff.has_right(both, Right.ANSWER, OWN)


def test_a_district_bounds_a_head() -> None:
    north = person(1, Role.HEAD, sectors={OWN}, districts={"север"})
    staff = Staff((north, person(2, Role.HEAD, sectors={OWN}, districts={"юг"})))
    assert staff.has_right(north, Right.ANSWER, OWN, "север")
    assert not staff.has_right(north, Right.ANSWER, OWN, "юг")
    assert staff.has_right(north, Right.ANSWER, OWN, None)  # nobody knows where it is
    assert staff.post_for(OWN, "север").people == (north,)


def test_a_head_of_a_district_alone_stands_for_all_of_its_sectors() -> None:
    village = person(1, Role.HEAD, districts={"Пантелеймоновка"})
    staff = Staff((village,))
    assert staff.has_right(village, Right.ANSWER, OWN, "Пантелеймоновка")
    assert not staff.has_right(village, Right.ANSWER, OWN, "Тихменево")


def test_a_head_of_nothing_has_no_tickets() -> None:
    idle = person(1, Role.HEAD)
    assert not Staff((idle,)).has_right(idle, Right.ANSWER, OWN)


@pytest.mark.parametrize("rung", range(len(TICKET_LADDER)))
def test_a_sector_falls_to_the_next_rung(rung: int) -> None:
    people = tuple(person(n, role, sectors={OWN} if block(role) else None) for n, role in enumerate(TICKET_LADDER))
    staff = Staff(tuple(reversed(people[rung:])))
    assert staff.post_for(OWN).people == (people[rung],)
    for right in (Right.ACCEPT, Right.ANSWER, Right.CORRECT, Right.HAND_OVER, Right.DISMISS, Right.SEE_TICKET):
        assert staff.has_right(people[rung], right, OWN), right


@pytest.mark.parametrize("rung", range(len(TRIAGE_LADDER)))
def test_triage_falls_to_next_role_when_nobody_holds_it(rung: int) -> None:
    people = tuple(person(n, role, sectors={OWN} if block(role) else None) for n, role in enumerate(TRIAGE_LADDER))
    staff = Staff(tuple(reversed(people[rung:])))
    assert staff.post_for(None).people == (people[rung],)
    assert staff.has_right(people[rung], Right.TRIAGE, None)
    assert staff.has_right(people[rung], Right.SEE_TICKET, None)
    assert staff.has_right(people[rung], Right.DISMISS, None)


def test_an_account_belongs_to_one_messenger() -> None:
    ivan = Person(1, "Иван", frozenset({Role.HEAD}), accounts=(StaffAccount(MessengerName.TELEGRAM, "7"),))
    staff = Staff((ivan,))
    assert staff.find_by_account("telegram", "7") == ivan
    assert staff.find_by_account("vk", "7") is None
    assert staff.find_by_id(1) == ivan
    assert staff.find_by_id(2) is None
