"""Chains of stand-ins: somebody is found or nobody, never a circle."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.absences import Absence, AbsencePlan, AbsenceUnsuitable, StandInAway, parse_days

TODAY = date(2026, 11, 20)
AGREED = datetime(2026, 11, 1, tzinfo=UTC)

absences = st.lists(
    st.builds(
        lambda person, start, days, stand_in: (person, start, days, stand_in),
        st.integers(1, 4),
        st.integers(0, 6),
        st.integers(0, 4),
        st.integers(1, 4),
    ),
    max_size=6,
)


@given(absences)
def test_accepted_stand_ins_act_on_every_day_and_never_in_a_circle(wanted: list[tuple[int, int, int, int]]) -> None:
    plan = AbsencePlan()
    for number, (person, start, days, stand_in) in enumerate(wanted, start=1):
        first = TODAY + timedelta(days=start)
        last = first + timedelta(days=days)
        try:
            plan.check_days(person, first, last, TODAY)
            plan.check_stand_in(Absence(number, person, first, last), stand_in)
        except AbsenceUnsuitable:
            continue
        plan = AbsencePlan((*plan.absences, Absence(number, person, first, last, stand_in, AGREED)))
        for day in (first + timedelta(days=passed) for passed in range(days + 1)):
            acting = plan.stand_in_for(person, day)
            assert acting is not None
            assert not plan.is_away(acting, day)
            assert acting != person


def test_nobody_stands_in_for_oneself() -> None:
    with pytest.raises(StandInAway):
        AbsencePlan().check_stand_in(Absence(1, 7, TODAY, TODAY), 7)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("01.12–14.12", (date(2026, 12, 1), date(2026, 12, 14))),
        ("с 1.12 по 14.12.2026", (date(2026, 12, 1), date(2026, 12, 14))),
        ("28.12-05.01", (date(2026, 12, 28), date(2027, 1, 5))),
        ("завтра", (date(2026, 11, 21), date(2026, 11, 21))),
        ("25.11", (date(2026, 11, 25), date(2026, 11, 25))),
    ],
)
def test_days_are_read(text: str, days: tuple[date, date]) -> None:
    assert parse_days(text, TODAY) == days
