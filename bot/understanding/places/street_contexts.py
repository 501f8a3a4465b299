"""The words around a street without a type word: people, quantities and nouns that it could be instead."""

from collections.abc import Sequence

from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_POINTING = frozenset({"наш", "весь"})
_FROM = frozenset({"с", "со", "от", "у"})
"""Prepositions that people follow more often than streets: «у Иванова», «от Петровой», «с Чапаева»."""
_MIN_FULL_WORD = 4
"""Letters: a shorter word with a full stop is an abbreviation."""
_MAX_SPAN_WORDS = 5
"""Words between «от Мира» and «до Победы»."""
_FEMININE_CASES = ("gent", "datv", "loct", "accs", "nomn", "ablt")


class StreetContexts:
    """Judges by the neighbours of a word whether it names a street."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary, names: StreetNames) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names

    def is_other_number(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the number behind the word is no house: «собственников. 3 …», «Закон № 273», «в жилом доме 5».

        Neither is it in a date: «27 октября 2020».
        """
        word, following = words[index], words[index + 1]
        if word.norm in self._vocabulary.months and index > 0 and words[index - 1].is_number:
            return True
        abbreviated = len(word.norm) < _MIN_FULL_WORD or word.norm in self._vocabulary.aliases
        if following.is_number and "." in following.gap and not abbreviated:
            return True
        adjective = self._names.is_street_adjective(word) and not self._morphology.form(word.norm).can_be(
            "Surn", "gent"
        )
        if adjective and not following.gap.strip() and self._morphology.is_adjective_of(word.norm, following.norm):
            return True
        if "№" not in following.gap or not following.is_number:
            return False
        surname = self._morphology.form(word.norm).can_be("Surn", "gent")
        return not (surname or self._names.is_street_adjective(word) or word.norm in self._vocabulary.words["names"])

    def counts_something(self, words: Sequence[Word], number: int, end: int) -> bool:
        """Return whether the number at *number* counts what follows: «каких-то 20 ступенек»."""
        if words[number].norm in self._vocabulary.words["house"] or end >= len(words) or words[end].gap.strip():
            return False
        form = self._morphology.form(words[end].norm)
        return form.can_be("NOUN", "gent") or form.can_be("ADJF", "gent", "plur")

    def is_part_of_street(self, words: Sequence[Word], index: int) -> bool:
        """Return whether something that streets have precedes: «тротуар Чапаева», «огороды Нижней», «двор Мира»."""
        word = words[index]
        if not word.capitalised or word.raw.isupper() or words[index].gap.strip():
            return False
        lemmas = self._morphology.form(words[index - 1].norm).lemmas
        if self._vocabulary.words["parts"].isdisjoint(lemmas):
            return False
        form = self._morphology.form(word.norm)
        return not self._names.is_street_adjective(word) or form.can_be("ADJF", "femn", "gent")

    def is_our_street(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «наша Полевая», «по всей нашей Садовой» are said."""
        pointing = not _POINTING.isdisjoint(self._morphology.form(words[index - 1].norm).lemmas)
        return pointing and words[index].capitalised and not words[index].raw.isupper()

    def is_about_person(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the name is rather a person's: «у Толкина», «жалоба на Петрова», «с Чикатило».

        «от Мира до Садовой» is a street, and so are names that are no surnames.
        """
        before, word = words[index - 1].norm, words[index]
        form = self._morphology.form(word.norm)
        is_span = self.has_end(words, index + 1)
        if before == "от":
            return not is_span
        if word.norm in self._vocabulary.words["names"] or (self._names.is_street_adjective(word) and form.known):
            return False
        if before in _FROM:
            return not is_span
        if before != "на" or index < 2:
            return False
        lemmas = self._morphology.form(words[index - 2].norm).lemmas
        return not self._vocabulary.words["aimed"].isdisjoint(lemmas)

    def has_end(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «до» and another street follow: «от Мира до Садовой», not «довёл до слёз»."""
        for at in range(index, min(index + _MAX_SPAN_WORDS, len(words) - 1)):
            if words[at].norm == "до":
                end = words[at + 1]
                return self._names.can_be_street_alone(end) or self._names.is_street_adjective(end)
        return False

    def is_two_word_name(self, words: Sequence[Word], index: int) -> bool:
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return False
        first, second = words[index], words[index + 1]
        return (
            self._names.is_alias(first, second)
            or (second.norm in self._vocabulary.words["tails"] and first.capitalised)
            or self._names.is_genitive_pair(first, second)
            or (
                first.norm in self._vocabulary.words["ranks"]
                and self._names.is_first_part(first, second)
                and self._names.can_be_street_alone(second)
            )
        )

    def is_standalone_adjective(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the adjective has no noun of its own: «на советской возле», not «на детской площадке»."""
        word = words[index]
        if not self._names.is_street_adjective(word):
            return False
        form = self._morphology.form(word.norm)
        feminine = [case for case in _FEMININE_CASES if form.can_be("ADJF", "femn", case)]
        if not feminine or form.can_be("NOUN"):
            return False
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return True
        following = self._morphology.form(words[index + 1].norm)
        if following.can_be("ADJF") and not words[index + 1].capitalised:
            return False
        if self._names.agree(word, words[index + 1]):
            return False
        return not any(following.can_be("NOUN", "femn", case) for case in feminine)
