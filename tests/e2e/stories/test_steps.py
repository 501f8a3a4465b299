"""Every numbered step of the towns' stories is played by a test, or waits for its issue and says so."""

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.e2e.stories import test_barnaul, test_kamyshlov, test_kholmsk, test_lesozavodsk, test_lovozero

STORIES = {story.TOWN: story for story in (test_barnaul, test_kamyshlov, test_kholmsk, test_lesozavodsk, test_lovozero)}


def played_steps(story: ModuleType) -> Iterator[int]:
    """Yield the numbers with which the tests of *story* are marked."""
    for test in vars(story).values():
        for mark in getattr(test, "pytestmark", ()):
            if mark.name == "step":
                yield from mark.args


@pytest.mark.parametrize("town", STORIES)
def test_each_step_is_played_or_waits(town: str) -> None:
    story = STORIES[town]
    assert {*played_steps(story), *story.WAITING} == set(range(1, story.STEPS + 1))


@pytest.mark.parametrize(
    ("town", "step", "what"),
    [(town, step, what) for town, story in STORIES.items() for step, what in story.WAITING.items()],
)
def test_what_waits_for_its_issue(town: str, step: int, what: str) -> None:
    """Show in the report of the tests what the product cannot do yet, also where a part of the step is played."""
    pytest.skip(f"{town}, step {step}: {what}")
