"""A term reads what officials write, and says it back in Russian."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.durations import Duration, InvalidDuration, TimeUnit
from bot.domain.russian_text import plural


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("8wh", "8", TimeUnit.WORKING_HOUR),
        ("1wd", "1", TimeUnit.WORKING_DAY),
        ("30m", "30", TimeUnit.MINUTE),
        ("45s", "45", TimeUnit.SECOND),
        ("1.5h", "1.5", TimeUnit.HOUR),
        ("7d", "7", TimeUnit.DAY),
        (" 8 wh ", "8", TimeUnit.WORKING_HOUR),
    ],
)
def test_reads_what_is_written(text: str, amount: str, unit: TimeUnit) -> None:
    assert Duration.parse(text) == Duration(Decimal(amount), unit)


@pytest.mark.parametrize(
    "text",
    ["", "8", "wh", "0h", "0.0wd", "-1h", "1,5h", "1e3h", "8 часов", "8WH", "1h30m", "1.h", ".5h", "nan", "infs", "٣h"],
)
def test_refuses_everything_else_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidDuration) as caught:
        Duration.parse(text)
    assert caught.value.problem
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["3661d", "2501wd", "20001wh", "999999999s", "999999999wd"])
def test_refuses_a_term_of_more_than_ten_years(text: str) -> None:
    with pytest.raises(InvalidDuration, match="десяти лет"):
        Duration.parse(text)


@given(
    amount=st.decimals(min_value=Decimal("0.001"), max_value=2500, places=3),
    unit=st.sampled_from([unit for unit in TimeUnit if unit is not TimeUnit.YEAR]),
)
@example(amount=Decimal("1.5"), unit=TimeUnit.YEAR)
def test_text_parses_back_to_an_equal_term(amount: Decimal, unit: TimeUnit) -> None:
    term = Duration(amount, unit)
    assert Duration.parse(str(term)) == term


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("8wh", "8 рабочих часов"),
        ("1wh", "1 рабочий час"),
        ("2wh", "2 рабочих часа"),
        ("11wh", "11 рабочих часов"),
        ("21wh", "21 рабочий час"),
        ("1wd", "1 рабочий день"),
        ("3wd", "3 рабочих дня"),
        ("10wd", "10 рабочих дней"),
        ("1.5wd", "1,5 рабочего дня"),
        ("3m", "3 минуты"),
        ("1m", "1 минута"),
        ("15m", "15 минут"),
        ("45s", "45 секунд"),
        ("1.5h", "1,5 часа"),
        ("1.0h", "1 час"),
        ("24h", "24 часа"),
        ("30d", "30 дней"),
    ],
)
def test_says_it_in_russian(text: str, words: str) -> None:
    assert Duration.parse(text).in_russian() == words


def test_only_calendar_terms_have_a_plain_length() -> None:
    assert Duration.parse("1.5h").to_timedelta() == timedelta(minutes=90)
    assert Duration.parse("2d").to_timedelta() == timedelta(days=2)
    for text in ("1wh", "1wd"):
        with pytest.raises(ValueError, match="working"):
            Duration.parse(text).to_timedelta()
    with pytest.raises(ValueError, match="no fixed length"):
        Duration.parse("1wd").to_microseconds()


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 сообщений"),
        (1, "1 сообщение"),
        (2, "2 сообщения"),
        (5, "5 сообщений"),
        (11, "11 сообщений"),
        (12, "12 сообщений"),
        (21, "21 сообщение"),
        (104, "104 сообщения"),
        (111, "111 сообщений"),
        (-1, "-1 сообщение"),
    ],
)
def test_a_noun_agrees_with_its_number(n: int, words: str) -> None:
    assert plural(n, "сообщение", "сообщения", "сообщений") == words
