"""Which earlier messages read much the same as a new one: by the words they share, rare ones first."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM_LENGTH = 5
"""Letters that forms of a word have in common («дорога», «дороге», «дорог»): rough, and fast enough for hundreds."""
_MIN_COSINE = 0.35
_SMOOTHING_MESSAGES = 20
"""Messages that are taken for granted, with none of these words: among a few every word looks rare."""
_MIN_SHARED_WORDS = 2


def find_similar(text: str, others: Sequence[tuple[int, str]], limit: int) -> list[int]:
    """The numbers of at most *most* of *others* that are like *text*, the likest first; often none."""
    mine = _stems(text)
    theirs = [(number, _stems(other)) for number, other in others]
    spread = Counter(word for _, words in theirs for word in words)
    rarity = {word: math.log((len(theirs) + _SMOOTHING_MESSAGES) / (spread[word] + 1)) for word in mine | spread.keys()}
    whole = _vector_length(mine, rarity)
    scored = []
    for number, words in theirs:
        shared = mine & words
        if len(shared) >= min(_MIN_SHARED_WORDS, len(mine)) > 0:
            likeness = sum(rarity[word] ** 2 for word in shared) / ((whole * _vector_length(words, rarity)) or 1.0)
            scored.append((likeness, number))
    return [number for likeness, number in sorted(scored, reverse=True)[:limit] if likeness >= _MIN_COSINE]


def _stems(text: str) -> set[str]:
    return {word[:_STEM_LENGTH] for word in _WORD.findall(text.casefold().replace("ё", "е"))}


def _vector_length(words: set[str], rarity: dict[str, float]) -> float:
    return math.sqrt(sum(rarity[word] ** 2 for word in words))
