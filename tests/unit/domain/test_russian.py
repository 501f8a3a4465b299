"""Days and moments as people write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.russian_text import human_day, human_days, human_moment

VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")


def test_a_day_has_its_month_in_the_genitive() -> None:
    assert human_day(date(2026, 11, 20)) == "20 ноября"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 4), date(2026, 11, 4), "4 ноября"),
        (date(2026, 11, 21), date(2026, 11, 22), "21 и 22 ноября"),
        (date(2026, 1, 1), date(2026, 1, 8), "1–8 января"),
        (date(2026, 12, 31), date(2027, 1, 8), "31 декабря – 8 января"),
        (date(2026, 1, 31), date(2026, 2, 1), "31 января – 1 февраля"),
    ],
)
def test_a_run_of_days(first: date, last: date, words: str) -> None:
    assert human_days(first, last) == words


def test_a_moment_stands_on_the_municipality_s_clock() -> None:
    moment = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    assert human_moment(moment, VLADIVOSTOK) == "пт 20.11, 14:30"
    assert human_moment(moment, VLADIVOSTOK, now=datetime(2026, 11, 19, 20, tzinfo=UTC)) == "14:30"
    assert human_moment(moment, VLADIVOSTOK, now=datetime(2026, 11, 19, 10, tzinfo=UTC)) == "пт 20.11, 14:30"
    assert human_moment(moment, VLADIVOSTOK, now=datetime(2025, 11, 19, 10, tzinfo=UTC)) == "пт 20.11.2026, 14:30"
    assert human_moment(moment, VLADIVOSTOK, moment, with_day=True) == "пт 20.11, 14:30"
