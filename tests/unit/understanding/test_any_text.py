"""Whatever comes in, a sensible reading comes out, and soon."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.sectors import STANDARD_SECTORS
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import Reading

WORDS = [
    *("ул", "улица", "мкр", "дом", "д", "корп", "к", "5", "12к2", "11/2", "50", "лет", "октября", "8", "марта", "№"),
    *("ленина", "Мира", "садовой", "на", "по", "угол", "и", "у", "возле", "школа", "двадцать", "один", "нет", "воды"),
    *("спасибо", "за", "не", "ул.", "пр-т", ",", ".", "?", "²", "٣", "①", "-", "/", "+", "Абая", "би"),
]
MAX_SECONDS = 1.0
"""Of processor time: on a machine with other work a text waits, which says nothing of the rules."""


def check_reading(reading: Reading) -> None:
    assert set(reading.sector_scores) == set(STANDARD_SECTORS)
    assert all(0.0 <= score <= 1.0 for score in reading.sector_scores.values())
    assert 0.0 <= reading.appeal_score <= 1.0
    assert reading.sector == reading.top_sectors[0]
    assert reading.noise is None or not (reading.appeal or reading.urgent or reading.is_confident)
    if reading.place is not None:
        assert reading.place.text


@settings(deadline=None)  # a loaded machine is no fault of the text
@given(text=st.text(max_size=300))
def test_any_characters(everything: TextAnalyzer, text: str) -> None:
    check_reading(everything.read(text))


@settings(deadline=None)  # a loaded machine is no fault of the text
@given(parts=st.lists(st.sampled_from(WORDS), max_size=25))
@example(parts=["лет", "у", "у", "возле", "один", "воды"])  # two sectors differ in the fifth digit
def test_any_order_of_words_of_an_address(everything: TextAnalyzer, parts: list[str]) -> None:
    text = " ".join(parts)
    check_reading(everything.read(text))
    assert everything.read(text) == everything.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "а" * 100_000,
        "вода " * 20_000,
        "вода " * 500 + "нет " * 500,
        "[" * 100_000,
        "[club1|" * 15_000,
        "а\u0301" * 50_000,
        "\ud800\x00\u202e" * 1_000,
        "9" * 100_000 + " мкр",
        "ул " * 30_000,
        "Ленина 5 " * 12_000,
        "а-" * 50_000,
        "+ " * 50_000 + "а",
        "http://" * 15_000,
        "😀" * 50_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_a_hostile_text_is_read_in_good_time(everything: TextAnalyzer, text: str) -> None:
    begun = time.process_time()
    check_reading(everything.read(text))
    assert time.process_time() - begun < MAX_SECONDS
