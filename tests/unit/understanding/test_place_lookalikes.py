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


OTHERS = [
    "УК «Центральная» собрание не провела",
    'ООО "Заречная" обещало перерасчёт',
    "станция Заречная без навеса",
    "на остановке Полевая выбили стекло",
    "ст. Лесная, переезд разбит",
    "поехали от станции Заречная, один еле держится",
    "мост висячий через Тихую без двух досок",
    "к нам на Химмаш ходит один автобус",
    "школьники идут по льду у насосной",
]


@pytest.mark.parametrize("text", OTHERS)
def test_name_of_something_else_is_no_street(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.street is None


STREETS = [
    ("на остановке Садовая 5 темно", "Садовая", "5"),
    ("на остановке улица Мира темно", "Мира", None),
    ("дорога через Садовую разбита", "Садовая", None),
    ("Мира один, света нет", "Мира", "1"),
]


@pytest.mark.parametrize(("text", "street", "house"), STREETS, ids=[text for text, _, _ in STREETS])
def test_street_next_to_such_words_is_still_read(
    everything: TextAnalyzer, text: str, street: str, house: str | None
) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) == (street, house)


@pytest.mark.parametrize("text", ["за речкой Каменкой свалка", "мост через речку Малиновку рухнул"])
def test_river_is_no_settlement(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.settlement is None
