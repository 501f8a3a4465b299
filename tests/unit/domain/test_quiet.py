"""Quiet hours, also over midnight and where clocks jump."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quiet_hours import QuietHours

VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.integers(0, 20 * 366 * 86400 * 10**6).map(lambda n: EPOCH + timedelta(microseconds=n))
NIGHT = QuietHours(VLADIVOSTOK, time(22), time(8))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VLADIVOSTOK)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (local(2026, 11, 20, 21, 59, 59, 999_999), False),
        (local(2026, 11, 20, 22), True),
        (local(2026, 11, 21, 0), True),
        (local(2026, 11, 21, 7, 59), True),
        (local(2026, 11, 21, 8), False),
        (local(2026, 11, 21, 12), False),
    ],
)
def test_over_midnight(moment: datetime, quiet: bool) -> None:
    assert NIGHT.is_quiet(moment) is quiet


def test_deferred_notice_is_due_at_end_of_quiet_hours() -> None:
    morning = local(2026, 11, 21, 8).astimezone(UTC)
    assert NIGHT.defer(local(2026, 11, 20, 22)) == morning
    assert NIGHT.defer(local(2026, 11, 21, 3)) == morning
    noon = local(2026, 11, 21, 12)
    assert NIGHT.defer(noon) == noon
    assert NIGHT.defer(noon).tzinfo is UTC


def test_within_one_day() -> None:
    siesta = QuietHours(VLADIVOSTOK, time(13), time(14))
    assert siesta.is_quiet(local(2026, 11, 20, 13, 30))
    assert not siesta.is_quiet(local(2026, 11, 20, 14))
    assert siesta.defer(local(2026, 11, 20, 13, 30)) == local(2026, 11, 20, 14)


@given(moments)
def test_equal_times_are_never_quiet(moment: datetime) -> None:
    never = QuietHours(VLADIVOSTOK, time(22), time(22))
    assert not never.is_quiet(moment)
    assert never.defer(moment) == moment


def test_an_end_that_the_clock_jumps_over_is_the_jump() -> None:
    quiet = QuietHours(BERLIN, time(23), time(2, 30))
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)  # 02:00 becomes 03:00
    assert quiet.defer(jump - timedelta(minutes=30)) == jump


def test_an_end_that_comes_twice() -> None:
    quiet = QuietHours(BERLIN, time(23), time(2, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 for the first time; at 03:00 clocks go back to 02:00
    assert quiet.defer(first - timedelta(minutes=10)) == first
    assert quiet.defer(first + timedelta(minutes=40)) == first + timedelta(hours=1)


times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(
    moments,
    times,
    times,
    st.sampled_from([VLADIVOSTOK, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_the_end_is_never_quiet_and_never_before(moment: datetime, start: time, end: time, zone: ZoneInfo) -> None:
    quiet = QuietHours(zone, start, end)
    until = quiet.defer(moment)
    assert until >= moment
    assert not quiet.is_quiet(until)
    assert until - moment <= timedelta(hours=26)
    if until != moment:
        assert quiet.is_quiet(until - timedelta(microseconds=1))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        NIGHT.is_quiet(datetime(2026, 11, 20, 22))  # noqa: DTZ001
