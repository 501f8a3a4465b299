"""Is it the approved answer that somebody has posted?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.similarity import is_same_wording

AGREED = "Яму на Ленина, 45 засыплем до пятницы, бригада выедет утром."


@pytest.mark.parametrize(
    "posted",
    [
        AGREED,
        AGREED.upper(),
        "Добрый день, Мария! " + AGREED,
        AGREED + "\n\nС уважением, отдел дорог администрации округа",
        "Яму на Ленина 45 засыпем до пятницы бригада выедет утром",
        "Здравствуйте.\n" + AGREED.replace("ё", "е") + " Спасибо за терпение!",
    ],
)
def test_the_same_words_with_a_greeting_or_a_slip(posted: str) -> None:
    assert is_same_wording(AGREED, posted)


@pytest.mark.parametrize(
    "posted",
    [
        "",
        "👍",
        "Засыплем",
        "Яму засыплем до пятницы?",
        "Яму на Ленина, 45 видели, передали в отдел дорог, ждите.",
    ],
)
def test_other_words(posted: str) -> None:
    assert not is_same_wording(AGREED, posted)


def test_a_short_answer_is_not_found_inside_other_words() -> None:
    assert is_same_wording("Сделаем.", "сделаем")
    assert not is_same_wording("Сделаем.", "Если сделаем, то не скоро, денег нет и не будет")
    assert not is_same_wording("", "")


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_words_break_it(agreed: str, posted: str) -> None:
    assert is_same_wording(agreed, posted) in (True, False)
