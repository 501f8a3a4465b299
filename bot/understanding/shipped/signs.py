"""Signs of a message that are no words: what the rules say, grammar, marks, length. The shipped model weighs them.

The same code makes them when the model is trained and when it is used. The mark before the colon names the block.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.understanding.reading import PlaceName
from bot.understanding.relevance.urgency import Alarm
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import PreparedText

TOPIC_SIGN = "rules:topic"
"""The strength of the strongest topic (0–1)."""
_SCORE_SCALE, _MAX_SCORE = 3.0, 6.0
"""Log-odds: the rules' score is a sign of about 1 if they are quite sure."""
_TOPIC_SATURATION = 6.0
_LENGTHS = (3, 5, 8, 12, 18, 27, 40)
_LENGTH_SIGNS = tuple(f"length:{least}" for least in _LENGTHS)
_MAX_WORDS = 60
"""The number of words whose grammar counts: bounds the time for a hostile text."""
_GRAMMEMES = frozenset({
    "1per", "2per", "3per", "impr", "past", "pres", "futr", "INFN", "PRED", "PRTS", "COMP", "GRND", "NPRO", "NUMR",
    "Name", "Geox", "INTJ", "NOUN", "VERB", "ADJF", "Surn",
})  # fmt: skip
_OPENINGS = ("VERB", "INFN", "NOUN", "ADJF", "ADVB", "NPRO", "PREP", "CONJ", "PRCL", "NUMR", "PRED")
_MARKS = "?!"


class RuleFindings(NamedTuple):
    """The findings of the rules in a message: the log-odds of relevance, the groups of phrases, the strongest topic's
    evidence, the place, the alarm."""

    log_odds: float
    groups: Mapping[str, float]
    topic: float
    place: PlaceName | None
    alarm: Alarm


class SignFinder:
    """Finds the signs of messages. One object serves any number of them."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology

    def find(self, text: PreparedText, rules: RuleFindings, tags: Sequence[frozenset[str]]) -> dict[str, float]:
        """Return the signs of *text*, each with its value; *tags*: those of each word, by :meth:`tags_of`."""
        names = {f"group:{name}" for name in rules.groups}
        names.update([f"mark:{mark}" for mark in _MARKS if mark in text.clean])
        names.update(_LENGTH_SIGNS[: bisect_right(_LENGTHS, len(text.words))])
        if rules.topic == 0.0:
            names.add("rules:no topic")
        if rules.place is not None and rules.place.street is not None:
            names.add("place:street")
        if rules.place is not None and rules.place.house is not None:
            names.add("place:house")
        if rules.alarm.urgency is not None:
            names.add(f"alarm:{rules.alarm.urgency}")
        if rules.alarm.danger is not None:
            names.add("alarm:advice")
        names.update(*tags[:_MAX_WORDS])
        if text.words:
            names.add(self._opening(text.words[0].norm))
        signs = dict.fromkeys(names, 1.0)
        signs["rules:score"] = max(-_MAX_SCORE, min(_MAX_SCORE, rules.log_odds)) / _SCORE_SCALE
        signs[TOPIC_SIGN] = min(rules.topic / _TOPIC_SATURATION, 1.0)
        return signs

    def tags_of(self, norm: str) -> frozenset[str]:
        """Return the signs of a word's grammar."""
        tags = self._morphology.form(norm).tags
        return frozenset(f"tag:{name}" for name in tags[0] & _GRAMMEMES) if tags else frozenset()

    def _opening(self, norm: str) -> str:
        tags = self._morphology.form(norm).tags
        return f"opening:{next((name for name in _OPENINGS if tags and name in tags[0]), 'other')}"
