"""Urgency: danger to life or health, or a house without water, heat, light or gas."""

from collections.abc import Sequence

from bot.domain.urgency import Urgency
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.rules import PatternGroup, PatternGroups, load_rules
from bot.understanding.text.tokens import Word

_MIN_APPEAL_SCORE = 0.35
"""The least relevance of an urgent message: a story or a joke about a fire is not urgent."""


class UrgencyDetector:
    """Detects danger, and current outages of supplies."""

    def __init__(self, morphology: Morphology) -> None:
        rules = load_rules("urgency")
        names = ("suicide", "lively", "crime", "danger", "outage", "calm")
        self._groups = PatternGroups([PatternGroup(name, 1.0, 9.0, rules[name]) for name in names], morphology)

    def detect(self, words: Sequence[Word], appeal_score: float) -> Urgency | None:
        """Return the reason for urgency, or ``None``."""
        found = self._groups.find(words)
        if "suicide" in found and "lively" not in found:
            return Urgency.SUICIDE
        if appeal_score < _MIN_APPEAL_SCORE:
            return None
        if "crime" in found:
            return Urgency.CRIME
        if "danger" in found:
            return Urgency.DANGER
        return Urgency.OUTAGE if "outage" in found and "calm" not in found else None
