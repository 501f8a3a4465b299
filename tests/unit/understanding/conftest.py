"""One understanding for all tests of a run: it holds nothing but caches, and loading it takes a third of a second."""

import pytest

from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.analyzer import TextAnalyzer

THRESHOLD = 0.6


@pytest.fixture(scope="session")
def everything() -> TextAnalyzer:
    """A town that configured all nineteen standard sectors."""
    return TextAnalyzer([Sector(code, title) for code, title in STANDARD_SECTORS.items()], THRESHOLD)


@pytest.fixture(scope="session")
def small_town() -> TextAnalyzer:
    """Three sectors, one of them with words of its own."""
    sectors = [
        Sector("roads", "Дороги", ("яма", "асфальт", "проселоч")),
        Sector("education", "Образование"),
        Sector("housing", "ЖКХ"),
    ]
    return TextAnalyzer(sectors, THRESHOLD)
