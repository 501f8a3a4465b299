"""The production calendar against the Government's decrees: if the library is wrong, every deadline of a town is.

The dates are written out by hand. A decree says which days off move where; the rest follows from article 112 of the
Labour Code.
"""

import subprocess
import sys
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.calendar import WorkingCalendar
from bot.domain.clock import SystemClock
from bot.domain.production_calendar import DayOffKind

CALENDAR = WorkingCalendar(ZoneInfo("Asia/Vladivostok"), [(time(9), time(13)), (time(14), time(18))])


def days(year: int, *month_days: tuple[int, int]) -> list[date]:
    return [date(year, month, day) for month, day in month_days]


def working_days_of(year: int, calendar: WorkingCalendar = CALENDAR) -> int:
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    return sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(length))


@pytest.mark.parametrize(
    "day", days(2025, (5, 2), (5, 8), (6, 13), (11, 3), (12, 31), (1, 1), (1, 8), (2, 23), (3, 8), (5, 9), (11, 4))
)
def test_2025_off(day: date) -> None:
    """Decree of the Government No. 1335 of 04.10.2024: 4 Jan → 2 May, 23 Feb → 8 May, 8 Mar → 13 Jun, 1 Nov → 3 Nov,
    5 Jan → 31 Dec."""
    assert not CALENDAR.is_working_day(day)


@pytest.mark.parametrize("day", days(2025, (11, 1), (1, 9), (2, 24), (3, 10), (5, 5), (5, 12), (6, 11), (12, 30)))
def test_2025_working(day: date) -> None:
    """The same decree: Saturday 1 November works; 24 February and 10 March do, their days off went to May and June."""
    assert CALENDAR.is_working_day(day)


@pytest.mark.parametrize(
    "day", days(2026, (1, 9), (12, 31), (1, 1), (1, 8), (2, 23), (3, 9), (5, 1), (5, 11), (6, 12), (11, 4))
)
def test_2026_off(day: date) -> None:
    """Decree of the Government No. 1466 of 24.09.2025: 3 Jan → 9 Jan, 4 Jan → 31 Dec. By article 112 itself: 8 Mar
    (Sunday) → 9 Mar, 9 May (Saturday) → 11 May."""
    assert not CALENDAR.is_working_day(day)


@pytest.mark.parametrize("day", days(2026, (1, 12), (2, 24), (3, 10), (4, 30), (5, 8), (5, 12), (11, 3), (12, 30)))
def test_2026_working(day: date) -> None:
    """The same decree makes no Saturday a working day."""
    assert CALENDAR.is_working_day(day)


@pytest.mark.parametrize(
    "day", days(2027, (2, 22), (2, 23), (11, 5), (12, 31), (3, 8), (5, 3), (5, 10), (6, 14), (11, 4), (1, 8))
)
def test_2027_off(day: date) -> None:
    """The decree on days off in 2027, by the production calendar of ConsultantPlus of September 2026: 20 Feb → 22 Feb,
    2 Jan → 5 Nov, 3 Jan → 31 Dec. By article 112 itself: 1 May (Saturday) → 3 May, 9 May (Sunday) → 10 May,
    12 June (Saturday) → 14 June."""
    assert not CALENDAR.is_working_day(day)


@pytest.mark.parametrize("day", days(2027, (2, 20), (1, 11), (4, 30), (5, 4), (6, 15), (11, 3), (11, 8), (12, 30)))
def test_2027_working(day: date) -> None:
    """The same source: Saturday 20 February works; Saturday 13 November, spoken of in an earlier draft, does not."""
    assert CALENDAR.is_working_day(day)
    assert not CALENDAR.is_working_day(date(2027, 11, 13))


@pytest.mark.parametrize(
    ("year", "count"), [(2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247), (2027, 247)]
)
def test_number_of_working_days(year: int, count: int) -> None:
    assert working_days_of(year) == count
    assert CALENDAR.has_transfers(year)


def test_the_library_knows_the_transfers_of_the_year_ahead() -> None:
    """The decree comes out by autumn. If this fails, update ``holidays`` (or enter the days in ``[calendar]``)."""
    today = SystemClock().now().date()
    year = today.year + 1 if today.month >= 11 else today.year
    assert CALENDAR.has_transfers(year), f"holidays knows no transfers of {year}: update the library"


def test_a_year_without_a_decree_follows_the_labour_code() -> None:
    """A holiday on a weekend gives the next working day off; nobody can know yet what the Government will move."""
    if CALENDAR.has_transfers(2034):
        pytest.skip("the decree of 2034 is out: choose a later year")
    # In 2034 12 June is a Monday, 4 November a Saturday, 1 January a Sunday.
    assert CALENDAR.is_working_day(date(2034, 11, 3))
    assert not CALENDAR.is_working_day(date(2034, 11, 4))
    off = CALENDAR.day_off(date(2034, 11, 6))
    assert off is not None
    assert off.kind is DayOffKind.MOVED
    assert off.reason == "выходной за праздник «День народного единства»"
    assert CALENDAR.is_working_day(date(2034, 1, 9)), "January is the Government's alone"


def test_far_years_do_not_break() -> None:
    assert not CALENDAR.is_working_day(date(2345, 5, 9))
    assert not CALENDAR.is_working_day(date(9999, 1, 1))
    assert 235 < working_days_of(2200) < 255


@pytest.mark.parametrize(
    ("day", "kind", "reason"),
    [
        (date(2026, 11, 21), DayOffKind.WEEKEND, "выходной"),
        (date(2026, 11, 4), DayOffKind.HOLIDAY, "День народного единства"),
        (date(2025, 11, 3), DayOffKind.MOVED, "выходной, перенесён с 1 ноября"),
        (date(2026, 5, 11), DayOffKind.MOVED, "выходной за праздник «День Победы»"),
    ],
)
def test_says_why_a_day_is_off(day: date, kind: DayOffKind, reason: str) -> None:
    off = CALENDAR.day_off(day)
    assert off is not None
    assert (off.kind, off.reason) == (kind, reason)


def test_local_exceptions_win() -> None:
    town_day, saturday, holiday = date(2026, 9, 11), date(2026, 9, 12), date(2026, 11, 4)
    local = WorkingCalendar(CALENDAR.zone, [(time(9), time(18))], days_off=[town_day], working_days=[saturday, holiday])
    off = local.day_off(town_day)
    assert off is not None
    assert off.kind is DayOffKind.LOCAL
    assert local.is_working_day(saturday)
    assert local.is_working_day(holiday)
    assert working_days_of(2026, local) == 248


@pytest.mark.parametrize(
    ("hours", "off", "working"),
    [
        ([], [], []),
        ([(time(9), time(9))], [], []),
        ([(time(22), time(6))], [], []),
        ([(time(9), time(13)), (time(12), time(18))], [], []),
        ([(time(9), time(18))], [date(2026, 1, 2)], [date(2026, 1, 2)]),
    ],
)
def test_senseless_calendars_are_refused(hours: list[tuple[time, time]], off: list[date], working: list[date]) -> None:
    with pytest.raises(ValueError, match=r"working|overlap|off"):
        WorkingCalendar(CALENDAR.zone, hours, off, working)


def test_other_countries_are_not_imported():
    # Their 250 modules cost a tenth of the start.
    code = "import sys, bot.domain.production_calendar; sys.exit('holidays.countries' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
