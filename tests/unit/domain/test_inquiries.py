"""The date at the end of a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.written_terms import split_term


@pytest.mark.parametrize(
    ("text", "words", "date"),
    [
        ("Когда закончат? до 25.11", "Когда закончат?", "25.11"),
        ("Решение: залить каток, до 04.12.", "Решение: залить каток", "04.12"),
        ("Засыпать (до 04.12.2026)", "Засыпать", "04.12.2026"),
        ("Проверить До 1.12, 9:30", "Проверить", "1.12 9:30"),
        ("до 25.11", "", "25.11"),
        ("Ремонт до 25.11 не начнут", "Ремонт до 25.11 не начнут", None),
        ("Завтра", "Завтра", None),
    ],
)
def test_a_date_at_the_end_is_the_term(text: str, words: str, date: str | None) -> None:
    assert split_term(text) == (words, date)


@given(st.text(max_size=60))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    words, date = split_term(text)
    assert date is not None or words == text.strip()
