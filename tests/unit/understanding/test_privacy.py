"""Masking of personal data, on two tables of forms that grow: add a line there for every form that slips through."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.understanding.analyzer import TextAnalyzer

TABLES = Path(__file__).parents[2] / "fixtures" / "privacy"


def read_lines(name: str) -> list[str]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


MASKED = [tuple(line.split(" => ")) for line in read_lines("masked.txt")]
KEPT = read_lines("kept.txt")


def test_every_form_of_the_table_is_masked(small_town: TextAnalyzer) -> None:
    assert len(MASKED) >= 120
    wrong = [(text, small_town.redact(text)) for text, wanted in MASKED if small_town.redact(text) != wanted]
    assert not wrong


def test_every_innocent_text_of_the_table_stays(small_town: TextAnalyzer) -> None:
    assert len(KEPT) >= 120
    wrong = [(text, small_town.redact(text)) for text in KEPT if small_town.redact(text) != text]
    assert not wrong


@pytest.mark.parametrize("around", ["Здравствуйте! {} Спасибо.", "({})", "Ул. Школьная, 5. {}\nЖду ответа", "{}, {}"])
def test_a_form_is_masked_within_other_words(small_town: TextAnalyzer, around: str) -> None:
    for text, _ in MASKED:
        digits = [sign for sign in text if sign.isdecimal()]
        if len(digits) >= 9 and "участок" not in text:
            shown = small_town.redact(around.replace("{}", text))
            assert not any(run in shown for run in ("12345", "1234-5", "123 45", "123-45")), (text, shown)


@given(st.text(max_size=200) | st.lists(st.sampled_from([text for text, _ in MASKED] + KEPT), max_size=4).map(" ".join))
@example("А-аАА А")  # a capital letter within a word, before an initial
@settings(max_examples=60)
def test_masking_twice_changes_nothing_more(small_town: TextAnalyzer, text: str) -> None:
    once = small_town.redact(text)
    assert small_town.redact(once) == once


@given(st.from_regex(r"(\+7|8) ?[(-]?9\d{2}[)-]? ?\d{3}[- ]?\d{2}[- ]?\d{2}", fullmatch=True))
@settings(max_examples=40)
def test_no_mobile_number_is_shown(small_town: TextAnalyzer, phone: str) -> None:
    assert not any(map(str.isdecimal, small_town.redact(f"звоните {phone} вечером")))
