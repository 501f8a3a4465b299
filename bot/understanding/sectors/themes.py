"""Themes: a level between topic and sector, found by its own words and the built-in topics of a standard code."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.sectors import Sector, Theme
from bot.understanding.sectors.custom_keywords import CustomKeywords
from bot.understanding.sectors.scoring import Evidence
from bot.understanding.sectors.topics import WORD_WEIGHT, Topic
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_KEYWORD_WEIGHT = 2 * WORD_WEIGHT
"""Weight of a keyword of the municipality: more than any built-in word."""
_MIN_WEIGHT = 2.0
"""Evidence below which no theme is named."""


def with_keywords_of_themes(sectors: Sequence[Sector], themes: Sequence[Theme]) -> list[Sector]:
    """Return the sectors, each with the keywords of its themes, too."""
    return [
        replace(sector, keywords=(*sector.keywords, *(word for theme in own for word in theme.keywords)))
        for sector in sectors
        for own in [[theme for theme in themes if theme.sector == sector.code]]
    ]


class ThemeFinder:
    """Finds the theme of a message that belongs to a sector, or may belong to one that a person chooses."""

    def __init__(self, themes: Sequence[Theme], topics: Sequence[Topic], morphology: Morphology) -> None:
        self._themes = tuple(themes)
        as_sectors = [Sector(theme.code, theme.title, theme.keywords) for theme in themes]
        self._keywords = CustomKeywords(as_sectors, morphology)
        codes = {theme.code for theme in themes}
        self._suitable = tuple({code: share for code, share in one.sectors.items() if code in codes} for one in topics)

    def find(self, words: Sequence[Word], evidence: Evidence, sector: str | None) -> Theme | None:
        """Return the strongest theme of *sector* or of no sector; ``None`` if nothing speaks for one."""
        if not self._themes:
            return None
        weights = dict.fromkeys((theme.code for theme in self._themes), 0.0)
        for index, weight in evidence.weights.items():
            for code, share in self._suitable[index].items():
                weights[code] += weight * share
        for code, count in self._keywords.find(words).counts.items():
            weights[code] += _KEYWORD_WEIGHT * count
        fitting = [
            theme
            for theme in self._themes
            if theme.sector in (None, sector)
            # A theme without a sector must not take from a sector what speaks for it as clearly.
            and weights[theme.code] >= (_MIN_WEIGHT if theme.sector else max(_MIN_WEIGHT, evidence.strongest))
        ]
        return max(fitting, key=lambda theme: weights[theme.code], default=None)
