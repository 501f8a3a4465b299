"""Phrases of a data file, found in a text with their places."""

import re
from collections.abc import Iterator

Span = tuple[int, int]


def lower(text: str) -> str:
    """Return *text* in lower case, with «ё» as «е» and plain spaces, letter by letter: every place stays the same."""
    return text.replace("\u0130", "I").lower().replace("ё", "е").replace("\xa0", " ")


class PhraseList:
    """Phrases, one a line or after a semicolon. ``нача*`` is any continuation of a word, ``…`` up to three words."""

    def __init__(self, source: str) -> None:
        phrases = [phrase.split() for phrase in lower(source).replace(";", "\n").splitlines() if phrase.strip()]
        bodies = [_compile(words) for words in sorted(phrases, key=len, reverse=True)]
        self._form = re.compile(rf"(?<!\w)(?:{'|'.join(bodies)})(?!\w)")

    def find(self, low: str, start: int = 0) -> Iterator[Span]:
        """Yield the places of the phrases in *low* (see :func:`lower`)."""
        return (found.span() for found in self._form.finditer(low, start))

    def first(self, low: str, start: int = 0) -> Span | None:
        return next(self.find(low, start), None)

    def begins(self, low: str, start: int) -> Span | None:
        """Return the place of a phrase right at *start*."""
        found = self._form.match(low, start)
        return found.span() if found else None


def _compile(words: list[str]) -> str:
    pieces, gap = "", ""
    for word in words:
        if word == "…":
            gap = r"\W{1,3}(?:\w+\W{1,3}){0,3}"
            continue
        pieces += (gap or r"\W{1,3}") if pieces else ""
        pieces += re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)
        gap = ""
    return pieces
