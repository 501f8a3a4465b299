"""Russian in Latin letters: «ul Gagarina 12 net vody»."""

from collections.abc import Sequence

from bot.domain.text_normal import fold
from bot.understanding.text.tokens import Word

_SIGNS = frozenset({"ul", "ulica", "ulitsa", "dom", "net", "ne", "na", "po", "kv", "vody", "sveta"})
"""Words that show which language it is; one of them is needed."""
_MIN_WORDS = 3
_LETTERS = {
    "shch": "щ", "sch": "щ", "tsk": "тск", "aya": "ая", "uyu": "ую", "eya": "ея",
    "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ju": "ю", "ya": "я",
    "ja": "я", "yo": "ё", "jo": "ё", "ye": "е", "je": "е", "iy": "ий", "yy": "ый", "ij": "ий", "ay": "ай", "oy": "ой",
    "ey": "ей", "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у",
    "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з", "'": "ь", "’": "ь",
}  # fmt: skip
_LONGEST = max(map(len, _LETTERS))


def russian_words(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words in Cyrillic if the whole text is Russian in Latin letters, else the words as they are."""
    if len(words) < _MIN_WORDS or not all(word.raw.isascii() for word in words):
        return words
    if _SIGNS.isdisjoint(word.raw.lower() for word in words):
        return words
    return [in_cyrillic(word) for word in words]


def in_cyrillic(word: Word) -> Word:
    """Return a word of Latin letters in Cyrillic, as it sounds."""
    raw = _spell(word.raw.lower())
    raw = raw.capitalize() if word.capitalised else raw
    return word._replace(raw=raw, norm=fold(raw))


def _spell(latin: str) -> str:
    found: list[str] = []
    at = 0
    while at < len(latin):
        size = next((one for one in range(_LONGEST, 0, -1) if latin[at : at + one] in _LETTERS), 0)
        found.append(_LETTERS[latin[at : at + size]] if size else latin[at])
        at += size or 1
    return "".join(found)
