"""Own quiet hours and days off: what they make quiet, and how they are written."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.absences import AbsenceBackwards, AbsencePast, AbsenceUnsuitable
from bot.domain.local_time import to_utc
from bot.domain.own_times import (
    MAX_DATES,
    USUAL_TIMES,
    NoWorkingDay,
    OwnTimes,
    QuietHoursUnread,
    TooManyDaysOff,
    parse_dates,
    parse_hours,
)
from bot.domain.quiet_hours import QuietHours

ZONE = ZoneInfo("Asia/Vladivostok")
NIGHT, NEVER = QuietHours(ZONE, time(22), time(8)), QuietHours(ZONE, time(0), time(0))
TODAY = date(2026, 11, 20)
MOMENTS = st.integers(0, 20 * 366 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
WEEKEND = OwnTimes(weekdays=frozenset({5, 6}))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("own", "usual", "moment", "quiet"),
    [
        (USUAL_TIMES, NIGHT, at(20, 23), True),
        (OwnTimes(hours=(time(20), time(7))), NIGHT, at(20, 21), True),
        (OwnTimes(hours=(time(20), time(7))), NIGHT, at(20, 7, 30), False),
        (OwnTimes(hours=(time(0), time(0))), NIGHT, at(20, 3), False),
        (WEEKEND, NIGHT, at(20, 21, 59), False),  # Friday
        (WEEKEND, NIGHT, at(21, 12), True),
        (WEEKEND, NIGHT, at(22, 23, 59), True),
        (WEEKEND, NIGHT, at(23, 7, 59), True),
        (WEEKEND, NIGHT, at(23, 8), False),
        (WEEKEND, NEVER, at(20, 23, 59), False),
        (WEEKEND, NEVER, at(23, 0), True),  # nobody is woken at midnight
        (WEEKEND, NEVER, at(23, 8), False),
        (OwnTimes(hours=(time(0), time(6)), weekdays=frozenset({6})), NIGHT, at(23, 6), False),
        (OwnTimes(dates=frozenset({date(2026, 11, 20)})), NIGHT, at(20, 12), True),
    ],
)
def test_what_is_quiet(own: OwnTimes, usual: QuietHours, moment: datetime, quiet: bool) -> None:
    assert own.is_quiet(moment, usual) is quiet


@given(MOMENTS, st.frozensets(st.integers(0, 6)), st.times(), st.times())
def test_a_person_without_own_times_is_as_quiet_as_the_town_and_a_day_off_only_adds(
    moment: datetime, weekdays: frozenset[int], start: time, end: time
) -> None:
    town, own = QuietHours(ZONE, start, end), OwnTimes(weekdays=weekdays)
    assert USUAL_TIMES.is_quiet(moment, town) is town.is_quiet(moment)
    assert own.is_quiet(moment, town) >= town.is_quiet(moment)
    assert own.is_quiet(moment, town) or to_utc(moment).astimezone(ZONE).weekday() not in weekdays


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00–08:00", (time(22), time(8))),
        ("с 22 до 7.30", (time(22), time(7, 30))),
        ("23-24", (time(23), time(0))),
        ("Нет", (time(0), time(0))),
    ],
)
def test_hours_are_read(text: str, hours: tuple[time, time]) -> None:
    assert parse_hours(text) == hours


@pytest.mark.parametrize("text", ["", "ночью", "22:00", "22:70–08:00", "22–08–09", "22–99", "с 48 до 8", "22:00–24:30"])
def test_other_words_are_no_hours(text: str) -> None:
    with pytest.raises(QuietHoursUnread):
        parse_hours(text)


def test_dates_are_read() -> None:
    assert parse_dates("31.12, 02.01–03.01", TODAY) == {date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 3)}
    assert parse_dates("завтра", TODAY) == {date(2026, 11, 21)}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("потом", AbsenceUnsuitable),
        ("19.11.2026", AbsencePast),
        ("05.12.2026–01.12.2026", AbsenceBackwards),
        ("01.12–28.02", TooManyDaysOff),
    ],
)
def test_unsuitable_dates_are_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse_dates(text, TODAY)


def test_a_week_keeps_a_working_day_and_dates_are_bounded() -> None:
    own = OwnTimes(weekdays=frozenset(range(6)))
    with pytest.raises(NoWorkingDay):
        own.with_weekday_toggled(6)
    assert own.with_weekday_toggled(0).weekdays == {1, 2, 3, 4, 5}
    full = USUAL_TIMES.with_dates(frozenset(date.fromordinal(TODAY.toordinal() + n) for n in range(MAX_DATES)), TODAY)
    with pytest.raises(TooManyDaysOff):
        full.with_dates(frozenset({date(2027, 11, 1)}), TODAY)
    assert full.with_dates(frozenset(), date(2026, 11, 22)).dates == full.dates - {TODAY, date(2026, 11, 21)}
