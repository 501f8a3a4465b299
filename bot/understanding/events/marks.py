"""Landmarks and routes that a message names: «стадион», «школа 3», «маршрут 7», also where no word calls it a route."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.understanding.text.tokens import Word

_ROUTE_REACH = 2
"""Words between a number and the verb that tells that it is a route."""


class MarkFinder:
    """Finds landmarks and routes. It is pure; *rules* is the table ``places`` of ``data/events.toml``."""

    def __init__(self, rules: dict[str, Any], lemma: Callable[[str], str]) -> None:
        self._lemma = lemma
        self._marks = frozenset(rules["marks"])
        self._numbered = frozenset(rules["numbered"])
        self._routes = frozenset(rules["routes"])
        self._arrives = frozenset(rules["arrives"].split())
        self._no_route = frozenset(rules["no_route"].split())
        self._nicknames: dict[str, int] = rules["nicknames"]
        self._ordinals: dict[str, int] = rules["ordinals"]
        self.counted = self._numbered | self._routes
        """Words before or behind a number of their own."""
        self._known = self.counted | self._marks | self._nicknames.keys()

    def find_route(self, words: Sequence[Word], numbers: dict[int, int | None]) -> int | None:
        """Return the number of a route that no word calls so: «105 не едет», «отменили 12-й?»."""
        for index, number in numbers.items():
            following = self._lemma(words[index + 1].norm) if index + 1 < len(words) else ""
            is_name = words[index].is_number or self._lemma(words[index].norm) in self._ordinals
            if number is None or not is_name or following in self._no_route:
                continue
            near = words[max(0, index - _ROUTE_REACH) : index + _ROUTE_REACH + 1]
            if any(self._lemma(word.norm) in self._arrives for word in near):
                return number
        return None

    def find(self, words: Sequence[Word], numbers: dict[int, int | None], *, transport: bool) -> set[str]:
        """Return the landmarks and routes of *words*; *transport*: the message is about it, so «тройка» is a route."""
        marks: set[str] = set()
        lemma_of = self._lemma
        for index, word in enumerate(words):
            lemma = lemma_of(word.norm)
            if lemma not in self._known:
                continue  # most words
            counted = lemma in self._numbered
            near = _number_near(words, index, numbers) if counted or lemma in self._routes else None
            if near is not None:
                marks.add(f"{lemma if counted else 'маршрут'} {near}")
            elif lemma in self._marks:
                marks.add(lemma)
            elif transport and lemma in self._nicknames:
                marks.add(f"маршрут {self._nicknames[lemma]}")
        return marks


def _number_near(words: Sequence[Word], index: int, numbers: dict[int, int | None]) -> int | None:
    """Return the number that belongs to the word at *index*: «школа № 3», «3 школа», «автобус номер 3»."""
    for at in (index + 1, index - 1, index + 2):
        between = words[min(at, index) + 1 : max(at, index) + 1]
        if numbers.get(at) is not None and all(word.gap.strip() in ("", "№", "-", "«", "#") for word in between):
            return numbers[at]
    return None
