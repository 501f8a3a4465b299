"""Are these the words that were agreed on? A person who posts a text by hand greets first, signs, mends a comma."""

import re

from rapidfuzz import fuzz

_MIN_WHOLE_RATIO = 88.0
"""Of a hundred: the texts as wholes, without case and punctuation."""

_MIN_PARTIAL_RATIO = 95.0
"""Of a hundred: the agreed words within a longer text."""

_MIN_PARTIAL_LENGTH = 20
"""Characters: shorter words are found within many texts that mean something else."""


def is_same_wording(agreed: str, posted: str) -> bool:
    """Whether *posted* says what was *agreed*, perhaps with a greeting before and a signature after it."""
    wanted, found = _normalize(agreed), _normalize(posted)
    if not wanted or not found:
        return False
    if fuzz.ratio(wanted, found) >= _MIN_WHOLE_RATIO:
        return True
    if not _MIN_PARTIAL_LENGTH <= len(wanted) <= len(found):
        return False
    return fuzz.partial_ratio(wanted, found) >= _MIN_PARTIAL_RATIO


def _normalize(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("ё", "е")))
