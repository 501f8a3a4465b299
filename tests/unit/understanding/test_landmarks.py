"""Landmarks as people tell them: parts of buildings, acronyms, spelled numbers, and next to a street."""

import pytest

from bot.understanding.analyzer import TextAnalyzer

LANDMARKS = [
    ("поручень на крыльце военкомата оторван", "военкомат", "на крыльце военкомата"),
    ("камера на воротах детсада смотрит в небо", "детский сад", "на воротах детсада"),
    ("за главным корпусом университета свалка", "университет", "за главным корпусом университета"),
    ("у здания районного суда торгуют водкой", "районный суд", "у здания районного суда"),
    ("под окнами «Стиля» лежит лёд", "«Стиля»", "под окнами «Стиля»"),
    ("около гараж дети ходят", "гаражи", "около гараж"),
    ("МФЦ бумагу потерял", "МФЦ", None),
    ("Молодёжный центр закрыт", "молодёжный центр", None),
    ("закрыли библиотеку", "библиотека", None),
    ("в библиотеку не попасть, лёд", "библиотека", None),
    ("школа двадцать три по физкультуре лыжи велела купить", "школа № 23", None),
    ("около почтового отделения № 27 сугроб", "почтовое отделение № 27", "около почтового отделения № 27"),
    ("гимназия имени Ломоносова без спортзала", "гимназия имени Ломоносова", None),
    ("у насосной темно", "насосная", "у насосной"),
    ("возле макдака лужа", "Макдоналдс", "возле Макдака"),
    ("наш стадик закрыли", "стадион", None),
]


@pytest.mark.parametrize(("text", "name", "near"), LANDMARKS, ids=[text for text, _, _ in LANDMARKS])
def test_landmark_is_read(everything: TextAnalyzer, text: str, name: str, near: str | None) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.landmark, place.near) == (name, near)


NEXT_TO_STREETS = [
    ("на Кирова встали от цирка до рынка", "Кирова", "цирк"),
    ("ул. Новая 2, водонапорная башня течёт", "Новая", "водонапорная башня"),
    ("дом сорок пять по улице космонавтов там где аптека лифт стоит", "Космонавтов", "аптека"),
]


@pytest.mark.parametrize(("text", "street", "landmark"), NEXT_TO_STREETS, ids=[one[0] for one in NEXT_TO_STREETS])
def test_landmark_is_kept_next_to_a_street(everything: TextAnalyzer, text: str, street: str, landmark: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.landmark) == (street, landmark)


def test_spelled_number_of_something_counted_is_no_school(everything: TextAnalyzer) -> None:
    assert everything.read("школа одиннадцать лет ждёт ремонта").place is None
