"""Arithmetic of working time: by example, and as laws that hold for every instant."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import SkipKind, WorkingCalendar
from bot.domain.durations import Duration, TimeUnit

VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = [(time(9), time(13)), (time(14), time(18))]
TOWN_CALENDAR = WorkingCalendar(VLADIVOSTOK, HOURS)
WHOLE_DAYS = WorkingCalendar(VLADIVOSTOK, HOURS, shortens_eves=False)


def local(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VLADIVOSTOK)


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        # 20 November 2026 is a Friday
        (local(20, 14, 30), "1wh", local(20, 15, 30)),
        (local(20, 14, 30), "8wh", local(23, 14, 30)),
        (local(20, 14, 30), "3wh", local(20, 17, 30)),
        (local(20, 9), "8wh", local(20, 18)),
        (local(20, 18), "8wh", local(23, 18)),
        (local(20, 9), "4wh", local(20, 13)),
        (local(20, 12, 30), "1wh", local(20, 14, 30)),
        (local(20, 13, 30), "1wh", local(20, 15)),
        (local(20, 20), "1wh", local(23, 10)),
        (local(22, 3), "1wh", local(23, 10)),
        (local(3, 16), "2wh", local(5, 10)),  # 4 November is a holiday, and work ends at 17:00 on its eve
        (local(3, 16), "1wd", local(5, 16)),
        (local(3, 17, 30), "1wh", local(5, 10)),
        (local(2, 17, 30), "1wd", local(3, 17)),
        (local(20, 14, 30), "1wd", local(23, 14, 30)),
        (local(20, 20), "1wd", local(24, 9)),
        (local(20, 13, 30), "1wd", local(23, 14)),
        (local(20, 18), "2wd", local(25, 9)),
        (local(20, 9), "0.5wd", local(20, 14)),
        (local(20, 10), "0.5wd", local(20, 15)),
        (local(20, 14, 30), "3h", local(20, 17, 30)),
        (local(20, 20), "1d", local(21, 20)),
        (local(20, 20), "90s", local(20, 20, 1) + timedelta(seconds=30)),
    ],
)
def test_terms_end_where_people_expect(start: datetime, term: str, due: datetime) -> None:
    assert TOWN_CALENDAR.add(start, Duration.parse(term)) == due


def test_a_moved_working_saturday_counts() -> None:
    friday = datetime(2025, 10, 31, 17, tzinfo=VLADIVOSTOK)
    assert TOWN_CALENDAR.add(friday, Duration.parse("2wh")) == datetime(2025, 11, 1, 10, tzinfo=VLADIVOSTOK)
    assert TOWN_CALENDAR.add(friday, Duration.parse("2wd")) == datetime(2025, 11, 5, 17, tzinfo=VLADIVOSTOK)


def test_a_share_of_a_term() -> None:
    start = local(20, 14, 30)
    assert TOWN_CALENDAR.add(start, Duration.parse("8wh"), 0.5) == local(23, 9, 30)
    assert TOWN_CALENDAR.add(start, Duration.parse("8wh"), 0.8) == local(23, 11, 54)
    assert TOWN_CALENDAR.add(start, Duration.parse("10wd"), 0.7) == TOWN_CALENDAR.add(start, Duration.parse("7wd"))
    assert TOWN_CALENDAR.add(start, Duration.parse("1h"), 0.5) == local(20, 15)
    assert TOWN_CALENDAR.add(local(21, 12), Duration.parse("8wh"), 0) == local(23, 9)
    with pytest.raises(ValueError, match="negative"):
        TOWN_CALENDAR.add(start, Duration.parse("1h"), -0.1)


def test_results_are_in_utc() -> None:
    for term in ("1h", "1wh", "1wd"):
        assert TOWN_CALENDAR.add(local(20, 10), Duration.parse(term)).tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    naive = datetime(2026, 11, 20, 10)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        TOWN_CALENDAR.add(naive, Duration.parse("1wh"))
    with pytest.raises(ValueError, match="aware"):
        TOWN_CALENDAR.add(naive, Duration.parse("1h"))


def test_clocks_put_forward_neither_lose_nor_repeat_an_hour() -> None:
    """Sunday 29 March 2026 in Berlin has no 02:30; a town that works that night loses exactly that hour."""
    sunday = datetime(2026, 3, 29, tzinfo=BERLIN).date()
    night = WorkingCalendar(BERLIN, [(time(1), time(5))], working_days=[sunday])
    start = datetime(2026, 3, 29, 1, tzinfo=BERLIN)
    assert night.working_between(start, start + timedelta(days=1)) == timedelta(hours=3)
    assert night.add(start, Duration.parse("2wh")) == datetime(2026, 3, 29, 4, tzinfo=BERLIN)
    swallowed = WorkingCalendar(BERLIN, [(time(2), time(3))], working_days=[sunday])
    assert swallowed.add(start, Duration.parse("1wd")) == datetime(2026, 3, 31, 2, tzinfo=BERLIN)


def test_explains_a_weekend() -> None:
    skipped = TOWN_CALENDAR.skipped_by_term(local(20, 14, 30), Duration.parse("8wh"))
    assert [(s.kind, s.text) for s in skipped] == [
        (SkipKind.WEEKEND, "21 и 22 ноября: выходные"),
        (SkipKind.BREAK, "23 ноября, 13:00–14:00: перерыв"),
    ]
    assert skipped[0].start == local(20, 18)
    assert skipped[0].end == local(23, 9)


def test_explains_holidays_by_name_and_nights() -> None:
    start = datetime(2025, 10, 31, 20, tzinfo=VLADIVOSTOK)
    texts = [s.text for s in TOWN_CALENDAR.skipped_by_term(start, Duration.parse("9wh"))]
    assert texts == [
        "31 октября, 20:00 – 1 ноября, 09:00: нерабочее время",
        "1 ноября, 13:00–14:00: перерыв",
        "2 ноября: выходной",
        "3 ноября: выходной, перенесён с 1 ноября",
        "4 ноября: День народного единства",
    ]


def test_explains_the_new_year() -> None:
    start = datetime(2026, 12, 30, 17, 30, tzinfo=VLADIVOSTOK)
    texts = [s.text for s in TOWN_CALENDAR.skipped_by_term(start, Duration.parse("1wh"))]
    assert texts == [
        "31 декабря: выходной, перенесён с 4 января",
        "1–6 января: Новогодние каникулы",
        "7 января: Рождество Христово",
        "8 января: Новогодние каникулы",
        "9 и 10 января: выходные",
    ]


def test_a_calendar_term_passes_over_nothing() -> None:
    assert TOWN_CALENDAR.skipped_by_term(local(20, 14), Duration.parse("3d")) == ()


# --- laws ---------------------------------------------------------------------------------------------------------

CALENDARS = [
    TOWN_CALENDAR,
    WorkingCalendar(BERLIN, [(time(1, 30), time(2, 45)), (time(9), time(17, 15))]),
    WorkingCalendar(
        ZoneInfo("America/New_York"),
        [(time(0), time(23, 59, 59, 999_999))],
        days_off=[date(2026, 3, 9)],
        working_days=[date(2026, 3, 8), date(2026, 11, 1)],
    ),
]
EPOCH = datetime(2024, 12, 20, tzinfo=UTC)
moments = st.integers(0, 4 * 365 * 86_400 * 10**6).map(lambda n: EPOCH + timedelta(microseconds=n))
days_around_a_jump = st.integers(0, 5 * 86_400 * 10**6).map(
    lambda n: datetime(2026, 3, 27, tzinfo=UTC) + timedelta(microseconds=n)
)
round_moments = st.integers(0, 4 * 365 * 96).map(lambda n: EPOCH + timedelta(minutes=15 * n))
any_moment = st.one_of(moments, round_moments, days_around_a_jump)
calendars = st.sampled_from(CALENDARS)
amounts = st.one_of(st.integers(1, 60).map(Decimal), st.decimals(Decimal("0.001"), 60, places=3))
terms = st.builds(Duration, amounts, st.sampled_from(list(TimeUnit)))
hours = st.builds(Duration, amounts, st.just(TimeUnit.WORKING_HOUR))
working_terms = st.builds(Duration, amounts, st.sampled_from([TimeUnit.WORKING_HOUR, TimeUnit.WORKING_DAY]))
shares = st.one_of(st.sampled_from([0.0, 0.5, 0.8, 1.0]), st.floats(0, 1))


@given(calendars, any_moment, any_moment, terms, shares)
def test_grows_with_the_start(
    calendar: WorkingCalendar, one: datetime, other: datetime, term: Duration, share: float
) -> None:
    earlier, later = sorted((one, other))
    assert calendar.add(earlier, term, share) <= calendar.add(later, term, share)


@given(calendars, any_moment, st.integers(1, 10**6), terms, shares)
def test_grows_with_the_start_also_step_by_step(
    calendar: WorkingCalendar, start: datetime, step: int, term: Duration, share: float
) -> None:
    assert calendar.add(start, term, share) <= calendar.add(start + timedelta(microseconds=step), term, share)


@given(calendars, any_moment, terms, shares, shares)
def test_grows_with_the_share(
    calendar: WorkingCalendar, start: datetime, term: Duration, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert start <= calendar.add(start, term, less) <= calendar.add(start, term, more)


@given(calendars, any_moment, working_terms, shares)
def test_never_ends_outside_working_time(
    calendar: WorkingCalendar, start: datetime, term: Duration, share: float
) -> None:
    """The closing itself is the last moment of the day: a moment before it, work was on."""
    due = calendar.add(start, term, share)
    assert calendar.is_working(due) or calendar.is_working(due - timedelta(microseconds=1))


@given(calendars, any_moment, hours)
def test_working_time_on_the_way_is_the_term(calendar: WorkingCalendar, start: datetime, term: Duration) -> None:
    way = calendar.working_between(start, calendar.add(start, term))
    assert way == timedelta(microseconds=round(term.to_microseconds()))


@given(any_moment, st.integers(1, 40))
def test_working_days_are_as_many_times_the_hours_of_a_day(start: datetime, n: int) -> None:
    due = WHOLE_DAYS.add(start, Duration(Decimal(n), TimeUnit.WORKING_DAY))
    assert WHOLE_DAYS.working_between(start, due) == timedelta(hours=8 * n)
    shorter = TOWN_CALENDAR.add(start, Duration(Decimal(n), TimeUnit.WORKING_DAY))
    assert TOWN_CALENDAR.working_between(start, shorter) <= timedelta(hours=8 * n)


@given(any_moment, st.integers(1, 40))
def test_working_days_keep_the_clock_time(start: datetime, n: int) -> None:
    due = WHOLE_DAYS.add(start, Duration(Decimal(n), TimeUnit.WORKING_DAY))
    first = WHOLE_DAYS.next_working_moment(start)
    assert due.astimezone(VLADIVOSTOK).time() == first.astimezone(VLADIVOSTOK).time()
    between = (due.astimezone(VLADIVOSTOK).date() - first.astimezone(VLADIVOSTOK).date()).days
    passed = [first.astimezone(VLADIVOSTOK).date() + timedelta(days=k) for k in range(1, between + 1)]
    assert sum(map(WHOLE_DAYS.is_working_day, passed)) == n


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2024, ["02-22", "03-07", "05-08", "06-11", "11-02"]),  # on 2 November people worked for 30 April
        (2025, ["03-07", "04-30", "06-11", "11-01"]),
        (2026, ["04-30", "05-08", "06-11", "11-03"]),
        (2027, ["02-20", "04-30", "06-11", "11-03"]),
    ],
)
def test_eves_of_holidays_are_an_hour_shorter(year: int, days: list[str]) -> None:
    whole_year = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    short = [day for day in whole_year if TOWN_CALENDAR.is_working_day(day) and TOWN_CALENDAR.is_shortened_day(day)]
    assert [f"{day:%m-%d}" for day in short] == days
    for day in short:
        start, end = (datetime.combine(one, time.min, VLADIVOSTOK) for one in (day, day + timedelta(days=1)))
        assert TOWN_CALENDAR.working_between(start, end) == timedelta(hours=7)
        assert WHOLE_DAYS.working_between(start, end) == timedelta(hours=8)


whole = st.integers(1, 200).map(Decimal)


@given(calendars, any_moment, whole, whole)
def test_two_terms_in_a_row_are_their_sum(
    calendar: WorkingCalendar, start: datetime, one: Decimal, other: Decimal
) -> None:
    first, second, both = (Duration(n, TimeUnit.WORKING_HOUR) for n in (one, other, one + other))
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, both)


@given(calendars, st.lists(any_moment, min_size=3, max_size=3))
def test_working_time_adds_up(calendar: WorkingCalendar, three: list[datetime]) -> None:
    a, b, c = sorted(three[:1] + [three[0] + (m - three[0]) % timedelta(days=60) for m in three[1:]])
    assert calendar.working_between(a, b) + calendar.working_between(b, c) == calendar.working_between(a, c)
    assert calendar.working_between(c, a) == timedelta(0)
    assert timedelta(0) <= calendar.working_between(a, c) <= c - a


@given(calendars, any_moment, working_terms)
def test_the_explanation_leaves_no_hole(calendar: WorkingCalendar, start: datetime, term: Duration) -> None:
    due = calendar.add(start, term)
    skipped = calendar.skipped_by_term(start, term)
    assert all(s.start < s.end and s.text for s in skipped)
    assert all(a.end <= b.start for a, b in pairwise(skipped))
    idle = sum((s.end - s.start for s in skipped), timedelta(0))
    assert idle + calendar.working_between(start, due) == due - start
    assert all(calendar.working_between(s.start, s.end) == timedelta(0) for s in skipped)


@given(calendars, any_moment)
def test_the_opening_is_working_and_nothing_works_before_it(calendar: WorkingCalendar, moment: datetime) -> None:
    opening = calendar.next_working_moment(moment)
    assert calendar.is_working(opening)
    assert calendar.working_between(moment, opening) == timedelta(0)
    assert (opening == moment) == calendar.is_working(moment)
