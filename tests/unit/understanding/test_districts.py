"""Districts named in words: declined, colloquial, with and without «район»; other uses of the same words."""

import pytest

from bot.domain.districts import district_code, merge_names
from bot.understanding.places.districts import DistrictFinder
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import prepare_text

NAMES = ("Железнодорожный", "Индустриальный район", "Центральный", "Ленинский", "Затон", "Новый Посёлок")


@pytest.fixture(scope="module")
def finder() -> DistrictFinder:
    return DistrictFinder(NAMES, Morphology())


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("в Железнодорожном районе не чистят снег", "Железнодорожный"),
        ("ЖЕЛЕЗНОДОРОЖНЫЙ Р-Н, двор завален", "Железнодорожный"),
        ("жители индустриального района просят", "Индустриальный район"),
        ("Индустриальный район, Малахова 100", "Индустриальный район"),
        ("в Центральном темно", "Центральный"),
        ("из Ленинского не вывозят мусор", "Ленинский"),
        ("в Затоне нет света", "Затон"),
        ("район Затона тонет", "Затон"),
        ("в новом поселке нет света", "Новый Посёлок"),
        ("в Центральном парке грязно", None),
        ("на Ленинском проспекте яма", None),
        ("центральное отопление не работает", None),
        ("в Центральном и Ленинском районах нет воды", None),
        ("в нашем районе нет воды", None),
        ("", None),
    ],
)
def test_district_is_found_in_words(finder: DistrictFinder, text: str, district: str | None) -> None:
    assert finder.find(prepare_text(text).words, frozenset()) == district


def test_spellings_of_one_district_are_one() -> None:
    assert list(merge_names(("Затон", "затон р-н", "Район Затон", "Ленинский")).values()) == ["Затон", "Ленинский"]
    assert district_code("Ленинский район") == district_code("Ленинский")
