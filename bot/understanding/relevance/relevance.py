"""Is it about something that needs doing, or a question about a service? Neighbours talk about much else."""

import math
from collections.abc import Mapping

from bot.understanding.reading import Noise, PlaceName
from bot.understanding.text.rules import Groups
from bot.understanding.text.tokens import Text
from bot.understanding.text.word_lists import WordList

_START = -1.45
_TOPIC, _ENOUGH_TOPIC = 2.6, 6.0
_HOUSE, _STREET = 1.5, 0.7
_TO_PERSON, _TO_BODY = -1.2, 1.2
_LONG, _LONG_WORDS = 1.0, 60
_SARCASM = 3.0
_EARNEST_RESULT = -2.0
_NO_TOPIC = {"complaint": 0.5, "service question": 0.4, "duration": 0.5, "official": 0.0}
"""What a group keeps where no topic is in sight: people complain about everything under the sun."""
_CONTRAST = frozenset({"но", "а", "только", "однако", "зато", "хотя", "лишь", "теперь"})
_NOISY = 0.02
"""The score of noise: it is surely nothing to be done."""


class Relevance:
    """Adds up (as log-odds) what speaks for a message that needs an answer, and what against it."""

    def __init__(self, groups: Groups, words: Mapping[str, WordList]) -> None:
        self._groups = groups
        self._words = words

    def score(self, text: Text, topic: float, place: PlaceName | None, noise: Noise | None) -> float:
        """The chance (0–1) that something needs doing. *topic*: the weight of the strongest topic."""
        if noise is not None:
            return _NOISY
        found = self._groups.find(text.words)
        if topic < 1.0:
            for name in _NO_TOPIC.keys() & found.keys():
                found[name] *= _NO_TOPIC[name] if place is None or name != "complaint" else 1.0
        if "thanks" in found:
            self._weigh_thanks(text, found, topic)
        total = _START + _TOPIC * min(topic / _ENOUGH_TOPIC, 1.0) + sum(found.values())
        if place is not None and place.street is not None:
            total += _HOUSE if place.house else _STREET
        if topic >= 2.5:
            total += _LONG * min(len(text.words) / _LONG_WORDS, 1.0)
        if text.to_person:
            total += _TO_PERSON
        if text.to_body:
            total += _TO_BODY
        return 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, total))))

    def _weigh_thanks(self, text: Text, found: dict[str, float], topic: float) -> None:
        norms = [word.norm for word in text.words]
        if self._sarcastic(norms, found):
            found["thanks"] = _SARCASM
            found.pop("good news", None)
        elif "request" in found or "complaint" in found or text.asks or _CONTRAST.intersection(norms[1:]):
            found["thanks"] = 0.0
        else:
            found["good news"] = found.get("good news", 0.0) + _EARNEST_RESULT

    def _sarcastic(self, norms: list[str], found: Mapping[str, float]) -> bool:
        """«Спасибо администрации за каток во дворе», «спасибо за ямы»: a trouble is thanked for."""
        at = next((index for index, norm in enumerate(norms) if self._words["thanks"].has(norm)), None)
        if at is None or "за" not in norms[at : at + 6]:
            return False
        over = norms.index("за", at)
        thanked, reason = norms[at + 1 : over], norms[over + 1 : over + 4]
        if self._words["curses"].any_of(reason):
            return True
        praised = self._words["blessings"].any_of(reason) or "good news" in found or "wishes" in found
        return self._words["powers"].any_of(thanked) and not praised
