"""Streets, houses and landmarks in the words of people who do not think of a list: kinds of errors that were mended."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.evaluation.places import place_figures
from tests.unit.understanding.test_hands import read

STREETS = [
    # adjectives that are surnames or towns as well
    ("на Московской яма", "Московская", None),
    ("у школы на Лесной темно", "Лесная", None),
    ("возле почты на московской лужа", "Московская", None),
    ("на Моховой нет воды", "Моховая", None),
    ("по Новой не проехать", "Новая", None),
    # famous people after «с», «до»
    ("Когда уберут снег с Гагарина?", "Гагарина", None),
    ("снег с Карла Маркса не вывозят", "Карла Маркса", None),
    ("до Ленина не дойти", "Ленина", None),
    ("до Фабричной три ямы", "Фабричная", None),
    ("в конце садовой свалка", "Садовая", None),
    ("ленина: яма у магазина", "Ленина", None),
    # full names
    ("на Зои Космодемьянской темно", "Зои Космодемьянской", None),
    ("на степана разина темно", "Степана Разина", None),
    ("по карла маркса не проехать", "Карла Маркса", None),
    ("Розы Люксембург 12 нет света", "Розы Люксембург", "12"),
    ("на кутузова темно", "Кутузова", None),
    # type words: misspelt, behind, without declension
    ("улиса Заводской дом 7, вода нет", "Заводская", "7"),
    ("Ленин улица 102 комната 6", "Ленина", "102"),
    ("Гагарина ул. 5 крыша течёт", "Гагарина", "5"),
    ("Рядом дом 8 улица Победа нет света", "Победы", "8"),
    ("улица Новая не чищена", "Новая", None),
    ("ленинский проспект дом 5", "Ленинский", "5"),
    ("1-й Заводской переулок 5", "1-й Заводской", "5"),
    ("На улице Тургенева-Вокзальной светофор молчит", "Тургенева", None),
    ("Проспект 60-летия СССР, дом 18, строение 2", "60-летия СССР", "18с2"),
    ("на Московском яма", "Московский", None),
    ("Б.Садовая 5 темно", "Большая Садовая", "5"),
    ("кр армии 5 лифт", "Красной Армии", "5"),
    ("тридцать лет победы 5 крыша", "30 лет Победы", "5"),
    ("50-лет Октября 6 крыша", "50 лет Октября", "6"),
    ("22-го партсъезда 6 крыша", "22 Партсъезда", "6"),
    ("на большой морской лужа", "Большая Морская", None),
    ("на Каменской темно", "Каменская", None),
    ("Миклухо-Маклая 5 темно", "Миклухо-Маклая", "5"),
    # a misspelt word is corrected, a rarer name is not
    ("жилезнодорожная 5 темно", "Железнодорожная", "5"),
    ("нововокзальная 5 темно", "Нововокзальная", "5"),
    ("Волховская 5 темно", "Волховская", "5"),
    # houses
    ("на Советской в 12 нет отопления", "Советская", "12"),
    ("на Советской в 12 часов нет отопления", "Советская", None),
    ("на гагарина пять дробь два корпус три нет воды", "Гагарина", "5/2к3"),
    ("у дома двадцать один б на первомайской провод", "Первомайская", "21б"),
    ("адрес Крылова д6кв14", "Крылова", "6"),
    ("Порыв теплотрассы, ул. Щорса р-н д. 18", "Щорса", "18"),
    ("жители домов 14, 16 и 18 по улице Маяковского", "Маяковского", "14"),
    ("у нас заречная восемь дробь три подъезд четвёртый домофон", "Заречная", "8/3"),
    ("Наш дом по Луговой номер шесть", "Луговая", "6"),
    ("Луговая шесть два нет света", "Луговая", "6"),
    ("от Луговой до вокзала темно", "Луговая", None),
    ("луговую не чистят совсем", "Луговая", None),
    ("Бажова 3-1 под потолком плесень", "Бажова", "3"),
    ("Бажова, 3/1-15 плесень", "Бажова", "3/1"),
    ("Бажова с 3 по 15 нет воды", "Бажова", "3"),
    ("Еду по Новой. Яма между 40 и 50 домами", "Новая", "40"),
]
NO_STREETS = [
    "на Московском вокзале темно",
    "на новой остановке нет скамейки",
    "со стороны городской администрации тишина",
    "до дорожной службы не дозвониться",
    "Урны на набережной съели",
    "дорогу до Красного Яра перемело",
    "в конце рабочей недели отключили воду",
    "На площади Революции яма",
]
LANDMARKS = [
    ("В парке Победы вырубили сирень", "парк Победы"),
    ("площадь Труда завалена снегом", "площадь Труда"),
    ("Сад № 7 полупустой", "детский сад № 7"),
    ("ГСК-14, бокс 230, взлом", "ГСК № 14"),
    ("В/ч 45122, открыт колодец", "в/ч 45122"),
    ("т/ц Меркурий, лифт встал", "ТЦ «Меркурий»"),
    ("Музей на Дворянской не отапливают", "музей"),
    ("вдоль школы на Пионерской не убирают", "школа"),
    ("не доезжает до конечной «Совхоз»", "конечная Совхоз"),
    ("район северный без связи", "район Северный"),
]


@pytest.mark.parametrize(("text", "street", "house"), STREETS, ids=[text for text, _, _ in STREETS])
def test_street_is_found(everything: TextAnalyzer, text: str, street: str, house: str | None) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) == (street, house)


@pytest.mark.parametrize("text", NO_STREETS)
def test_no_street_is_seen(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.street is None


@pytest.mark.parametrize(("text", "landmark"), LANDMARKS, ids=[text for text, _ in LANDMARKS])
def test_landmark_is_found(everything: TextAnalyzer, text: str, landmark: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert place.landmark == landmark


def test_bridge_over_a_river_is_in_no_settlement(everything: TextAnalyzer) -> None:
    place = everything.read("мост через Каменку прогнил").place
    assert place is None or place.settlement is None


@pytest.mark.parametrize(
    ("name", "address", "false_street", "landmark"),
    [
        ("messages_dev", 0.97, 0.0, 0.90),
        ("messages_sealed", 0.88, 0.0, 0.88),
        ("messages_c", 0.84, 0.03, 0.78),
        ("places_d", 0.96, 0.0, 0.80),
    ],
)
def test_figures_of_places_do_not_fall(
    everything: TextAnalyzer, name: str, address: float, false_street: float, landmark: float
) -> None:
    figures = place_figures(read(everything, name))
    assert (figures.address or 0.0) >= address
    assert (figures.false_street or 0.0) <= false_street
    assert (figures.landmark or 0.0) >= landmark
