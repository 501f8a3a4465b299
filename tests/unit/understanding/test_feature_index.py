"""The columns of a model's features: the same as by their names, which are not made for unknown words."""

import math
from collections.abc import Mapping

import pytest

from bot.understanding.model.feature_index import FeatureIndex, WordIndex
from bot.understanding.model.features import TextFeatures, count_terms, word_terms

_TEXT = TextFeatures(
    ("нет", "вода", "нет", "вода", "и", "свет"), ("нет", "воды", "нет", "воды", "и", "света"), {"Вода": 4.0}, "outage"
)
_KNOWN = (
    *("t:Вода", "w:нет", "w:нет вода", "w:вода нет", "c: нет"),
    *("c:оды", "w:!outage", "d:центр", "c: во", "w:свет лес"),
)
_RARITY = (1.0, 1.5, 2.0, 2.5, 3.0, 1.25, 4.0, 1.0, 2.25, 5.0)


def test_known_words_are_found_as_by_their_names() -> None:
    rows = WordIndex(enumerate(_KNOWN)).find_rows(_TEXT)

    assert rows == [_KNOWN.index(name) for name in word_terms(_TEXT) if name in _KNOWN]
    assert _KNOWN.index("w:!outage") in rows


def test_values_are_those_of_the_names_at_length_one() -> None:
    columns, values = FeatureIndex(_KNOWN, _RARITY, with_topics=True).vectorize(_TEXT, "Центр")

    found = {_KNOWN[at]: value for at, value in zip(columns.tolist(), values.tolist(), strict=True)}
    expected = {name: value for counts in count_terms(_TEXT).values() for name, value in _weigh(counts).items()}
    assert found == pytest.approx({**expected, "t:Вода": 0.5, "d:центр": 1.0})


def test_a_text_without_known_words_has_no_values() -> None:
    columns, values = FeatureIndex(_KNOWN, _RARITY, with_topics=False).vectorize(TextFeatures((), (), {}), None)

    assert not len(columns)
    assert not len(values)


def test_strangeness_counts_the_pairs_that_are_unknown() -> None:
    unknown, _ = FeatureIndex(_KNOWN, _RARITY, with_topics=False).measure_strangeness(_TEXT)

    assert unknown == pytest.approx(1 - 3 / 5)


def _weigh(counts: Mapping[str, int]) -> dict[str, float]:
    rarity = dict(zip(_KNOWN, _RARITY, strict=True))
    weights = {name: rarity[name] * (1 + math.log(times)) for name, times in counts.items() if name in rarity}
    length = math.hypot(*weights.values())
    return {name: weight / length for name, weight in weights.items()}
