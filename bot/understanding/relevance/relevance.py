"""Relevance: whether a message needs action or asks about a service."""

import math
from collections.abc import Callable, Mapping, Sequence

from bot.understanding.reading import PlaceName
from bot.understanding.text.patterns import Elements
from bot.understanding.text.rules import PatternGroups
from bot.understanding.text.tokens import PreparedText
from bot.understanding.text.word_lists import WordList

_BIAS = -1.45
_TOPIC_WEIGHT, _TOPIC_SATURATION = 2.6, 6.0
_HOUSE_WEIGHT, _STREET_WEIGHT = 1.5, 0.7
_PERSON_MENTION_WEIGHT, _COMMUNITY_MENTION_WEIGHT = -1.2, 1.2
_LENGTH_WEIGHT, _LENGTH_SATURATION_WORDS = 1.0, 60
_SARCASM_WEIGHT = 3.0
_SINCERE_THANKS_WEIGHT = -2.0
_NO_TOPIC_FACTORS = {"complaint": 0.5, "service question": 0.4, "duration": 0.5, "official": 0.0}
"""The share of its weight that a group keeps without a topic: people complain about many other things."""
_CONTRAST_WORDS = frozenset({"но", "а", "только", "однако", "зато", "хотя", "лишь", "теперь"})
_TURNS = frozenset({"но", "а", "однако", "осталось", "только", "теперь", "зато", "жаль"})
"""Words that begin a sentence in which praise ends: «Спасибо за лавку. А кто уберёт бутылки?»"""
_PRAISE = ("thanks", "wishes", "good news")
_MIN_TURN_WORDS = 3
NOISE_SCORE = 0.02
"""The score of noise, which needs no action."""
_MODEL_SHARE = 0.6
"""The share of the model of many hands in the log-odds; the rest is the rules', who know portals and news better."""


def combine(rules: float, model: float) -> float:
    """Return the probability (0–1) that a message needs action from the log-odds of the rules and of the model."""
    total = _MODEL_SHARE * model + (1.0 - _MODEL_SHARE) * rules
    return 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, total))))


class RelevanceScorer:
    """Adds up (as log-odds) the evidence for and against a message that needs an answer."""

    def __init__(self, groups: PatternGroups, words: Mapping[str, WordList]) -> None:
        self._groups = groups
        self._words = words

    @property
    def elements_of(self) -> Callable[[str, bool], Elements]:
        """:meth:`PatternSet.elements_of` of the phrases."""
        return self._groups.elements_of

    def weigh(
        self, text: PreparedText, topic: float, place: PlaceName | None, elements: Sequence[Elements] | None = None
    ) -> tuple[float, Mapping[str, float]]:
        """Return the log-odds that the message needs action, and the groups of phrases that were found in it.

        *topic*: the weight of the strongest topic; *elements*: of each word, if that was asked before.
        """
        found = self._groups.find(text.words, elements)
        if topic < 1.0:
            for name in _NO_TOPIC_FACTORS.keys() & found.keys():
                found[name] *= _NO_TOPIC_FACTORS[name] if place is None or name != "complaint" else 1.0
        if "thanks" in found:
            self._weigh_thanks(text, found, topic)
        if not found.keys().isdisjoint(_PRAISE) and _has_turn(text):
            for name in [one for one in _PRAISE if found.get(one, 0.0) < 0.0]:
                del found[name]
        total = _BIAS + _TOPIC_WEIGHT * min(topic / _TOPIC_SATURATION, 1.0) + sum(found.values())
        if place is not None and place.street is not None:
            total += _HOUSE_WEIGHT if place.house else _STREET_WEIGHT
        if topic >= 2.5:
            total += _LENGTH_WEIGHT * min(len(text.words) / _LENGTH_SATURATION_WORDS, 1.0)
        if text.mentions_person:
            total += _PERSON_MENTION_WEIGHT
        if text.mentions_community:
            total += _COMMUNITY_MENTION_WEIGHT
        return total, found

    def _weigh_thanks(self, text: PreparedText, found: dict[str, float], topic: float) -> None:
        norms = [word.norm for word in text.words]
        if self._is_sarcastic(norms, found):
            found["thanks"] = _SARCASM_WEIGHT
            found.pop("good news", None)
        elif "request" in found or "complaint" in found or text.has_question or _CONTRAST_WORDS.intersection(norms[1:]):
            found["thanks"] = 0.0
        else:
            found["good news"] = found.get("good news", 0.0) + _SINCERE_THANKS_WEIGHT

    def _is_sarcastic(self, norms: list[str], found: Mapping[str, float]) -> bool:
        """Return whether the author thanks for a problem: «Спасибо администрации за каток во дворе»."""
        at = next((index for index, norm in enumerate(norms) if self._words["thanks"].contains(norm)), None)
        if at is None or "за" not in norms[at : at + 6]:
            return False
        over = norms.index("за", at)
        thanked, reason = norms[at + 1 : over], norms[over + 1 : over + 4]
        if self._words["curses"].contains_any(reason):
            return True
        praised = self._words["blessings"].contains_any(reason) or "good news" in found or "wishes" in found
        return self._words["powers"].contains_any(thanked) and not praised


def _has_turn(text: PreparedText) -> bool:
    """Return whether a later sentence begins with a turn and says something."""
    words = text.words
    return any(
        word.norm in _TURNS and index and word.starts_sentence and len(words) - index > _MIN_TURN_WORDS
        for index, word in enumerate(words)
    )
