"""Words written as they sound: «ниделю» is «неделю», «незделали» is «не сделали».

A word that the dictionary knows is never touched. A letter is exchanged for one that sounds like it, two or three of
them in a longer word; a word that is no nearer to a known one stays as it was written.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import PreparedText, Word, prepare_text

_MIN_LENGTH, _MAX_LENGTH = 4, 16
"""Letters; shorter unknown words are abbreviations, longer ones are two glued words or noise."""
_LETTERS_FOR_AN_EDIT = 3
"""A word may differ in one letter of three."""
_MAX_EDITS = 3
_MAX_TRIED = 200
"""Spellings of one word that are looked up, about 0.2 ms: the bound keeps hostile texts cheap."""
_CACHE_SIZE = 10_000
_SOUND_ALIKE = {
    "а": ("о",), "о": ("а", "е"), "и": ("е", "я", "ы"), "е": ("и", "я"), "я": ("е", "и", "а"), "ы": ("и", "е"),
    "э": ("е",), "з": ("с",), "с": ("з", "ст"), "т": ("д",), "д": ("т",), "п": ("б",), "б": ("п",), "ф": ("в",),
    "в": ("ф",), "г": ("к",), "к": ("г",), "ш": ("ж", "ч"), "ж": ("ш",), "щ": ("сч", "ш"), "ц": ("тс",), "ь": ("",),
    "н": ("нн",), "л": ("лл",), "м": ("мм",), "ч": ("чь",), "у": ("ю",), "ю": ("у",), "й": ("и",),
}  # fmt: skip
_ENDINGS = (
    ("ца", "тся"), ("ца", "ться"), ("тся", "ться"), ("ться", "тся"), ("цца", "ться"), ("ева", "его"), ("ова", "ого"),
    ("ово", "ого"), ("ево", "его"), ("т", "ть"), ("ш", "шь"), ("сь", "ст"),
)  # fmt: skip
_GLUED = ("не", "ни")
_VOWELS = frozenset("аоеиыяэую")
_SPOKEN = {
    "када": "когда", "скока": "сколько", "скоко": "сколько", "токо": "только", "тока": "только", "ваще": "вообще",
    "воще": "вообще", "вобще": "вообще", "щас": "сейчас", "ща": "сейчас", "исчо": "еще", "што": "что", "чево": "чего",
    "ничо": "ничего", "ниче": "ничего", "ничево": "ничего", "щитают": "считают", "зачемта": "зачем-то",
    "седня": "сегодня", "сення": "сегодня", "тыщ": "тысяч", "пасиб": "спасибо", "низзя": "нельзя", "есь": "есть",
}  # fmt: skip
"""Words that are written as they are spoken, further from the dictionary than a letter or two."""


class Respeller:
    """Writes words as the dictionary does. One object serves any number of texts."""

    def __init__(self, morphology: Morphology, kept: Iterable[str] = ()) -> None:
        """*kept*: words that stay as they are although the dictionary does not know them, such as slang."""
        self._morphology = morphology
        self._kept = frozenset(kept)
        self._respelled = lru_cache(maxsize=_CACHE_SIZE)(self._respell)

    def respell(self, text: PreparedText) -> PreparedText:
        """Return *text* with every unknown word in the spelling of the known one that sounds like it."""
        spelled = [self._respelled(word.norm) for word in text.words]
        if all(word.norm == right for word, right in zip(text.words, spelled, strict=True)):
            return text
        return prepare_text(_join(text.clean, text.words, spelled))

    def _respell(self, word: str) -> str:
        if word in _SPOKEN:
            return _SPOKEN[word]
        if word in self._kept or not word.isalpha() or not _MIN_LENGTH <= len(word) <= _MAX_LENGTH:
            return word
        if self._morphology.is_known(word):
            return word
        return self._find_sound_alike(word) or self._find_glued(word) or word

    def _find_sound_alike(self, word: str) -> str | None:
        tried, last = {word}, [word]
        for _ in range(min(_MAX_EDITS, len(word) // _LETTERS_FOR_AN_EDIT)):
            near_words = islice(_variants(last), _MAX_TRIED)
            last = []
            for near in near_words:
                if near in tried:
                    continue
                if self._morphology.is_known(near):
                    return near
                tried.add(near)
                last.append(near)
            if len(tried) >= _MAX_TRIED:
                break
        return None

    def _find_glued(self, word: str) -> str | None:
        """Return «не» and a known word that are written together: «несделано»."""
        if word[:2] not in _GLUED or len(word) < _MIN_LENGTH + 2:
            return None
        rest = word[2:]
        right = rest if self._morphology.is_known(rest) else self._find_sound_alike(rest)
        return f"не {right}" if right is not None else None


def _variants(words: Sequence[str]) -> Iterator[str]:
    """Yield *words* with one sound written in another way."""
    for word in words:
        for wrong, right in _ENDINGS:
            if word.endswith(wrong):
                yield word[: -len(wrong)] + right
        for at, letter in enumerate(word):
            if letter in _VOWELS:
                yield from (word[:at] + other + word[at + 1 :] for other in _SOUND_ALIKE.get(letter, ()))
        for at, letter in enumerate(word):
            if letter not in _VOWELS:
                yield from (word[:at] + other + word[at + 1 :] for other in _SOUND_ALIKE.get(letter, ()))


def _join(text: str, words: Sequence[Word], spelled: Sequence[str]) -> str:
    """Return *text* with the words that are spelled otherwise put in the place of the written ones."""
    parts: list[str] = []
    for word, right in zip(words, spelled, strict=True):
        parts += [word.gap, word.raw if word.norm == right else right]
    end = text[text.rfind(words[-1].raw) + len(words[-1].raw) :]
    return "".join((*parts, end))
