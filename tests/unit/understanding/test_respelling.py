"""Words of reactions that are written as they sound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.reactions.respelling import Respeller
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import PreparedText, prepare_text


@pytest.fixture(scope="module")
def respeller() -> Respeller:
    return Respeller(Morphology(), kept=("инет",))


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("вывазят", "вывозят"),
        ("ниделю", "неделю"),
        ("афтобуса", "автобуса"),
        ("асвальт", "асфальт"),
        ("зделали", "сделали"),
        ("изминений", "изменений"),
        ("скока", "сколько"),
        ("фанари ни гарят", "фонари ни горят"),
        ("незделали", "не сделали"),
        ("нипомогли", "не помогли"),
        ("ругаца", "ругаться"),
        ("абещяли", "обещали"),
    ],
)
def test_word_written_as_it_sounds_is_respelled(respeller: Respeller, written: str, right: str) -> None:
    assert _norms(respeller.respell(prepare_text(written))) == right.split()


@pytest.mark.parametrize("text", ["Вода есть, свет горит!", "инет", "спс", "Щпыж", "12 дом", "WiFi", ""])
def test_known_and_kept_words_and_abbreviations_stay(respeller: Respeller, text: str) -> None:
    prepared = prepare_text(text)
    assert respeller.respell(prepared) is prepared


def test_signs_and_sentences_stay_where_they_were(respeller: Respeller) -> None:
    assert respeller.respell(prepare_text("Ну, зделали?! 👎 Нечево нету...")).clean == "Ну, сделали?! 👎 нечего нету..."


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_can_be_respelled_and_keeps_its_words(respeller: Respeller, text: str) -> None:
    prepared = prepare_text(text)
    assert len(respeller.respell(prepared).words) >= len(prepared.words)


def _norms(text: PreparedText) -> list[str]:
    return [word.norm for word in text.words]
