"""The municipality's keywords: words or their beginnings, stronger than the built-in topics."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.sectors import Sector
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, prepare_text

_MIN_WHOLE_WORD_PREFIX = 5
"""A complete word shorter than this matches only itself: «свет» is not the beginning of «светофор»."""
_MIN_PREFIX = 3


@dataclass(frozen=True, slots=True)
class KeywordHits:
    """The number of different custom keywords found for each sector, and the words of the text that matched."""

    counts: Counter[str]
    words: dict[str, tuple[str, ...]]

    @property
    def leaders(self) -> tuple[str, ...]:
        """The sectors with the most keywords: one, unless several are tied."""
        most = max(self.counts.values(), default=0)
        return tuple(code for code, count in self.counts.items() if count == most)


class CustomKeywords:
    """Finds custom keywords. A keyword that several sectors have is ambiguous and decides nothing between them."""

    def __init__(self, sectors: Sequence[Sector], morphology: Morphology) -> None:
        self._morphology = morphology
        self._keywords: dict[tuple[str, ...], set[str]] = {}
        for sector in sectors:
            for keyword in sector.keywords:
                parts = tuple(word.norm for word in prepare_text(keyword).words)
                if parts:
                    self._keywords.setdefault(parts, set()).add(sector.code)
        self._parts = frozenset(part for parts in self._keywords for part in parts)
        self._cached_matching_parts = remember(self._matching_parts)

    def _matching_parts(self, word: str) -> frozenset[str]:
        """Return the parts of keywords of which *word* is a form or a continuation."""
        lemmas = self._morphology.form(word).lemmas
        return frozenset(part for part in self._parts if self._is_match(part, word, lemmas))

    def _is_match(self, part: str, word: str, lemmas: Sequence[str]) -> bool:
        form = self._morphology.form(part)
        if word == part or (form.known and form.lemmas and form.lemmas[0] in lemmas):
            return True
        complete = form.known and part in form.lemmas
        shortest = _MIN_WHOLE_WORD_PREFIX if complete else _MIN_PREFIX
        if len(part) < shortest:
            return False
        return word.startswith(part) or any(lemma.startswith(part) for lemma in lemmas)

    def find(self, words: Sequence[Word]) -> KeywordHits:
        """Count the keywords in the text."""
        counts: Counter[str] = Counter()
        seen: defaultdict[str, list[str]] = defaultdict(list)
        if not self._keywords:
            return KeywordHits(counts, {})
        fits = [self._cached_matching_parts(word.norm) for word in words]
        for parts, codes in self._keywords.items():
            at = _find_sequence(parts, fits)
            if at is None:
                continue
            for code in codes:
                counts[code] += 1
                seen[code].extend(word.raw for word in words[at : at + len(parts)])
        return KeywordHits(counts, {code: tuple(dict.fromkeys(found)) for code, found in seen.items()})


def _find_sequence(parts: Sequence[str], fits: Sequence[frozenset[str]]) -> int | None:
    for start in range(len(fits) - len(parts) + 1):
        if all(part in fits[start + offset] for offset, part in enumerate(parts)):
            return start
    return None
