"""Which earlier messages read much the same as a new one: by the words they share, rare ones first."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]{3,}")
_BEGINNING = 5
"""Letters that forms of a word have in common («дорога», «дороге», «дорог»): rough, and fast enough for hundreds."""
_LIKE = 0.35
_AS_IF = 20
"""Messages that are taken for granted, with none of these words: among a few every word looks rare."""
_LEAST_SHARED = 2


def most_alike(text: str, others: Sequence[tuple[int, str]], most: int) -> list[int]:
    """The numbers of at most *most* of *others* that are like *text*, the likest first; often none."""
    mine = _words(text)
    theirs = [(number, _words(other)) for number, other in others]
    spread = Counter(word for _, words in theirs for word in words)
    rarity = {word: math.log((len(theirs) + _AS_IF) / (spread[word] + 1)) for word in mine | spread.keys()}
    whole = _length(mine, rarity)
    scored = []
    for number, words in theirs:
        shared = mine & words
        if len(shared) >= min(_LEAST_SHARED, len(mine)) > 0:
            likeness = sum(rarity[word] ** 2 for word in shared) / ((whole * _length(words, rarity)) or 1.0)
            scored.append((likeness, number))
    return [number for likeness, number in sorted(scored, reverse=True)[:most] if likeness >= _LIKE]


def _words(text: str) -> set[str]:
    return {word[:_BEGINNING] for word in _WORD.findall(text.casefold().replace("ё", "е"))}


def _length(words: set[str], rarity: dict[str, float]) -> float:
    return math.sqrt(sum(rarity[word] ** 2 for word in words))
