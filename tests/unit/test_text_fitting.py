"""Nothing is lost, nothing is too long, no sign is torn."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messengers.content import Bold, Link, Quote, Span, Text
from bot.messengers.text_fitting import (
    Measure,
    clean_spans,
    clean_text,
    split,
    total_length,
    trim_spans,
    truncate,
    utf16_units,
)

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
WORDS = st.text(st.sampled_from("абв \n.!x😀\u200d\u0301🇷🇺́"), max_size=120)
ANY = st.text(max_size=80)
SPANS = st.lists(
    st.one_of(
        (WORDS | ANY).map(Text),
        WORDS.map(Bold),
        WORDS.map(Quote),
        WORDS.map(lambda text: Link(text, "https://example.ru/дорога")),
    ),
    max_size=6,
).map(tuple)
MEASURES = st.sampled_from([utf16_units, lambda span: len(span.text)])


def length_with_links(span: Span) -> int:
    """A measure like VK's, where a link shows its address."""
    return len(span.text) + (len(span.url) + 3 if isinstance(span, Link) else 0)


def plain(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def visible_characters(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(SPANS, st.integers(8, 200), MEASURES)
def test_splitting_loses_only_white_space(spans: tuple[Span, ...], limit: int, measure: Measure) -> None:
    parts = split(spans, limit, measure)
    assert visible_characters("".join(map(plain, parts))) == visible_characters(plain(clean_spans(spans)))
    assert all(plain(part).strip() for part in parts)


@given(SPANS, st.integers(8, 200), st.integers(8, 60))
def test_every_part_is_within_the_limit(spans: tuple[Span, ...], limit: int, first: int) -> None:
    parts = split(spans, limit, utf16_units, first_limit=first)
    assert all(
        total_length(part, utf16_units) <= (first if number == 0 else limit) for number, part in enumerate(parts)
    )


@given(SPANS, st.integers(50, 200))
def test_any_measure_will_do(spans: tuple[Span, ...], limit: int) -> None:
    parts = split(spans, limit, length_with_links)
    assert all(total_length(part, length_with_links) <= limit for part in parts)
    assert visible_characters("".join(map(plain, parts))) == visible_characters(plain(clean_spans(spans)))
    assert total_length(truncate(spans, limit, length_with_links), length_with_links) <= limit


@given(SPANS, st.integers(1, 200), MEASURES)
def test_a_cut_text_fits_and_says_that_it_was_cut(spans: tuple[Span, ...], limit: int, measure: Measure) -> None:
    whole = trim_spans(clean_spans(spans))
    kept = truncate(spans, limit, measure)
    assert total_length(kept, measure) <= limit
    if total_length(whole, measure) <= limit:
        assert kept == whole
    else:
        assert "…" in plain(kept)


@given(st.lists(st.sampled_from([FAMILY, "👍🏽", "🇷🇺", "й", "е\u0301", "1\ufe0f\u20e3"]), min_size=1, max_size=60))
def test_no_sign_is_torn(signs: list[str]) -> None:
    parts = split([Text("".join(signs))], 40, utf16_units)
    whole = [plain(part) for part in parts]
    left = list(signs)
    for part in whole:
        while part:
            assert part.startswith(left[0])
            part = part[len(left.pop(0)) :]
    assert not left


@given(ANY | st.text(st.characters(min_codepoint=0xD700, max_codepoint=0xE0FF)))
def test_clean_text_can_be_sent(text: str) -> None:
    done = clean_text(text)
    assert done.encode("utf-8").decode("utf-8") == done
    assert "\0" not in done
    assert clean_text(done) == done


def test_two_halves_become_one_character() -> None:
    assert clean_text("\ud83d\ude00") == "😀"
    assert clean_text("a\ud83db") == "a\ufffdb"
    assert clean_text("раз\r\nдва\x00\x07") == "раз\nдва"


def test_a_paragraph_is_the_best_place() -> None:
    text = "Первый абзац. Он короткий.\n\nВторой абзац, который уже не помещается целиком."
    assert [plain(part) for part in split([Text(text)], 50, utf16_units)] == [
        "Первый абзац. Он короткий.",
        "Второй абзац, который уже не помещается целиком.",
    ]


def test_then_a_sentence_then_a_word() -> None:
    text = "Одно предложение здесь. Другое предложение тоже здесь"
    assert [plain(part) for part in split([Text(text)], 40, utf16_units)] == [
        "Одно предложение здесь.",
        "Другое предложение тоже здесь",
    ]


def test_words_stay_whole() -> None:
    parts = split([Text("дорога " * 10)], 20, utf16_units)
    assert [plain(part) for part in parts] == ["дорога дорога дорога"] * 3 + ["дорога"]


def test_looks_survive_a_cut() -> None:
    parts = split([Bold("важно " * 5), Link("ссылка " * 5, "https://a.ru")], 20, utf16_units)
    kinds = [{type(span) for span in part} for part in parts]
    assert kinds[0] == {Bold}
    assert kinds[-1] == {Link}


def test_the_quote_is_cut_before_the_lines_around_it() -> None:
    spans = (Text("№142 · Дороги\n"), Quote("Яма на дороге, дети не могут пройти в школу"), Text("\nдо 15:30"))
    kept = truncate(spans, 50, utf16_units)
    assert kept[0] == spans[0]
    assert kept[2] == spans[2]
    assert kept[1].text.endswith("…")
    assert total_length(kept, utf16_units) <= 50


@pytest.mark.parametrize("text", ["", " \n ", "\0"])
def test_nothing_gives_no_message(text: str) -> None:
    assert split([Text(text)], 10, utf16_units) == []


@settings(max_examples=20)
@given(st.integers(4000, 9000))
def test_long_texts_are_quick(length: int) -> None:
    parts = split([Text("😀" * length)], 4096, utf16_units)
    assert sum(len(plain(part)) for part in parts) == length
