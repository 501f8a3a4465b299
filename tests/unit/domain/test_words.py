"""A turn of the direction of writing ends with the words that made it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bidi import close_bidi

MARKED = st.text(st.sampled_from("аб\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), max_size=30)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("слова", "слова"),
        ("\u202eслова", "\u202eслова\u202c"),
        ("\u202eсло\u202cва", "\u202eсло\u202cва"),
        ("\u2067сло\u202eва", "\u2067сло\u202eва\u202c\u2069"),
        ("\u2067сло\u202eва\u2069", "\u2067сло\u202eва\u2069"),
        ("\u202cслова\u2069", "\u202cслова\u2069"),
    ],
)
def test_open_bidi_marks_are_closed(text: str, wanted: str) -> None:
    assert close_bidi(text) == wanted


@given(MARKED)
def test_closing_twice_is_closing_once(text: str) -> None:
    assert close_bidi(close_bidi(text)) == close_bidi(text)
    assert close_bidi(text).startswith(text)
