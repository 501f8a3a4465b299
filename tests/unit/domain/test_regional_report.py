"""The figures of a month add up however the tickets are divided, and name the time of nobody alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clock_results import TicketMoments
from bot.domain.regional_report import Month, ReportedTicket, Tally, TicketFacts
from bot.domain.tickets import State
from tests.unit.domain.test_calendar import TOWN_CALENDAR as CALENDAR

NOW = datetime(2026, 12, 1, tzinfo=UTC)
CAME = datetime(2026, 11, 2, 3, tzinfo=UTC)


@st.composite
def tickets(draw: st.DrawFn) -> ReportedTicket:
    hours = st.one_of(st.none(), st.integers(0, 600).map(lambda count: CAME + timedelta(hours=count)))
    moments = TicketMoments(
        CAME,
        CAME + timedelta(hours=1),
        CAME + timedelta(hours=draw(st.integers(1, 300))),
        *(draw(hours) for _ in range(7)),
    )
    return ReportedTicket(
        draw(st.sampled_from(State)),
        draw(st.sampled_from(("roads", "housing", None))),
        None,
        None,
        None,
        "vk:1",
        None,
        draw(st.booleans()),
        moments,
        draw(st.integers(0, 2)),
        draw(st.booleans()),
        draw(st.integers(0, 2)),
    )


@given(st.lists(tickets(), max_size=30))
def test_every_count_is_the_sum_of_its_parts(found: list[ReportedTicket]) -> None:
    total, parts = Tally(), {one.sector: Tally() for one in found}
    for one in found:
        facts = TicketFacts.of(one, NOW, CALENDAR)
        total.add(facts)
        parts[one.sector].add(facts)
    whole, pieces = total.figures(), [tally.figures() for tally in parts.values()]

    assert whole.came == whole.answered + whole.dismissed + whole.in_work == len(found)
    for name in ("came", "urgent", "answered", "dismissed", "in_work", "solved", "returned", "marked"):
        assert getattr(whole, name) == sum(getattr(piece, name) for piece in pieces)
    for clock in ("first_word", "answer", "solution"):
        for place in range(3):
            assert getattr(whole, clock)[place] == sum(getattr(piece, clock)[place] for piece in pieces)
        assert sum(getattr(whole, clock)[:3]) <= whole.came - whole.dismissed


@given(st.lists(st.integers(1, 500), max_size=40))
def test_the_time_of_one_or_two_people_is_not_shown(hours: list[int]) -> None:
    tally = Tally()
    for count in hours:
        answered = CAME + timedelta(hours=count)
        moments = TicketMoments(CAME, CAME, CAME + timedelta(days=3), answered_at=answered, ended_at=answered)
        ticket = ReportedTicket(State.CLOSED, None, None, None, None, "max", None, False, moments)
        tally.add(TicketFacts.of(ticket, NOW, CALENDAR))
    clock = tally.figures().answer

    if len(hours) < 3:
        assert clock.median_hours is clock.ninth_decile_hours is None
    else:
        assert clock.median_hours is not None
        assert clock.ninth_decile_hours in hours
        assert sum(one <= clock.median_hours for one in hours) * 2 >= len(hours)
        assert sum(one <= clock.ninth_decile_hours for one in hours) * 10 >= len(hours) * 9


@pytest.mark.parametrize("written", ["11.2026", "2026-11", " 11/2026 "])
def test_a_month_is_read(written: str) -> None:
    assert Month.parse(written) == Month.of(date(2026, 11, 30)) == Month(2026, 12).previous


@pytest.mark.parametrize("written", ["", "13.2026", "0.2026", "ноябрь", "11.26", "2026", "11.2026 12.2026"])
def test_nonsense_is_no_month(written: str) -> None:
    assert Month.parse(written) is None


@given(st.integers(2001, 2900), st.integers(1, 12), st.sampled_from(("Asia/Sakhalin", "Europe/Moscow", "UTC")))
def test_months_follow_each_other_without_a_gap(year: int, month: int, zone: str) -> None:
    one = Month(year, month)

    assert one.bounds(ZoneInfo(zone))[1] == one.following.bounds(ZoneInfo(zone))[0]
    assert one.following.previous == one
