"""The answers about a word alone that every reading needs: one memory for all, so one look-up for a word of a text."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from bot.understanding.text.memory import remember
from bot.understanding.text.patterns import Elements
from bot.understanding.text.tokens import Word

_MIN_PRIVATE_DIGITS = 5
"""Digits: a longer number may be a telephone or a document, and no model may contain it."""

ElementsOf = Callable[[str, bool], Elements]


class TextFacts(NamedTuple):
    """The facts about the words of a text, a column for each question and a row for each word.

    ``tags`` are signs of grammar; ``pieces`` the weights of the word's pieces in the shipped model; ``topics``,
    ``relevance`` and ``alarms`` the elements of these rules' patterns that the word matches.
    """

    lemmas: Sequence[str]
    private: Sequence[bool]
    tags: Sequence[frozenset[str]]
    pieces: Sequence[tuple[bytes, float]]
    topics: Sequence[Elements]
    relevance: Sequence[Elements]
    alarms: Sequence[Elements]


_NO_FACTS = TextFacts((), (), (), (), (), (), ())


class FactFinder:
    """Finds the facts about words. One object serves any number of texts."""

    def __init__(
        self,
        lemma: Callable[[str], str],
        tags: Callable[[str], frozenset[str]],
        pieces: Callable[[str], tuple[bytes, float]],
        rules: tuple[ElementsOf, ElementsOf, ElementsOf],
    ) -> None:
        """*rules*: the elements of topics, of relevance and of alarms that a word matches; true: «не» is near it."""
        self._ask = (lemma, _has_private_digits, tags, pieces)
        self._rules = rules
        self._plain, self._negated = (remember(partial(self._find_facts, negated)) for negated in (False, True))

    def find(self, words: Sequence[Word]) -> TextFacts:
        """Return the facts about *words*."""
        plain, negated = self._plain, self._negated
        facts = [negated(word.norm) if word.negated else plain(word.norm) for word in words]
        return TextFacts(*zip(*facts, strict=True)) if facts else _NO_FACTS

    def _find_facts(self, negated: bool, norm: str) -> tuple[object, ...]:
        """Return the row of a word, in the order of :class:`TextFacts`."""
        return (*(ask(norm) for ask in self._ask), *(elements(norm, negated) for elements in self._rules))


def _has_private_digits(norm: str) -> bool:
    return sum(map(str.isdecimal, norm)) >= _MIN_PRIVATE_DIGITS
