"""A small language of word patterns, and the search for thousands of them in one pass over a text.

A pattern is one or more elements with spaces between; all must stand near one another, in any order (word order in
Russian is free). An element is a word (any of its forms), a beginning (``вывоз*``), or several of these with ``|``
between. ``не`` belongs to the next element: ``не работать`` asks for a negated verb («не работает», «не очень-то
работает»); ``=слово`` is exactly that form. ``@class`` is any word of a grammatical class
(:mod:`bot.understanding.text.word_classes`), ``слово@class`` that word in such a form.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from bot.domain.text_normal import fold
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word
from bot.understanding.text.word_classes import CLASSES, classes_of

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


class Pattern(NamedTuple):
    """One pattern that belongs to *owner* and weighs *weight*."""

    weight: float
    owner: int
    elements: tuple[int, ...]


class Match(NamedTuple):
    """A pattern found: the indexes of its words in the text."""

    pattern: Pattern
    indexes: tuple[int, ...]


class Elements(NamedTuple):
    """The elements that a word matches.

    ``begins``: the numbers of those that begin a pattern; ``bits``: a bit for each; ``wanted``: the bits of all
    elements of which one must be said for any pattern that the word begins, its own for a pattern of one element.
    """

    begins: tuple[int, ...]
    bits: int
    wanted: int


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
        self._by_class: defaultdict[tuple[str, str, bool], set[int]] = defaultdict(set)
        """The name of a class, and the lemma or nothing."""
        self._longest_beginning = 0
        self._typos: dict[str, dict[str, tuple[str, ...]]] = {}
        """First letter → a lemma or one of its spellings with a letter left out → the lemmas; sets would take 4 MB
        more. A letter is filled in when a word first asks for it: most texts need few."""
        self._starting: dict[int, tuple[list[tuple[int, Pattern]], int]] = {}
        """First element → the bit of the second element, or 0, and the pattern, for each of its patterns; and the bits
        of all elements of which one must be said for any of them."""
        self._found_by = {
            flags: remember(partial(self._find_elements, flags)) for flags in (_POSITIVE, _EITHER, _NEGATIVE)
        }

    def add(self, owner: int, weight: float, source: str) -> None:
        """Add the patterns of *source*, separated by semicolons or line ends."""
        for line in source.replace("\n", ";").split(";"):
            elements = self._parse(line.split())
            if elements:
                second = 1 << elements[1] if len(elements) > 1 else 0
                patterns, wanted = self._starting.get(elements[0], ([], 0))
                patterns.append((second, Pattern(weight, owner, elements)))
                self._starting[elements[0]] = patterns, wanted | (second or 1 << elements[0])

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
            elif "@" in word:
                self._add_class(word, negated, number)
            else:
                self._add_lemma(word, negated, number)
        return number

    def _add_lemma(self, word: str, negated: bool, number: int) -> None:
        for lemma in self._morphology.lemmas_of(word):
            self._by_lemma[lemma, negated].add(number)
        self._by_form[word, negated].add(number)

    def _add_class(self, source: str, negated: bool, number: int) -> None:
        word, _, name = source.partition("@")
        if name not in CLASSES:
            raise ValueError(f"no class of words: {source}")
        for lemma in self._morphology.lemmas_of(word) if word else ("",):
            self._by_class[name, lemma, negated].add(number)

    def _find_elements(self, flags: _Flags, word: str) -> Elements:
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
            if self._by_class:
                keys = ((name, lemma, flag) for name in classes_of(form) for lemma in ("", *form.lemmas))
                found.update(*(self._by_class.get(key, ()) for key in keys))
        begins = tuple(element for element in sorted(found) if element in self._starting)
        wanted = 0
        for element in begins:
            wanted |= self._starting[element][1]
        return Elements(begins, sum(1 << element for element in found), wanted)

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
            long = {lemma for lemma, _ in self._by_lemma if lemma[0] == letter and len(lemma) >= _MIN_TYPO_LENGTH}
            for lemma in long:
                for shorter in _with_one_deletion(lemma):
                    spellings[shorter] = (*spellings.get(shorter, ()), lemma)
            self._typos[letter] = spellings
        return self._typos[letter]

    def _flags_of(self, words: Sequence[Word], index: int) -> _Flags:
        return _NEGATIVE if self._strict and is_denied(words, index) else _EITHER

    def _with_denied(self, words: Sequence[Word], elements: Iterable[Elements]) -> list[Elements]:
        """Return *elements* with those of words near «не» by what it is said of."""
        found_by = self._found_by
        return [
            found_by[self._flags_of(words, at)](word.norm) if word.negated else one
            for at, (word, one) in enumerate(zip(words, elements, strict=True))
        ]

    def elements_of(self, norm: str, negated: bool) -> Elements:
        """Return the elements that a word matches where no strict set asks what «не» is said of.

        *negated*: «не» is near the word.
        """
        return self._found_by[_EITHER if negated else _POSITIVE](norm)

    def find(
        self,
        words: Sequence[Word],
        positions: Sequence[int] | None = None,
        elements: Sequence[Elements] | None = None,
    ) -> list[Match]:
        """Find all patterns: those of one word at every place (up to a bound), longer ones at the first place.

        *positions*: of the words, if they are not those that the words know. *elements*: what :meth:`elements_of` says
        of each word, if that was asked before.
        """
        if elements is None:
            plain = map(self._found_by[_POSITIVE], [word.norm for word in words])
            elements = self._with_denied(words, plain)
        elif self._strict:
            elements = self._with_denied(words, elements)
        said_at = [(index, one) for index, one in enumerate(elements) if one[1]]  # most words are in no pattern
        spoken = 0
        for _, one in said_at:
            spoken |= one[1]
        begun: dict[int, list[int]] = {}
        for index, (begins, _, wanted) in said_at:
            if not spoken & wanted:
                continue  # most words begin longer patterns alone
            for element in begins:
                if element not in begun:
                    begun[element] = [index]
                elif len(at := begun[element]) < _MAX_OCCURRENCES:
                    at.append(index)
        found: list[Match] = []
        nearby: _Nearby | None = None
        for element, at in begun.items():
            candidates, wanted = self._starting[element]
            if not spoken & wanted:
                continue
            for second, pattern in candidates:
                if not second:
                    # As Match(…), in a third of its time.
                    found += [tuple.__new__(Match, (pattern, (index,))) for index in at]
                elif spoken & second:
                    if nearby is None:
                        nearby = _Nearby(words, positions, said_at)
                    if (where := nearby.find(pattern.elements, at)) is not None:
                        found.append(tuple.__new__(Match, (pattern, where)))
        return found


class _Nearby:
    """Finds words of a text that are near one another."""

    def __init__(
        self, words: Sequence[Word], positions: Sequence[int] | None, said_at: Sequence[tuple[int, Elements]]
    ) -> None:
        """*said_at*: the indexes of words, each with its elements."""
        self._positions = [word.position for word in words] if positions is None else positions
        self._said_at = said_at
        self._places: dict[int, list[int]] = {}

    def find(self, elements: tuple[int, ...], first_at: Sequence[int]) -> tuple[int, ...] | None:
        """Return the first positions at which all *elements*, two or more, are near one another.

        *first_at*: the places of the first of them.
        """
        others = [self._find_places(element) for element in elements[1:]]
        if not all(others):
            return None
        reach = len(elements) + _MAX_GAP_WORDS
        positions = self._positions
        for first in first_at:
            at = [first]
            position = positions[first]
            for places in others:
                near, least = -1, reach
                for other in places:
                    distance = abs(positions[other] - position)
                    if distance < least and other not in at:
                        near, least = other, distance
                if near < 0:
                    break
                at.append(near)
            else:
                return tuple(at)
        return None

    def _find_places(self, element: int) -> list[int]:
        places = self._places.get(element)
        if places is None:
            bit = 1 << element
            places = [index for index, (_, bits, _) in self._said_at if bits & bit][:_MAX_OCCURRENCES]
            self._places[element] = places
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
