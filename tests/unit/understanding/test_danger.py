"""Dangers whose authors are answered at once, and what only sounds like them."""

import pytest

from bot.domain.urgency import Danger
from bot.understanding.analyzer import TextAnalyzer
from tests.unit.understanding.danger_texts import NEAR_MISSES, REAL, lines


@pytest.mark.parametrize("danger", list(Danger))
def test_real_danger_is_recognised(everything: TextAnalyzer, danger: Danger) -> None:
    readings = {text: everything.read(text) for text in lines(REAL[danger])}
    missed = {text: one.danger for text, one in readings.items() if one.danger is not danger}
    assert not missed
    assert all(one.appeal and one.urgency is danger.urgency for one in readings.values())


def test_what_only_sounds_like_danger_is_not_recognised(everything: TextAnalyzer) -> None:
    readings = {text: everything.read(text) for text in lines(NEAR_MISSES)}
    assert not {text: one.danger for text, one in readings.items() if one.danger is not None}


def test_tables_are_large_enough_to_judge_by() -> None:
    assert min(sum(len(lines(block)) for block in REAL.values()), len(lines(NEAR_MISSES))) >= 150
