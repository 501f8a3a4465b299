"""Russian word forms. The only importer of pymorphy3; every answer is remembered, within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import pymorphy3

from bot.domain.text_normal import fold
from bot.understanding.text.memory import remember

_CACHE_SIZE = 20_000
_LONGEST_WORD = 40
_MIN_PARSE_SCORE = 0.12
"""A parse less likely than this is left out of the lemmas."""

_KNOWN_LEMMAS = "lemmas.txt"
"""The answers of :meth:`Morphology.lemmas_of` for the words of the package's own patterns, by one version of the
dictionary: to ask it for thousands of them would be a third of a start. ``python -m bench.lemmas`` writes the file."""

_OBLIQUE_CASES = frozenset({"gent", "datv", "accs", "ablt", "loct"})


@dataclass(frozen=True, slots=True)
class WordForm:
    """The possible analyses of one written word: its lemmas (the likeliest first) and the grammar of its parses."""

    lemmas: tuple[str, ...]
    known: bool
    tags: tuple[frozenset[str], ...]
    """Grammemes of every parse in the notation of OpenCorpora (NOUN, ADJF, gent, Surn …), the likeliest first."""

    def can_be(self, *grammemes: str) -> bool:
        """Return whether one parse has all of *grammemes*."""
        for tag in self.tags:  # noqa: SIM110 - asked a hundred times for a text, each time any() makes a generator
            if tag.issuperset(grammemes):
                return True
        return False


_NO_FORM = WordForm((), False, ())


class Morphology:
    """pymorphy3 with a memory. Loading takes about 0.2 s and 40 MB; make one and share it."""

    def __init__(self) -> None:
        self._analyzer = pymorphy3.MorphAnalyzer()
        self._known_lemmas = read_known_lemmas(self.version)
        self.form = remember(self._form)
        self.in_gender = lru_cache(maxsize=_CACHE_SIZE)(self._in_gender)
        self.nominative = remember(self._nominative)
        self.lemma = remember(self._lemma)
        self._oblique_adjective = remember(self._find_oblique_adjective)
        self._oblique_noun = remember(self._find_oblique_noun)

    @property
    def version(self) -> str:
        """The version of the library and of its dictionary."""
        meta = self._analyzer.dictionary.meta
        parts = (meta["source_revision"], meta["corpus_revision"], meta["compiled_at"])
        return " ".join((pymorphy3.__version__, *map(str, parts)))

    def lemmas_of(self, word: str) -> tuple[str, ...]:
        """Return the lemmas of a word of a pattern: itself if it may be one, or if the dictionary tells none."""
        known = self._known_lemmas.get(word)
        return self.find_lemmas(word) if known is None else known or (word,)

    def find_lemmas(self, word: str) -> tuple[str, ...]:
        """Return the same by the dictionary alone."""
        lemmas = self.form(word).lemmas
        return (word,) if word in lemmas or not lemmas else lemmas

    def is_known(self, word: str) -> bool:
        """Return whether the dictionary has *word*; nothing is remembered, for callers that try hundreds of words."""
        return bool(self._analyzer.word_is_known(word))

    def is_adjective_of(self, word: str, noun: str) -> bool:
        """Return whether *word* can be an adjective that agrees with *noun* in an oblique case: «северной стороне»."""
        return not self._oblique_adjective(word).isdisjoint(self._oblique_noun(noun))

    def _find_oblique_adjective(self, word: str) -> frozenset[str]:
        """Return the oblique cases in which *word* can be an adjective."""
        return frozenset[str]().union(*[tag for tag in self.form(word).tags if "ADJF" in tag]) & _OBLIQUE_CASES

    def _find_oblique_noun(self, word: str) -> frozenset[str]:
        nouns = [tag for tag in self.form(word).tags if "NOUN" in tag and "Abbr" not in tag]
        return frozenset[str]().union(*nouns) & _OBLIQUE_CASES

    def _form(self, word: str) -> WordForm:
        if not word or len(word) > _LONGEST_WORD or not any("а" <= letter <= "я" for letter in word):
            return _NO_FORM
        parses = self._analyzer.parse(word)
        lemmas: list[str] = []
        for parse in parses:
            lemma = fold(parse.normal_form)
            if lemma not in lemmas and (not lemmas or parse.score >= _MIN_PARSE_SCORE):
                lemmas.append(lemma)
        tags = tuple(frozenset(parse.tag.grammemes) for parse in parses[:12])
        return WordForm(tuple(lemmas[:3]), self._analyzer.word_is_known(word), tags)

    def _lemma(self, word: str) -> str:
        """Return the likeliest lemma of *word*, or the word itself."""
        return next(iter(self.form(word).lemmas), word)

    def _in_gender(self, word: str, gender: str) -> str | None:
        """Return the nominative singular of an adjective in *gender* (masc, femn, neut); ``None`` for other words."""
        for parse in self._analyzer.parse(word):
            if "ADJF" in parse.tag:
                form = parse.inflect({"nomn", "sing", gender})
                return form.word if form is not None else None
        return None

    def _nominative(self, word: str) -> str:
        """Return the nominative of a noun in its own number, or the word itself if that is not known."""
        for parse in self._analyzer.parse(word):
            if "NOUN" in parse.tag:
                form = parse.inflect({"nomn"})
                return form.word if form is not None else word
        return word


def read_known_lemmas(version: str) -> Mapping[str, tuple[str, ...]]:
    """Return the package's own answers, where nothing means the word itself; none for another *version*."""
    text = files("bot.understanding").joinpath("data", _KNOWN_LEMMAS).read_text(encoding="utf-8")
    stated, *lines = text.splitlines()
    if stated != version:
        return {}
    return {one[0]: one[1:] for one in (tuple(line.split()) for line in lines)}
