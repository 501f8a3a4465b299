"""Places: streets and houses as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.sectors import Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import PlaceName

ADDRESS_PARTS = [
    *(
        "ул.",
        "улица",
        "пер",
        "наб.",
        "мкр",
        "дом",
        "д.",
        "корпус",
        "корп",
        "к",
        "стр",
        "строение",
        "литера",
        "дробь",
        "№",
    ),
    *(
        "5",
        "12к2",
        "7а",
        "3-я",
        "2-й",
        "5-м",
        "11/2",
        "1-15",
        "третьей",
        "сорок",
        "два",
        "А",
        "б",
        "1905",
        "года",
        "с",
        "по",
    ),
    *("Мира", "садовой", "Загородная", "Ленина", "Красных", "Зорь", "Садовая-12", "кварталов", "человек", "минут"),
    *("с.", "село", "хутор", "Ключи", "ключах", "Вольный", "Никольском", "снт", "в", "на", "у", "за", "до", "от"),
    *(
        "школы",
        "школа",
        "остановка",
        "«Депо»",
        "Пятёрочкой",
        "гаражами",
        "сад",
        "детский",
        "дома культуры",
        "нашего",
        "этой",
        "детского",
        "пожарная",
        "часть",
        ",",
        ".",
        "\n",
    ),
]

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
    ("Света нет. Красных Зорь 6", "Красных Зорь", "6"),
    ("на молодых гвардейцев 18 провал", "Молодых Гвардейцев", "18"),
    ("ул. Красной Армии, 7 нет тепла", "Красной Армии", "7"),
    ("ул. Героев Труда 4", "Героев Труда", "4"),
    ("3-я Загородная, 12 подтопило", "3-я Загородная", "12"),
    ("на третьей загородной 12 яма", "3-я Загородная", "12"),
    ("у 3 загородной 16 лавка", "3-я Загородная", "16"),
    ("2-й Луговой переулок, дом 8", "2-й Луговой", "8"),
    ("Загородная 4-я, дом 9 затопило", "4-я Загородная", "9"),
    ("наб. 1812 года, 8 лёд", "1812 года", "8"),
    ("набережная Камы 4", "Камы", "4"),
    ("Кирова 5 строение 2, свалка", "Кирова", "5с2"),
    ("Кирова 5 литера Б крыша течёт", "Кирова", "5 литера Б"),
    ("Кирова 12 корпус А холодно", "Кирова", "12кА"),
    ("кирова 14 дробь 2", "Кирова", "14/2"),
    ("ул Кирова дом двенадцать корпус два", "Кирова", "12к2"),
    ("кирова двадцать шесть квартира сорок", "Кирова", "26"),
    ("в 5-м доме по Гагарина нет воды", "Гагарина", "5"),
    ("переход на Мира у сорок третьего дома", "Мира", "43"),
    ("пер. Полярников, дома с 1 по 15", "Полярников", "1"),
    ("дома 5-9 по Садовой затопило", "Садовая", "5"),
    ("Дерутся. Шолохова за домом 30", "Шолохова", "30"),
    ("3 дома по Ленина без света", "Ленина", None),
    ("Садовая-12 темно", "Садовая", "12"),
    ("мкр Южный-2 дом 5", "Южный-2", "5"),
    ("улица Титов дом 40, темно", "Титова", "40"),
    ("на совецкой 5 нет света", "Советская", "5"),
    ("на Розе Люксембург темно", "Розы Люксембург", None),
    ("от Ленина до Победы ни одного фонаря", "Ленина", None),
    ("тротуар Шолохова не чистят", "Шолохова", None),
    ("НА УЛИЦЕ СОЛНЕЧНАЯ 5 НЕТ ВОДЫ", "Солнечная", "5"),
    ("в южном третий день нет воды", "Южный", None),
    ("площадь Труда завалена снегом", "Труда", None),
    ("вся Чкалова в ямах", "Чкалова", None),
    ("чкалова 5 холодно", "Чкалова", "5"),
    ("гоголя 7 а подъезд 3", "Гоголя", "7а"),
    ("Гоголя № 5, лифт", "Гоголя", "5"),
    ("гоголя д.5корп.1 течёт", "Гоголя", "5к1"),
    ("на Ново-Садовой 25 яма", "Ново-Садовая", "25"),
    ("на большой подгорной 15 яма", "Большая Подгорная", "15"),
    ("между домами 5 и 7 по ул. Гоголя свалка", "Гоголя", "5"),
    ("по улице 40-летия Победы 12", "40-летия Победы", "12"),
    ("наб. реки Камы 12", "реки Камы", "12"),
    ("ген. Петрова 5 темно", "Генерала Петрова", "5"),
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
        "Метров 20 до остановки идти по льду",
        "от труда 5 минут не отошёл",
        "дети остались на улице. Тренер ушёл",
        "на улице детей полно",
        "пишите жалобу на Петрова",
        "у Сидоровой крыша течёт",
        "Врач Сидорова 3 часа не принимала",
        "ждём с ноября 3 недели",
        "на Авито продают",
        "Керри и Шварц приехали",
        "в южном направлении 3 автобуса",
        "кадастровый квартал 61:12",
        "У 2 дворов один бак",
        "Общее собрание собственников. 3 парадная закрыта",
        "на нём нет подъёмников",
        "рядом с автобусной остановкой свалка",
        "у человека с острой болью 5 справок",
        "Закон № 273 нарушен",
        "в соседнем доме 16 окна поменяли",
        "рецепты на Симбикорт не дают",
        "была на приёме у Грачёва, довёл до слёз",
        "с 25 октября по 7 ноября 2021 года",
    ],
)
def test_a_number_is_not_always_a_house(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or (place.street is None and place.house is None)


LANDMARKS = [
    ("собаки у 5-й школы", "школа № 5", "у школы № 5"),
    ("люк возле школы номер пять", "школа № 5", "возле школы № 5"),
    ("во второй школе холодно", "школа № 2", "школа № 2"),
    ("свалка за Пятёрочкой", "Пятёрочка", "за Пятёрочкой"),
    ("яма напротив почты", "почта", "напротив почты"),
    ("СТОЮ НА ОСТАНОВКЕ ДЕПО С СУМКАМИ", "остановка Депо", "остановка Депо"),
    ("возле остановки «Лесозавод» темно", "остановка Лесозавод", "возле остановки Лесозавод"),
    ("в садике ромашка холодно", "детский сад «Ромашка»", "детский сад «Ромашка»"),
    ("за старой баней мусор", "старая баня", "за старой баней"),
    ("в детской поликлинике нет врача", "детская поликлиника", "детская поликлиника"),
    ("за гаражами дерутся", "гаражи", "за гаражами"),
    ("лёд на пруду трещит", "пруд", "пруд"),
    ("грязь у дома культуры", "дом культуры", "у дома культуры"),
    ("стоянка рядом с ТЦ", "ТЦ", "рядом с ТЦ"),
]


@pytest.mark.parametrize(("text", "landmark", "shown"), LANDMARKS, ids=[text for text, _, _ in LANDMARKS])
def test_landmark(everything: TextAnalyzer, text: str, landmark: str, shown: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.landmark, place.text) == (None, landmark, shown)


@pytest.mark.parametrize(
    "text",
    [
        "платим за школу и за садик",
        "школа говорит, что мест нет",
        "у нас ни аптеки, ни почты",
        "магнит на холодильник потерял",
        "на дороге яма",
        "ни в одной аптеке города нет лекарств",
    ],
)
def test_an_institution_is_not_always_a_landmark(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.landmark is None


SETTLEMENTS = [
    ("с. Малиновка, ул. Мира 5 нет воды", "Малиновка", "с. Малиновка, ул. Мира, 5"),
    ("в Дубках нет света", "Дубки", "Дубки"),
    ("в ключах колонка замёрзла", "Ключи", "Ключи"),
    ("С Родников до трассы не проехать", "Родники", "Родники"),
    ("на хуторе Степном нет связи", "Степной", "х. Степной"),
    ("связи нет. хутор степной", "Степной", "х. Степной"),
    ("в посёлке Первомайском темно", "Первомайский", "пос. Первомайский"),
    ("первомайский, Садовая 2 дрова", "Первомайский", "Первомайский, ул. Садовая, 2"),
    ("в селе Никольском", "Никольское", "с. Никольское"),
    ("в Никольском закрыли магазин", "Никольское", "Никольское"),
    ("школьный автобус с Вольного не ходит", "Вольный", "Вольный"),
    ("станица Вольная, нет газа", "Вольная", "ст-ца Вольная"),
    ("СНТ «Берёзка» не чистят", "Берёзка", "СНТ Берёзка"),
    ("в Ключах, дом 5 упало дерево", "Ключи", "Ключи, дом 5"),
    ("в деревне Верхние Ключи темно", "Верхние Ключи", "д. Верхние Ключи"),
    ("в берёзовке связь на горке", "Берёзовка", "Берёзовка"),
    ("ДЕРЕВНЯ ИВАНОВКА НЕТ СВЕТА", "Ивановка", "д. Ивановка"),
    ("осталась одна лавка. Ключи", "Ключи", "Ключи"),
]


@pytest.mark.parametrize(("text", "settlement", "shown"), SETTLEMENTS, ids=[text for text, _, _ in SETTLEMENTS])
def test_settlement(everything: TextAnalyzer, text: str, settlement: str, shown: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.settlement, place.text) == (settlement, shown)


@pytest.mark.parametrize(
    "text",
    [
        "в деревне новая дорога разбита",
        "в селе нет воды",
        "д. 5 по Ленина",
        "в Москве хорошо",
        "пишут в Телеграме",
        "с Новым годом",
        "не до Нового года же ждать",
        "в Октябрьском районе темно",
        "говорил с Ивановым",
        "ул. С. Разина, 5",
        "кв. 7 д. Прошу помочь",
        "потеряли ключи от подвала",
    ],
)
def test_a_capital_after_a_preposition_is_not_always_a_settlement(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.settlement is None


def test_a_district_is_no_settlement() -> None:
    town = TextAnalyzer([Sector("roads", "Дороги")], 0.6, districts=("Никольский район",))
    reading = town.read("в Никольском не чистят снег")
    assert (reading.place, reading.district) == (None, "Никольский район")


@pytest.mark.parametrize("text", ["в Ключах не чистят снег", "с. Ключи, не чистят снег"])
def test_a_village_may_be_a_district(text: str) -> None:
    reading = TextAnalyzer([Sector("roads", "Дороги")], 0.6, districts=("Ключи", "Малиновка")).read(text)
    assert reading.place is not None
    assert (reading.place.settlement, reading.district) == ("Ключи", "Ключи")


@settings(deadline=None)
@given(parts=st.lists(st.sampled_from(ADDRESS_PARTS), max_size=12))
def test_any_words_give_a_house_that_begins_with_a_number(everything: TextAnalyzer, parts: list[str]) -> None:
    place = everything.read(" ".join(parts)).place
    if place is not None:
        assert place.text
        assert place.house is None or place.house[0].isdecimal()
        assert place.settlement is None or place.settlement.strip()


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

    def test_the_same_street_in_another_settlement_is_another_place(self) -> None:
        here, there = (PlaceName("Мира", "5", settlement=name) for name in ("Ключи", "Малиновка"))
        assert here.is_different_from(there)
        assert not here.is_different_from(PlaceName("Мира", "5")), "nobody says where that is"

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
