"""Addresses of many hands: plots, Latin letters, parts of houses, and houses that are told apart from their street."""

import pytest

from bot.understanding.analyzer import TextAnalyzer

ADDRESSES = [
    ("ул. Рябиновая, уч. 12. Мусор лежит", "Рябиновая", "12"),
    ("третья линия, участок 48, столб упал", "3-я линия", "48"),
    ("по ул. Заводской, з/у 17 забор", "Заводская", "17"),
    ("на Садовой участок 20 метров без асфальта", "Садовая", None),
    ("Lenina 15, подъезд 3, лифт стоит", "Ленина", "15"),
    ("на Gagarina 5 нет света", "Гагарина", "5"),
    ("Гагарина 15/А течёт", "Гагарина", "15а"),
    ("Мира дом 30 /2 без лифта", "Мира", "30/2"),
    ("Тополиная улица, дом 7, строение 2А", "Тополиная", "7с2А"),
    ("ул. Калинина (15 дом) яма", "Калинина", "15"),
    ("Академика Павлова стр.3, ворота упали", "Академика Павлова", "3"),
    ("Победы пр-кт, 20, нет тепла", "Победы", "20"),
    ("адрес 50 лет Октября ул., лёд", "50 лет Октября", None),
    ("с Речной сворачиваешь на Овражную, и перед 22-м домом провал", "Овражная", "22"),
    ("на углу комсомолки и ленинки сосулька", "Комсомольская", None),
    ("он без сознания! Больничная возле аптеки", "Больничная", None),
    ("12-й дом Титова без лифта", "Титова", "12"),
    ("пятидесятый дом по Титова без лифта", "Титова", "50"),
    ("маршала Жукова нет воды", "Маршала Жукова", None),
]


@pytest.mark.parametrize(("text", "street", "house"), ADDRESSES, ids=[text for text, _, _ in ADDRESSES])
def test_address_is_read(everything: TextAnalyzer, text: str, street: str, house: str | None) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) == (street, house)


def test_bus_by_its_number_is_no_house(everything: TextAnalyzer) -> None:
    assert everything.read("низкопольный 33-й ходит когда захочет").place is None


def test_house_of_a_village_makes_its_name_one(everything: TextAnalyzer) -> None:
    place = everything.read("д. Пеньки, дом 12, провод висит").place
    assert place is not None
    assert (place.settlement, place.house) == ("Пеньки", "12")
