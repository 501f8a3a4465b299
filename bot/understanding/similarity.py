"""Text similarity: whether a posted text is the agreed one, and which earlier messages resemble a new one."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.domain.text_normal import fold

_MIN_WHOLE_RATIO = 88.0
"""Percent: the similarity of two whole texts, without case and punctuation."""
_MIN_PARTIAL_RATIO = 95.0
"""Percent: the similarity of the agreed text with a part of a longer text."""
_MIN_PARTIAL_LENGTH = 20
"""Characters: a shorter text occurs within many texts that mean something else."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM_LENGTH = 5
"""Letters that forms of a word share («дорога», «дороге», «дорог»): rough, and fast enough for hundreds of texts."""
_MIN_COSINE = 0.35
_SMOOTHING_MESSAGES = 20
"""Imaginary messages without any of the words: among a few messages every word looks rare."""
_MIN_SHARED_WORDS = 2


def is_same_wording(agreed: str, posted: str) -> bool:
    """Return whether *posted* says what was *agreed*.

    People who post a text by hand greet first, sign it, or correct a comma.
    """
    wanted, found = _normalize(agreed), _normalize(posted)
    if not wanted or not found:
        return False
    if fuzz.ratio(wanted, found) >= _MIN_WHOLE_RATIO:
        return True
    if not _MIN_PARTIAL_LENGTH <= len(wanted) <= len(found):
        return False
    return fuzz.partial_ratio(wanted, found) >= _MIN_PARTIAL_RATIO


def find_similar(text: str, others: Sequence[tuple[int, str]], limit: int) -> list[int]:
    """Return the numbers of at most *limit* of *others* that resemble *text*, the most similar first; often none.

    The measure is the cosine of TF-IDF vectors. rapidfuzz compares characters or sets of equally weighted words, which
    ranks messages with the same common words first.
    """
    wanted = _stems(text)
    candidates = [(number, _stems(other)) for number, other in others]
    counts = Counter(word for _, words in candidates for word in words)
    weights = {
        word: math.log((len(candidates) + _SMOOTHING_MESSAGES) / (counts[word] + 1)) for word in wanted | counts.keys()
    }
    length = _vector_length(wanted, weights)
    scored = []
    for number, words in candidates:
        shared = wanted & words
        if len(shared) >= min(_MIN_SHARED_WORDS, len(wanted)) > 0:
            cosine = sum(weights[word] ** 2 for word in shared) / ((length * _vector_length(words, weights)) or 1.0)
            scored.append((cosine, number))
    return [number for cosine, number in sorted(scored, reverse=True)[:limit] if cosine >= _MIN_COSINE]


def _normalize(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _stems(text: str) -> set[str]:
    return {word[:_STEM_LENGTH] for word in _WORD.findall(fold(text))}


def _vector_length(words: set[str], weights: dict[str, float]) -> float:
    return math.sqrt(sum(weights[word] ** 2 for word in words))
