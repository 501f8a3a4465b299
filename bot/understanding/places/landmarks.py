"""Recognition of landmarks: «школа № 4», «у Пятёрочки»."""

from collections.abc import Sequence

from bot.understanding.places.street_names import Vocabulary
from bot.understanding.text.tokens import Word

_NEAR_PREPOSITIONS = frozenset({"у", "возле", "около", "напротив", "за", "рядом"})
_MAX_NUMBER = 999
_ENDINGS = "-йяеуюго"


class LandmarkFinder:
    """Finds institutions with a number, and shops and other buildings near the place."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def find(self, words: Sequence[Word]) -> str | None:
        """Return the first landmark, in the form that a card shows."""
        for index, word in enumerate(words):
            for start, name in self._vocabulary.numbered.items():
                if word.norm.startswith(start) and (number := _number_near(words, index)) is not None:
                    return f"{name} № {number}"
            if index and words[index - 1].norm in _NEAR_PREPOSITIONS:
                for start, name in self._vocabulary.shops.items():
                    if word.norm.startswith(start):
                        return name
        return None


def _number_near(words: Sequence[Word], index: int) -> int | None:
    """Return the number of the institution at *index*: «школа 4», «школа № 4», «4 школа», «в 4-й школе»."""
    for other in (index + 1, index - 1):
        if 0 <= other < len(words):
            digits = words[other].norm.rstrip(_ENDINGS)
            if digits.isdecimal() and 0 < int(digits[:4]) <= _MAX_NUMBER:
                return int(digits[:4])
    return None
