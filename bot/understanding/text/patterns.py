"""A small language of word patterns, and the search for thousands of them in one pass over a text.

A pattern is one or more elements with spaces between; all must stand near one another, in any order (word order in
Russian is free). An element is a word (any of its forms), a beginning (``вывоз*``), or several of these with ``|``
between. ``не`` belongs to the next element: ``не работать`` asks for a negated verb («не работает», «не очень-то
работает»); ``=слово`` is exactly that form.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.domain.text_normal import fold
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_MAX_GAP_WORDS = 4
"""The number of words, besides those of the pattern, that may lie between its ends."""
_MIN_TYPO_LENGTH = 5
_MAX_OCCURRENCES = 12
"""A word repeated more often than this adds nothing; the bound keeps hostile texts cheap."""
_Flags = tuple[bool, ...]
_POSITIVE: _Flags = (False,)
_EITHER: _Flags = (False, True)
_NEGATIVE: _Flags = (True,)
"""The elements that a word may match: those without «не», both kinds, those with «не»."""
_DENIALS = frozenset({"не", "ни"})
_WEAKENING_WORDS = frozenset(
    {"очень", "так", "совсем", "особо", "сильно", "больше", "там", "уже", "прямо", "прям", "то", "на", "про"}
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern that belongs to *owner* and weighs *weight*."""

    owner: int
    weight: float
    elements: tuple[int, ...]


class Match(NamedTuple):
    """A pattern found: the indexes of its words in the text."""

    pattern: Pattern
    indexes: tuple[int, ...]


