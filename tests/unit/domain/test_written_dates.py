"""Dates as people type them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WorkingCalendar
from bot.domain.date_faults import DateFault, PassedDay
from bot.domain.written_dates import read_deadline, read_moment

ZONE = ZoneInfo("Asia/Barnaul")
HOURS = [(time(9), time(13)), (time(14), time(18))]
CALENDAR = WorkingCalendar(ZONE, HOURS)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
ZONES = st.sampled_from(
    ["Asia/Vladivostok", "Asia/Sakhalin", "Europe/Kaliningrad", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]
)
MOMENTS = st.integers(0, 11 * 365 * 24 * 60).map(lambda one: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=one))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("завтра", "24.11.2026 23:59"),
        ("Послезавтра.", "25.11.2026 23:59"),
        ("сегодня до 18", "23.11.2026 18:00"),
        ("завтра в 10 утра", "24.11.2026 10:00"),
        ("завтра к обеду", "24.11.2026 13:00"),
        ("до пятницы", "27.11.2026 23:59"),
        ("в пн 10:00", "30.11.2026 10:00"),
        ("пн 12:00", "23.11.2026 12:00"),
        ("в следующую среду", "02.12.2026 23:59"),
        ("через 3 дня", "26.11.2026 10:00"),
        ("через неделю", "30.11.2026 10:00"),
        ("через полтора часа", "23.11.2026 11:30"),
        ("за 2 рабочих дня", "25.11.2026 10:00"),
        ("через месяц", "23.12.2026 10:00"),
        ("25.11", "25.11.2026 23:59"),
        ("25.11, в 15:00", "25.11.2026 15:00"),
        ("25.11.26 14:00", "25.11.2026 14:00"),
        ("до 25.11.2026 15.00", "25.11.2026 15:00"),
        ("25 ноября", "25.11.2026 23:59"),
        ("5 дек. 2026 г. 9:00", "05.12.2026 09:00"),
        ("к 25 числу", "25.11.2026 23:59"),
        ("2026-12-01", "01.12.2026 23:59"),
        ("к концу недели", "27.11.2026 23:59"),
        ("до конца следующей недели", "04.12.2026 23:59"),
        ("до конца месяца", "30.11.2026 23:59"),
        ("до конца рабочего дня", "23.11.2026 18:00"),
        ("до конца года", "31.12.2026 23:59"),
        ("до 18", "23.11.2026 18:00"),
        ("18:00", "23.11.2026 18:00"),
        ("10.30", "23.11.2026 10:30"),
    ],
)
def test_a_date_is_read_as_it_is_said(text: str, moment: str) -> None:
    read = read_deadline(text, CALENDAR, MONDAY)
    assert read.at is not None
    assert f"{read.at.astimezone(ZONE):%d.%m.%Y %H:%M}" == moment


@pytest.mark.parametrize(
    "text",
    ["", "как-нибудь", "31.02", "18", "25:00", "32 ноября", "месяц", "25.1115:00", "0 дней", "1" * 500, "ср 25:00"],
)
def test_anything_else_is_not_understood(text: str) -> None:
    assert read_deadline(text, CALENDAR, MONDAY).fault is DateFault.UNREAD


@pytest.mark.parametrize(
    ("text", "said", "offered"),
    [
        ("20.11", "20.11.2026", "20.11.2027"),
        ("1 мая", "01.05.2026", "01.05.2027"),
        ("20 числа", "20.11.2026", "20.12.2026"),
    ],
)
def test_a_day_that_has_passed_is_offered_for_the_next_time(text: str, said: str, offered: str) -> None:
    read = read_deadline(text, CALENDAR, MONDAY)
    assert (read.at, read.fault) == (None, DateFault.PAST)
    assert isinstance(read.passed, PassedDay)
    assert f"{read.passed.said.astimezone(ZONE):%d.%m.%Y}" == said
    assert f"{read.passed.offered.astimezone(ZONE):%d.%m.%Y}" == offered


@pytest.mark.parametrize("text", ["20.11.2026", "вчера", "сегодня до 9", "до 9"])
def test_what_has_passed_for_good_is_only_refused(text: str) -> None:
    read = read_deadline(text, CALENDAR, MONDAY)
    assert (read.at, read.fault, read.passed) == (None, DateFault.PAST, None)


def test_a_year_too_far_is_a_slip_of_the_pen() -> None:
    assert read_deadline("25.11.2062", CALENDAR, MONDAY).fault is DateFault.FAR


def test_a_leap_day_is_the_next_one_there_is() -> None:
    read = read_moment("29.02", CALENDAR, MONDAY)
    assert read is not None
    assert f"{read.at.astimezone(ZONE):%d.%m.%Y}" == "29.02.2028"


@given(ZONES, MOMENTS, st.integers(0, 23), st.integers(0, 59))
def test_tomorrow_is_the_next_day_of_the_town_in_every_zone(name: str, now: datetime, hour: int, minute: int) -> None:
    zone = ZoneInfo(name)
    calendar = WorkingCalendar(zone, HOURS)
    read = read_deadline(f"завтра в {hour}:{minute:02}", calendar, now)
    assert read.at is not None
    local = read.at.astimezone(zone)
    jumped = abs(local.replace(tzinfo=None) - datetime.combine(local.date(), time(hour, minute)))
    assert local.date() == now.astimezone(zone).date() + timedelta(days=1)
    assert jumped <= timedelta(hours=1), "the clock is put forward over it at most"


@given(ZONES, MOMENTS, st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_a_day_without_a_year_is_this_years_or_asked_about(name: str, now: datetime, day: date) -> None:
    zone = ZoneInfo(name)
    calendar = WorkingCalendar(zone, HOURS)
    read = read_deadline(f"{day:%d.%m}", calendar, now)
    if read.at is not None and (day.month, day.day) != (2, 29):
        assert read.at.astimezone(zone).year == now.astimezone(zone).year
        assert read.at > now
    if read.passed is not None:
        assert read.passed.said <= now < read.passed.offered


@given(ZONES, MOMENTS, st.sampled_from(["пн", "до вторника", "к среде", "четверг", "пт", "в субботу", "вс"]))
def test_a_day_of_the_week_lies_within_a_week(name: str, now: datetime, text: str) -> None:
    calendar = WorkingCalendar(ZoneInfo(name), HOURS)
    read = read_deadline(text, calendar, now)
    assert read.at is not None
    assert now < read.at <= now + timedelta(days=8)


@given(st.text(max_size=70), MOMENTS)
def test_any_text_is_read_without_an_error(text: str, now: datetime) -> None:
    read = read_deadline(text, CALENDAR, now)
    assert (read.at is None) == (read.fault is not None)
