"""The package's model of messages: made from its sources, the same after packing, fast and slow way alike."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.words import load_messages
from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.domain.urgency import Urgency
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.features import TextFeatures
from bot.understanding.model.model import Predictor, ShareMixer, softmax
from bot.understanding.model.training_data import Example
from bot.understanding.sectors.topics import load_topics
from bot.understanding.shipped.message_model import (
    MAX_FILE_BYTES,
    MessageJudge,
    feature_values,
    load_shipped_model,
    pack_model,
    unpack_model,
)
from bot.understanding.shipped.shares import StandardShares

if TYPE_CHECKING:
    from bench.words.training import Laboratory


@cache
def laboratory() -> Laboratory:
    from bench.words.training import Laboratory  # scikit-learn: every worker imports this file, one trains

    return Laboratory()


def test_model_is_trained_on_the_messages_as_they_are() -> None:
    """Run ``python -m bench.words --train`` if this fails."""
    assert load_shipped_model().sources_hash == laboratory().hash_sources()


def test_model_is_the_same_after_packing() -> None:
    packed = pack_model(load_shipped_model())
    assert packed == pack_model(unpack_model(packed))
    assert len(packed) < MAX_FILE_BYTES


def test_judge_computes_what_the_model_was_trained_on() -> None:
    model = load_shipped_model()
    sectors = model.sectors
    rarity = dict(zip(sectors.features, sectors.rarity.tolist(), strict=True))
    rows = {name: row for row, name in enumerate(sectors.features)}
    judge = MessageJudge(model)
    for message in load_messages()[::97]:
        found = laboratory().analyzer.describe(message.text)
        slow = model.bias + sum(
            float(model.appeal[rows[name]]) * value for name, value in feature_values(found.features, rarity).items()
        )
        assert judge.judge(found.features, {}, found.standard).appeal == pytest.approx(slow, abs=1e-3)


def test_shares_without_arrays_are_those_of_the_mixer() -> None:
    """The trainer mixes with arrays, a reading without: the same message must get the same shares."""
    sectors = load_shipped_model().sectors
    text, votes = (np.random.default_rng(seed).normal(0.0, 3.0, len(sectors.codes)) for seed in (1, 2))
    for weight in (0.0, sectors.recipe.rules, 3.0):
        mixer = ShareMixer(sectors.frequency, sectors.recipe.prior)
        mixed = mixer.mix(softmax(text), [(softmax(votes), weight)])
        assert StandardShares(sectors).mix(text.tolist(), softmax(votes).tolist(), weight) == pytest.approx(mixed)


def test_topic_divides_what_its_sectors_have_together() -> None:
    """Rubbish in a yard may go to two sectors; the rules put them in order, and no third one gains or loses."""
    found = laboratory().analyzer.describe("на детской площадке мусор, окурки и битое стекло")
    assert set(found.sharing) >= {"improvement", "waste"}
    judge = MessageJudge(load_shipped_model())
    codes = load_shipped_model().sectors.codes
    asked = (judge.judge(found.features, {}, found.standard, some).shares for some in ((), found.sharing))
    before, after = (np.array(shares) for shares in asked)
    shared = [codes.index(code) for code in found.sharing]
    assert after[shared].sum() == pytest.approx(before[shared].sum())
    assert np.delete(after, shared) == pytest.approx(np.delete(before, shared))
    preferred = codes.index(max(found.sharing, key=lambda code: found.standard[code]))
    assert after[preferred] > before[preferred]


def test_crimes_and_threats_of_suicide_of_all_hands_are_found(everything: TextAnalyzer) -> None:
    grave = [one for one in load_messages() if one.urgency in (Urgency.CRIME, Urgency.SUICIDE)]
    found = [everything.read(one.text).urgency in (Urgency.CRIME, Urgency.SUICIDE) for one in grave]
    assert len(grave) >= 30
    assert sum(found) / len(found) >= 0.9


def test_strange_text_is_left_to_the_rules() -> None:
    """A model that has read letters about housing alone must not be sure of a chat's message about a bus."""
    from bot.understanding.training import trainer

    rules = TextAnalyzer([Sector(code, title) for code, title in STANDARD_SECTORS.items()], 0.6)
    letters = [f"прошу провести ремонт подъезда номер {at} и заменить почтовые ящики" for at in range(40)]
    roads = [f"прошу отремонтировать проезжую часть улицы номер {at}" for at in range(40)]
    examples = [
        *(Example(text, ("housing",), None) for text in letters),
        *(Example(text, ("roads",), None) for text in roads),
    ]
    topics = [topic for topic in load_topics() if {"housing", "roads"} & {code for code in topic.sectors}]
    phrases = trainer.build_synthetic_samples(topics, rules, ["housing", "roads"])
    model = trainer.train(trainer.extract_samples(examples, rules), phrases, letters, {})
    text = "маршрутка опять не приехала, стоим на остановке час"
    features, votes = rules.extract_features(text)
    assert Predictor(model).familiarity(features) < 0.01
    assert rules.with_model(model).read(text).sector == "transport"
    assert (
        Predictor(model).familiarity(
            TextFeatures(["прошу", "провести", "ремонт", "подъезд"], ["прошу", "провести", "ремонт", "подъезда"], {})
        )
        > 0.9
    )
    assert votes.shipped["transport"] > 0.6
