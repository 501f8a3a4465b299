"""Themes between topic and sector: built-in words of a standard code, own keywords, themes without a sector."""

import pytest

from bot.domain.sectors import Sector, Theme
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.evaluation.classify_output import reading_to_record

HOUSING, ROADS = Sector("zhkh", "Департамент ЖКХ"), Sector("roads", "Дороги")
THEMES = (
    Theme("energy", "Энергетика", "zhkh"),
    Theme("waste", "Отходы", "zhkh"),
    Theme("yards", "Дворы", "zhkh", ("детская площадк",)),
    Theme("digital", "Связь и госуслуги"),
)


@pytest.fixture(scope="module")
def town() -> TextAnalyzer:
    return TextAnalyzer([HOUSING, ROADS], 0.6, themes=THEMES)


@pytest.mark.parametrize(
    ("text", "sector", "theme"),
    [
        ("Нет света в доме второй день", "zhkh", "energy"),
        ("Не вывозят мусор, контейнеры переполнены", "zhkh", "waste"),
        ("Сломана детская площадка", "zhkh", "yards"),
        ("Яма на дороге, разбит асфальт", "roads", None),
    ],
)
def test_theme_brings_its_words_to_its_sector(town: TextAnalyzer, text: str, sector: str, theme: str | None) -> None:
    reading = town.read(text)
    assert (reading.sector, reading.theme, reading.is_confident) == (sector, theme, True)


def test_a_person_chooses_the_sector_of_a_theme_without_one(town: TextAnalyzer) -> None:
    reading = town.read("Не работает интернет и мобильная связь, вышка сломана")
    assert (reading.theme, reading.is_confident) == ("digital", False)


def test_town_without_sectors_has_themes_alone() -> None:
    reading = TextAnalyzer([], 0.6, themes=(Theme("energy", "Энергетика"),)).read("Нет света в доме второй день")
    record = reading_to_record(1, reading)
    assert (record["sector"], record["sector_scores"], record["theme"]) == (None, {}, "energy")
    assert not reading.is_confident
