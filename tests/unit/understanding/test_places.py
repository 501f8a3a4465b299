"""Places: streets and houses as people write them."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import PlaceName

ADDRESSES = [
    ("На Ленина 45 открыт люк", "Ленина", "45"),
    ("ул ленина д 5 корп 1 нет света", "Ленина", "5к1"),
    ("Попова 118 яма", "Попова", "118"),
    ("пр-т космонавтов 7а крыша течёт", "Космонавтов", "7а"),
    ("дом 12к2 по Гагарина, лифт", "Гагарина", "12к2"),
    ("во дворе дома 23 по улице 8 Марта свалка", "8 Марта", "23"),
    ("мкр Южный без воды", "Южный", None),
    ("ул. Советская, д. 10, корп. 3", "Советская", "10к3"),
    ("на советской 10 темно", "Советская", "10"),
    ("на Советской темно", "Советская", None),
    ("Невский проспект 14, мусор", "Невский", "14"),
    ("переулок Садовый 3 - забор упал", "Садовый", "3"),
    ("50 лет Октября, 12 нет тепла", "50 лет Октября", "12"),
    ("девятое мая 7 нет воды", "9 Мая", "7"),
    ("карла маркса 8 яма", "Карла Маркса", "8"),
    ("К. Маркса, 8, яма", "Карла Маркса", "8"),
    ("Кирова 11/2, лифт стоит", "Кирова", "11/2"),
    ("кирова двадцать один шумят", "Кирова", "21"),
    ("У дома 8 по Кирова лужа", "Кирова", "8"),
    ("На Кирова, около дома 30, скользко", "Кирова", "30"),
    ("на углу Кирова и Мира нет светофора", "Кирова", None),
    ("Чехова от Мира до Победы вся в ямах", "Чехова", None),
    ("ул.Чехова,д.5,кв.3 холодно", "Чехова", "5"),
    ("4 микрорайон дом 6 протечка", "4 мкр", "6"),
    ("на Набережной 2 упало дерево", "Набережная", "2"),
    ("Маршала Конева 6 не убирают", "Маршала Конева", "6"),
    ("школа на Чехова 45, окна выбиты", "Чехова", "45"),
]


@pytest.mark.parametrize(("text", "street", "house"), ADDRESSES, ids=[text for text, _, _ in ADDRESSES])
def test_street_and_house(everything: TextAnalyzer, text: str, street: str, house: str | None) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) == (street, house)


@pytest.mark.parametrize(
    "text",
    [
        "ждали автобус 45 минут",
        "во 2 школе холодно",
        "на детской площадке сломаны качели",
        "за кружок берут 300 рублей в месяц",
        "между 6 и 7 этажом разбито окно",
        "в спальне 13 градусов тепла",
        "телефон аварийной 2-44-10, работают до 19",
        "позор городу",
        "20 ноября не было воды",
    ],
)
def test_a_number_is_not_always_a_house(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or (place.street is None and place.house is None)


def test_minutes_after_a_street_are_no_house(everything: TextAnalyzer) -> None:
    place = everything.read("на Ленина 45 минут стояли в пробке").place
    assert place is not None
    assert (place.street, place.house) == ("Ленина", None)


def test_a_landmark_stands_in_for_an_address(everything: TextAnalyzer) -> None:
    school = everything.read("в школе № 4 выбиты окна").place
    assert school is not None
    assert school.text == "школа № 4"
    shop = everything.read("у пятёрочки на Гагарина открыт люк").place
    assert shop is not None
    assert (shop.street, shop.landmark) == ("Гагарина", "Пятёрочка")


class TestPlaceName:
    def test_it_reads_well_on_a_card(self) -> None:
        assert PlaceName("Ленина", "45").text == "ул. Ленина, 45"
        assert PlaceName("Мира", "7", "пр-т").text == "пр-т Мира, 7"
        assert PlaceName("Гагарина", None, None, "Пятёрочка").text == "ул. Гагарина, Пятёрочка"
        assert PlaceName(None, None, None, "школа № 4").text == "школа № 4"

    def test_another_house_is_another_place(self) -> None:
        assert PlaceName("Ленина", "45").is_different_from(PlaceName("Ленина", "47"))
        assert PlaceName("Ленина", "45").is_different_from(PlaceName("Мира", "45"))

    def test_missing_house_is_no_difference(self) -> None:
        exact, vague = PlaceName("Ленина", "45"), PlaceName("ленина", None)
        assert not exact.is_different_from(vague)
        assert not vague.is_different_from(exact)

    def test_spelling_does_not_make_two_places(self) -> None:
        assert not PlaceName("Зелёная", "7а", "ул.").is_different_from(PlaceName("зеленая", "7А"))

    def test_landmarks_are_compared_where_nothing_else_is_known(self) -> None:
        first, second = PlaceName(None, None, None, "школа № 4"), PlaceName(None, None, None, "школа № 5")
        assert first.is_different_from(second)
        assert not first.is_different_from(first)
        assert not first.is_different_from(PlaceName("Ленина", "1"))
