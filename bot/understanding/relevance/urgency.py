"""Urgency: danger to life or health, or a house without water, heat, light or gas."""

from collections import defaultdict
from collections.abc import Sequence
from string import Template
from typing import NamedTuple

from bot.domain.urgency import Danger, Urgency
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import Match, PatternSet
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word

_MIN_APPEAL_SCORE = 0.35
"""The least relevance of an urgent message: a story or a joke about a fire is not urgent."""
_MIN_DANGER_SCORE = 0.05
"""The same for the dangers, whose patterns are strict and whose authors often write three words."""
_SHORT_TEXT_WORDS = 10
_FIRST_WORDS, _MAX_WORDS = 40, 120
"""People in danger write briefly, and begin with it; a long letter that mentions a fire is about something else."""

_EXCEPTIONS = ("calm", "story", "over", "past", "yesterday", "unless", "lamp")
"""The names, or their ends, of the groups that speak against urgency."""
_ABSENCE_BEFORE, _ABSENCE_AFTER = frozenset({"без", "нет", "нету"}), frozenset({"нет", "нету"})


class Alarm(NamedTuple):
    """The reason for urgency, and the danger in which the author must be answered at once."""

    urgency: Urgency | None
    danger: Danger | None


NO_ALARM = Alarm(None, None)


class UrgencyDetector:
    """Detects danger, and current outages of supplies."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._patterns = PatternSet(morphology, strict=True)
        self._owners: list[str] = []
        rules = load_rules("urgency")
        kinds, self._words = (
            rules.pop("kind"),
            {name: words.strip().replace("|\n", "|") for name, words in rules.pop("words").items()},
        )
        for name, source in rules.items():
            self._add(name, source)
        for kind, parts in kinds.items():
            for part, source in parts.items():
                self._add(f"{kind} {part}", source)

    def _add(self, owner: str, source: str) -> None:
        self._patterns.add(len(self._owners), 1.0, Template(source.replace("|\n", "|")).substitute(self._words))
        self._owners.append(owner)

    def detect(self, words: Sequence[Word], appeal_score: float) -> Alarm:
        """Return the reason for urgency and the danger, if there are any."""
        found: defaultdict[str, list[Match]] = defaultdict(list)
        for match in self._patterns.find(words):
            owner = self._owners[match.pattern.owner]
            if owner.endswith(_EXCEPTIONS) or not self._names_absence(match, words):
                found[owner].append(match)
        if not found:
            return NO_ALARM
        danger = next((one for one in Danger if self._is_present(one, found, words)), None)
        if danger is not None and (danger is Danger.SUICIDE or appeal_score >= _MIN_DANGER_SCORE):
            return Alarm(danger.urgency, danger)
        if appeal_score < _MIN_APPEAL_SCORE:
            return NO_ALARM
        if "crime" in found:
            return Alarm(Urgency.CRIME, None)
        if "danger" in found:
            return Alarm(Urgency.DANGER, None)
        return Alarm(Urgency.OUTAGE if "outage" in found and "calm" not in found else None, None)

    def _names_absence(self, match: Match, words: Sequence[Word]) -> bool:
        """Return whether a word of *match* is absent by words that are no part of it: «запаха газа нет»."""
        return any(
            (_is_next(words, index - 1, index, match) and words[index - 1].norm in _ABSENCE_BEFORE)
            or (
                _is_next(words, index + 1, index + 1, match)
                and words[index + 1].norm in _ABSENCE_AFTER
                and self._morphology.form(words[index].norm).can_be("NOUN", "gent")
            )
            for index in match.indexes
        )

    def _is_present(self, danger: Danger, found: dict[str, list[Match]], words: Sequence[Word]) -> bool:
        matches = found.get(f"{danger} patterns", [])
        if f"{danger} lamp" not in found:
            matches = matches + found.get(f"{danger} weak", [])
        if len(words) <= _SHORT_TEXT_WORDS:
            matches = matches + found.get(f"{danger} short", [])
        if not matches or len(words) > _MAX_WORDS or {"story", "over", f"{danger} unless"} & found.keys():
            return False
        if all(match.indexes[0] > _FIRST_WORDS for match in matches):
            return False
        is_past = "past" in found or ("yesterday" in found and danger is not Danger.CHILD)
        return not is_past or any(self._is_in_present(match, words) for match in matches)

    def _is_in_present(self, match: Match, words: Sequence[Word]) -> bool:
        return any(self._morphology.form(words[index].norm).can_be("VERB", "pres") for index in match.indexes)


def _is_next(words: Sequence[Word], neighbour: int, right: int, match: Match) -> bool:
    """Return whether there is a *neighbour* that no sign parts from a word of *match* and that is no part of it."""
    return 0 <= neighbour < len(words) and neighbour not in match.indexes and not words[right].gap.strip()
