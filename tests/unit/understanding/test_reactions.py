"""Reactions to answers: the labelled sets, and texts that must never return a ticket by mistake."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reactions import CONTROLS, FOLDS, HANDS, SETS, VOICES, Labelled, Score, load_set, load_sets, score_pairs
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reactions.features import FeatureExtractor
from bot.understanding.reactions.model import MAX_FILE_BYTES, load_shipped_model, unpack_model
from bot.understanding.reactions.reactions import Reaction, ReactionReader
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import prepare_text

MIN_F1, MIN_PRECISION = 0.85, 0.9
VOICE_SETS = tuple(name for voice in VOICES for name in HANDS[voice])
"""The sets of the voices: some alone are small, and irony in one of them is left to people."""
LARGE_SETS = frozenset(SETS) - set(VOICE_SETS) - {"control"}
"""Two of them, «fresh_b» and «sealed», are of hands that the model was not trained on."""


@pytest.mark.parametrize("name", SETS)
def test_unsolved_is_read_with_the_precision_that_returning_a_ticket_needs(everything: TextAnalyzer, name: str) -> None:
    assert _score_unsolved(everything, (name,)).precision >= MIN_PRECISION


@pytest.mark.parametrize("names", [*((name,) for name in sorted(LARGE_SETS)), VOICE_SETS])
def test_unsolved_is_found_in_large_sets_of_known_hands_and_of_strangers(
    everything: TextAnalyzer, names: tuple[str, ...]
) -> None:
    assert _score_unsolved(everything, names).f1 >= MIN_F1


def test_sets_are_large_and_the_rules_hand_and_its_control_share_no_text() -> None:
    texts = [row.text for row in load_sets(("development", "held_out", "control"))]
    assert len(texts) == len(set(texts))
    assert len(load_sets(SETS)) >= 5000


def test_shipped_model_was_made_from_the_sets_and_rules_of_the_repository() -> None:
    """Train it again with ``python -m bench.reactions --train``."""
    from bench.reactions.training import MODEL_FILE, hash_sources  # scikit-learn: every worker imports this file

    packed = MODEL_FILE.read_bytes()
    assert unpack_model(packed).sources_hash == hash_sources(FeatureExtractor(Morphology()))
    assert len(packed) <= MAX_FILE_BYTES


def test_controls_are_no_part_of_training() -> None:
    assert not set(CONTROLS) & {name for names in HANDS.values() for name in names}
    trained = {row.text.casefold() for names in HANDS.values() for row in load_sets(names)}
    assert not trained & {row.text.casefold() for row in load_set("sealed")}


def test_every_hand_is_left_out_with_its_fold_once() -> None:
    assert sorted(hand for fold in FOLDS for hand in fold) == sorted(HANDS)


def test_training_gives_the_same_bytes_again_and_a_model_that_reads_new_words() -> None:
    from bench.reactions.training import Sample, fit

    morphology = Morphology()
    extractor = FeatureExtractor(morphology)
    rows = [*load_set("held_out"), *(Labelled(Reaction.SOLVED, f"{word} починили") for word in ("кран", "люк", "лифт"))]
    samples = [Sample(row.label, extractor.extract(prepare_text(row.text), 0.0), 1.0) for row in rows]
    packed = fit(samples, "")
    assert packed == fit(samples, "")
    reader = ReactionReader(morphology, unpack_model(packed))
    assert reader.read("домофон починили") in (Reaction.SOLVED, Reaction.UNCLEAR)


def test_probabilities_sum_to_one_for_a_text_without_known_features() -> None:
    chances = load_shipped_model().probabilities({"lemma:ъъъ": 1.0})
    assert sum(chances.values()) == pytest.approx(1.0)
    assert Reaction.UNCLEAR not in chances


@pytest.mark.parametrize(
    ("text", "reaction"),
    [
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


def _score_unsolved(reader: TextAnalyzer, names: Sequence[str]) -> Score:
    pairs = [pair for name in names for pair in _read_set(reader, name)]
    return next(one for one in score_pairs(pairs) if one.label is Reaction.UNSOLVED)


@cache
def _read_set(reader: TextAnalyzer, name: str) -> list[tuple[Reaction, Reaction]]:
    """Return pairs of the right and the read meaning; each set is judged alone and with others."""
    return [(row.label, reader.read_reaction(row.text)) for row in load_set(name)]