class PatternSet:
    """A set of patterns. Fill it with :meth:`add`, then search with :meth:`find` as often as you like."""

    def __init__(self, morphology: Morphology, *, strict: bool = False) -> None:
        """*strict*: a word that «не» denies is found only by an element with «не»."""
        self._morphology = morphology
        self._strict = strict
        self._elements: dict[str, int] = {}
        self._by_lemma: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
        self._by_form: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
        self._by_beginning: defaultdict[tuple[str, bool], set[int]] = defaultdict(set)
        self._longest_beginning = 0
        self._long_lemmas: defaultdict[str, set[str]] = defaultdict(set)
        """First letter → the lemmas in which a typing error is looked for."""
        self._typos: dict[str, dict[str, tuple[str, ...]]] = {}
        """First letter → a lemma or one of its spellings with a letter left out → the lemmas; sets would take 4 MB
        more. A letter is filled in when a word first asks for it: most texts need few."""
        self._starting: defaultdict[int, list[tuple[int | None, Pattern]]] = defaultdict(list)
        """First element → the second element, if there is one, and the pattern."""
        self._found_by = {
            flags: remember(partial(self._find_elements, flags)) for flags in (_POSITIVE, _EITHER, _NEGATIVE)
        }

    def add(self, owner: int, weight: float, source: str) -> None:
        """Add the patterns of *source*, separated by semicolons or line ends."""
        for line in source.replace("\n", ";").split(";"):
            elements = self._parse(line.split())
            if elements:
                second = elements[1] if len(elements) > 1 else None
                self._starting[elements[0]].append((second, Pattern(owner, weight, elements)))

    def _parse(self, tokens: Sequence[str]) -> tuple[int, ...]:
        elements: list[int] = []
        negated = False
        for token in tokens:
            if token == "не":  # noqa: S105 - a Russian word, no secret
                negated = True
                continue
            elements.append(self._add_element(token, negated))
            negated = False
        return tuple(elements)

    def _add_element(self, source: str, negated: bool) -> int:
        key = f"не {source}" if negated else source
        known = self._elements.get(key)
        if known is not None:
            return known
        number = self._elements[key] = len(self._elements)
        for word in fold(source).split("|"):
            if word.endswith("*"):
                self._by_beginning[word[:-1], negated].add(number)
                self._longest_beginning = max(self._longest_beginning, len(word) - 1)
            elif word.startswith("="):
                self._by_form[word[1:], negated].add(number)
            else:
                self._add_lemma(word, negated, number)
        return number

    def _add_lemma(self, word: str, negated: bool, number: int) -> None:
        for lemma in self._morphology.lemmas_of(word):
            self._by_lemma[lemma, negated].add(number)
            if len(lemma) >= _MIN_TYPO_LENGTH:
                self._long_lemmas[lemma[0]].add(lemma)
        self._by_form[word, negated].add(number)

    def _find_elements(self, flags: _Flags, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the elements that *word* matches: those that begin a pattern, and all."""
        found: set[int] = set()
        for flag in flags:
            found |= self._by_form.get((word, flag), set())
            form = self._morphology.form(word)
            for lemma in form.lemmas:
                found |= self._by_lemma.get((lemma, flag), set())
            for length in range(2, min(len(word), self._longest_beginning) + 1):
                found |= self._by_beginning.get((word[:length], flag), set())
            if not found and not form.known and form.lemmas:
                found |= self._elements_of_typo(form.lemmas[0], flag)
        elements = tuple(sorted(found))
        return tuple(element for element in elements if element in self._starting), elements

    def _elements_of_typo(self, lemma: str, negated: bool) -> set[int]:
        """Return the elements of the known words that are one typing error away from the unknown *lemma*."""
        if not _MIN_TYPO_LENGTH <= len(lemma) <= 25:
            return set()
        known = self._typos_from(lemma[0])
        near = {word for shorter in _with_one_deletion(lemma) for word in known.get(shorter, ())}
        found: set[int] = set()
        for word in near:
            if abs(len(word) - len(lemma)) <= 1:
                found |= self._by_lemma.get((word, negated), set())
        return found

    def _typos_from(self, letter: str) -> dict[str, tuple[str, ...]]:
        """Return the spellings of the lemmas that begin with *letter*: a typing error leaves the first one right."""
        if letter not in self._typos:
            spellings: dict[str, tuple[str, ...]] = {}
            for lemma in self._long_lemmas.get(letter, ()):
                for shorter in _with_one_deletion(lemma):
                    spellings[shorter] = (*spellings.get(shorter, ()), lemma)
            self._typos[letter] = spellings
        return self._typos[letter]

    def _flags_of(self, words: Sequence[Word], index: int) -> _Flags:
        return _NEGATIVE if self._strict and is_denied(words, index) else _EITHER

    def find(self, words: Sequence[Word]) -> list[Match]:
        """Find all patterns: those of one word at every place (up to a bound), longer ones at the first place."""
        begun: dict[int, list[int]] = {}
        spoken: set[int] = set()
        elements_at: list[tuple[int, tuple[int, ...]]] = []
        found_by, in_affirmation = self._found_by, self._found_by[_POSITIVE]
        for index, word in enumerate(words):
            norm = word.norm
            begins, elements = found_by[self._flags_of(words, index)](norm) if word.negated else in_affirmation(norm)
            if not elements:
                continue  # most words are in no pattern
            elements_at.append((index, elements))
            spoken.update(elements)
            for element in begins:
                if element not in begun:
                    begun[element] = [index]
                elif len(at := begun[element]) < _MAX_OCCURRENCES:
                    at.append(index)
        starting = self._starting
        candidates = [
            (second is None, pattern)
            for element in begun
            for second, pattern in starting[element]
            if second is None or second in spoken
        ]
        needed = {one for alone, pattern in candidates if not alone for one in pattern.elements}
        places = _find_places(needed, elements_at)
        found: list[Match] = []
        for alone, pattern in candidates:
            if alone:
                for index in begun[pattern.elements[0]]:
                    found.append(Match(pattern, (index,)))
            elif (where := _find_nearby(pattern.elements, places, words)) is not None:
                found.append(Match(pattern, where))
        return found


def _find_places(elements: set[int], elements_at: Sequence[tuple[int, tuple[int, ...]]]) -> dict[int, list[int]]:
    """Return the first places of each of *elements*; most texts have words of few longer patterns."""
    places: dict[int, list[int]] = {}
    if elements:
        for index, found in elements_at:
            if not elements.isdisjoint(found):
                for element in elements.intersection(found):
                    at = places.setdefault(element, [])
                    if len(at) < _MAX_OCCURRENCES:
                        at.append(index)
    return places


def is_denied(words: Sequence[Word], index: int) -> bool:
    """Return whether «не» or «ни» is said of this very word: «не горит», «не очень горит», not «не могу, горит»."""
    for before in range(index - 1, max(-1, index - 3), -1):
        if words[before + 1].gap.strip():
            return False
        if words[before].norm in _DENIALS:
            return True
        if words[before].norm not in _WEAKENING_WORDS:
            return False
    return False


def _with_one_deletion(word: str) -> Iterable[str]:
    yield word
    for index in range(1, len(word)):
        yield word[:index] + word[index + 1 :]


def _find_nearby(
    elements: tuple[int, ...], places: dict[int, list[int]], words: Sequence[Word]
) -> tuple[int, ...] | None:
    """Return the first positions at which all *elements*, two or more, are near one another."""
    if not places.keys() >= set(elements):
        return None
    reach = len(elements) + _MAX_GAP_WORDS
    for first in places[elements[0]]:
        at = [first]
        position = words[first].position
        for element in elements[1:]:
            near, least = -1, reach
            for other in places[element]:
                distance = abs(words[other].position - position)
                if distance < least and other not in at:
                    near, least = other, distance
            if near < 0:
                break
            at.append(near)
        else:
            return tuple(at)
    return None
