"""Words that look like a street and name something else: the open air, a stop, a firm, a river."""

import pytest

from bot.understanding.analyzer import TextAnalyzer

OUTDOORS = [
    "НА УЛИЦЕ СКОЛЬЗКО, ДВОРНИКА НЕТ",
    "НА УЛИЦЕ СОБАКИ БЕГАЮТ СТАЕЙ",
    "НА УЛИЦЕ МОРОЗ А В ПОДЪЕЗДЕ НЕТ ДВЕРИ",
    "ВЫГНАЛИ НА УЛИЦУ ЛЮДЕЙ ИЗ ОБЩЕЖИТИЯ",
]


@pytest.mark.parametrize("text", OUTDOORS)
def test_capitals_make_no_street_of_the_open_air(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.street is None


SHOUTED = [
    ("НА УЛИЦЕ ПУШКИНА ТЕМНО", "Пушкина"),
    ("УЛИЦА ПОБЕДА ТЕМНО", "Победы"),
    ("НА УЛИЦЕ ЕРМАКА НЕТ СВЕТА", "Ермака"),
    ("ПЕР. ТИХИЙ ЗАМЕЛО", "Тихий"),
    ("УЛИЦА САДЫ БЕЗ СВЕТА", "Сады"),
]


@pytest.mark.parametrize(("text", "street"), SHOUTED, ids=[text for text, _ in SHOUTED])
def test_street_in_capitals_is_still_read(everything: TextAnalyzer, text: str, street: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert place.street == street
