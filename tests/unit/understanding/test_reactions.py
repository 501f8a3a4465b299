"""Reactions to answers: the labelled sets, and texts that must never return a ticket by mistake."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reactions import SETS, load_set, score
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reactions.reactions import Reaction

MIN_F1, MIN_PRECISION = 0.85, 0.9


@pytest.mark.parametrize("name", SETS)
def test_unsolved_is_read_with_the_precision_that_returning_a_ticket_needs(everything: TextAnalyzer, name: str) -> None:
    figures = next(one for one in score(everything, load_set(name)) if one.label is Reaction.UNSOLVED)
    assert figures.precision >= MIN_PRECISION
    assert name == "control" or figures.f1 >= MIN_F1


def test_sets_are_large_and_share_no_text() -> None:
    texts = [row.text for name in SETS for row in load_set(name)]
    assert len(texts) == len(set(texts)) >= 300


@pytest.mark.parametrize(
    ("text", "reaction"),
    [
        ("Спасибо, яма теперь глубже", Reaction.UNSOLVED),
        ("ничего не сделали", Reaction.UNSOLVED),
        ("опять то же", Reaction.UNSOLVED),
        ("сделали, спасибо", Reaction.SOLVED),
        ("больше не течёт", Reaction.SOLVED),
        ("Спасибо, будем ждать", Reaction.THANKS),
        ("А ещё на Садовой 5 не горит фонарь", Reaction.QUESTION),
        ("а если не сделаете, куда звонить?", Reaction.QUESTION),
        ("нет", Reaction.UNSOLVED),
        ("да", Reaction.SOLVED),
        ("👍", Reaction.THANKS),
        ("", Reaction.CHATTER),
        ("Спасибо за «оперативность»", Reaction.UNCLEAR),
    ],
)
def test_reaction_of_a_text(everything: TextAnalyzer, text: str, reaction: Reaction) -> None:
    assert everything.read_reaction(text) is reaction


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_has_a_reaction(everything: TextAnalyzer, text: str) -> None:
    assert everything.read_reaction(text) in Reaction
