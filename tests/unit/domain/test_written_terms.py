"""Terms at the end of a request."""

from contextlib import suppress
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WorkingCalendar
from bot.domain.errors import DayPassed, TermUnsuitable
from bot.domain.written_terms import parse_term, split_term

ZONE = ZoneInfo("Asia/Barnaul")
CALENDAR = WorkingCalendar(ZONE, [(time(9), time(13)), (time(14), time(18))])
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "words", "moment"),
    [
        ("Нет ответа, до ср 12:00", "Нет ответа", "25.11 12:00"),
        ("Нет ответа до среды", "Нет ответа", "25.11 23:59"),
        ("Нет ответа, до четверга, в 9:30.", "Нет ответа", "26.11 09:30"),
        ("Нет ответа до пн 09:00", "Нет ответа", "30.11 09:00"),
        ("Нет ответа до пн 18:00", "Нет ответа", "23.11 18:00"),
        ("Нет ответа до завтра 10:00", "Нет ответа", "24.11 10:00"),
        ("Нет ответа\n25.11", "Нет ответа", "25.11 23:59"),
        ("Нет ответа\n18:00", "Нет ответа", "23.11 18:00"),
        ("Нет ответа, за 4 часа", "Нет ответа", "23.11 14:00"),
        ("Нет ответа — через 4 раб. часа.", "Нет ответа", "23.11 15:00"),
        ("Нет ответа\n2 рабочих дня", "Нет ответа", "25.11 10:00"),
        ("Засыпать, к пятнице", "Засыпать", "27.11 23:59"),
        ("Засыпать не позднее 25 ноября", "Засыпать", "25.11 23:59"),
        ("Засыпать до конца недели", "Засыпать", "27.11 23:59"),
        ("Готовимся к 25.11", "Готовимся к 25.11", None),
        ("Снег не убрали за 2 дня", "Снег не убрали за 2 дня", None),
        ("Почему закрыто до 18:00", "Почему закрыто до 18:00", None),
    ],
)
def test_a_term_is_read_as_it_is_written(text: str, words: str, moment: str | None) -> None:
    found, term = split_term(text)
    at = parse_term(term, CALENDAR, MONDAY) if term is not None else None
    assert found == words
    assert (None if at is None else f"{at.astimezone(ZONE):%d.%m %H:%M}") == moment


@pytest.mark.parametrize("term", ["31.02", "ср 25:00", "0 часов", "0 дней", "", "когда-нибудь", "99:99"])
def test_what_is_no_moment_is_refused(term: str) -> None:
    with pytest.raises(TermUnsuitable):
        parse_term(term, CALENDAR, MONDAY)


def test_a_day_that_has_passed_is_never_moved_to_the_next_year() -> None:
    with pytest.raises(DayPassed) as refused:
        parse_term("20.11", CALENDAR, MONDAY)
    assert refused.value.facts == {"name": "20.11.2027"}


@given(st.text(alphabet="до српн0123456789:. часдня\n,", max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    _, term = split_term(text)
    if term is not None:
        with suppress(TermUnsuitable, DayPassed):
            assert parse_term(term, CALENDAR, MONDAY) > MONDAY
