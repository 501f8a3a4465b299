"""Does waiting harm people? A modest rule: danger to life or health, or a house without water, heat, light or gas."""

from collections.abc import Sequence

from bot.understanding.morph import Morphology
from bot.understanding.rules import Group, Groups, load_rules
from bot.understanding.text import Word

_LEAST_APPEAL = 0.35
"""A story or a joke with a fire in it is not urgent."""


class Urgency:
    """Looks for danger, and for supplies that are off right now."""

    def __init__(self, morphology: Morphology) -> None:
        rules = load_rules("urgency")
        self._groups = Groups([Group(name, 1.0, 9.0, rules[name]) for name in ("danger", "outage", "calm")], morphology)

    def is_urgent(self, words: Sequence[Word], appeal_score: float) -> bool:
        """Whether the people responsible should be told at once."""
        if appeal_score < _LEAST_APPEAL:
            return False
        found = self._groups.find(words)
        return "danger" in found or ("outage" in found and "calm" not in found)
