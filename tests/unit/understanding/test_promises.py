"""Promises in the words of answers; they are written on Friday, 20 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.answer_check.promises import find_promise

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Яму засыплем до 1 декабря.", date(2026, 12, 1)),
        ("Яму засыплем до 1 октября.", None),  # it is over
        ("Засыплем до 25.11.", date(2026, 11, 25)),
        ("Отремонтируем на следующей неделе.", date(2026, 11, 27)),
        ("Вывезем до конца недели.", None),  # today is Friday
        ("Работы выполним в течение трёх дней.", date(2026, 11, 23)),
        ("Починим через неделю.", date(2026, 11, 27)),
        ("Ремонт запланирован весной.", date(2027, 5, 31)),
        ("Закончим до весны.", date(2027, 2, 28)),
        ("Благоустройство будет летом 2027 года.", date(2027, 8, 31)),
        ("Сделаем до конца месяца.", date(2026, 11, 30)),
        ("Сделаем в следующем месяце.", date(2026, 12, 31)),
        ("Сделаем до конца года.", date(2026, 12, 31)),
        ("Сделаем в следующем году.", date(2027, 12, 31)),
        ("Асфальт уложат в мае.", date(2027, 5, 31)),
        ("Фонарь починим завтра.", date(2026, 11, 21)),
        ("Яму засыпали 18 ноября.", None),
        ("Яму засыпали. Спасибо за сообщение!", None),
        ("Приём граждан 25.11 в 10:00.", None),
        ("Если появится снова, звоните до 1 декабря.", None),
        ("Начнём 24.11, а закончим до 1 декабря.", date(2026, 12, 1)),
        ("", None),
    ],
)
def test_the_day_of_a_promise_is_read(text: str, last: date | None) -> None:
    found = find_promise(text, TODAY)
    assert (found.last if found is not None else None) == last


@given(st.text(max_size=300), st.dates(date(2020, 1, 1), date(2090, 12, 31)))
def test_a_promise_is_always_to_come(text: str, today: date) -> None:
    found = find_promise(text, today)
    assert found is None or (found.last > today and found.words in text)
