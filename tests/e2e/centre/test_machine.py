"""Random presses of random people in the whole centre; ``make machine`` goes on with this for minutes."""

from pathlib import Path

from tests.databases import ON_BOTH, DatabasePool
from tests.machine.story import play

pytestmark = ON_BOTH

STORIES = {"sqlite": 5, "postgresql": 2}
STEPS = 20


def test_laws_hold_whatever_people_press(kind: str, tmp_path: Path, shelf: DatabasePool) -> None:
    """One post, a history that replays, no public word without its approvals, nothing twice, nothing after leaving."""
    play(kind, tmp_path, shelf, number=None, stories=STORIES[kind], steps=STEPS)
