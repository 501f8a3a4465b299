"""Spelling: words that the dictionary of pymorphy3 does not know and that differ from a known word by one letter.

A word that resembles no known one is a name, a term or a word of the place; telling an official that it is wrong would
teach them to ignore the marks.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.understanding.answer_check.phrases import Span, lower
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.word_lists import WordList

_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_SOUND_ALIKE = {pair[at]: pair[1 - at] for pair in ("зс", "ао", "еи", "дт", "бп", "шщ", "гк", "вф") for at in (0, 1)}
_MIN_LENGTH = 5
"""Letters; a shorter unknown word is usually an abbreviation."""
_CACHE_SIZE = 2_000


class SpellingChecker:
    """Finds misspelt words. *town_words* are right although the dictionary does not know them."""

    def __init__(self, morphology: Morphology, town_words: WordList, mistakes: dict[str, str]) -> None:
        self._morphology = morphology
        self._town_words = town_words
        self._mistakes = [(re.compile(rf"(?<!\w){lower(wrong)}(?!\w)"), right) for wrong, right in mistakes.items()]
        self._correct = lru_cache(maxsize=_CACHE_SIZE)(self._find_correct)

    def find(self, text: str) -> Iterator[tuple[Span, str]]:
        """Yield the places of misspelt words with the right ones."""
        low = lower(text)
        for form, instead in self._mistakes:
            yield from ((found.span(), instead) for found in form.finditer(low))
        for found in _WORD.finditer(text):
            word = found[0]
            if not _is_common_word(text, found):
                continue
            parts = word.split("-") if not self._is_right(lower(word)) else []
            for part in parts:
                right = self._correct(lower(part)) if len(part) >= _MIN_LENGTH else None
                if right is not None:
                    yield found.span(), right

    def _is_right(self, word: str) -> bool:
        return self._morphology.is_known(word) or self._town_words.contains(word)

    def _find_correct(self, word: str) -> str | None:
        """Return the known word next to the unknown *word*, if there is one."""
        if self._is_right(word):
            return None
        return next((near for near in _neighbours(word) if self._morphology.is_known(near)), None)


def _is_common_word(text: str, found: re.Match[str]) -> bool:
    """Return whether the word is neither a name nor an abbreviation nor a part of a code or an address."""
    word, start, end = found[0], found.start(), found.end()
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    if any(sign.isalnum() or sign in "@_/" for sign in around):
        return False
    if word.islower():
        return True
    before = text[:start].rstrip(' \t«"(—–-')
    starts_sentence = not before or before[-1] in ".!?…\n:;"
    return word[1:].islower() and starts_sentence


def _neighbours(word: str) -> Iterator[str]:
    """Yield the words one letter away: first one that sounds alike, then two swapped, one added, left out, replaced."""
    places = range(len(word))
    for at in places:
        if (other := _SOUND_ALIKE.get(word[at])) is not None:
            yield word[:at] + other + word[at + 1 :]
    yield from (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1])
    yield from (word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in _LETTERS)
    yield from (word[:at] + word[at + 1 :] for at in places)
    yield from (word[:at] + letter + word[at + 1 :] for at in places for letter in _LETTERS)
