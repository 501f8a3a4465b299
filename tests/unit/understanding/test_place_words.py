"""Streets, houses and landmarks in the words of people who do not think of a list: kinds of errors that were mended."""

from pathlib import Path

import pytest

from bot.config.gazetteer import read_gazetteer
from bot.domain.sectors import Sector
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
    # slips of the pen: a letter more, less, exchanged or in another place, also in names that few towns have
    ("на талстого 15 крышу сорвало", "Толстого", "15"),
    ("на Школной 7 темно", "Школьная", "7"),
    ("улица Черяховского 3, темно", "Черняховского", "3"),
    ("Комсомолский проспект 22, темно", "Комсомольский", "22"),
    ("на карбышвеа 8 нет воды", "Карбышева", "8"),
    ("ул Бехтереваа 2 сломан замок", "Бехтерева", "2"),
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
    ("НА ДЕПОВСКОЙ 23 В ПОДВАЛЕ ВОДА", "Деповская", "23"),
    ("Вязовая 16-й дом, потоп", "Вязовая", "16"),
    ("Тротуар на Стрелецкой обледенел, упал возле 12-го дома", "Стрелецкая", "12"),
    # initials that look like prepositions, honours, full names
    ("на ул. К. Маркса возле школы яма", "Карла Маркса", None),
    ("ул. А. Невского, 5 крыша", "Александра Невского", "5"),
    ("в доме 4 на улице имени товарища Губкина холодно", "Губкина", "4"),
    ("на Петра Первого дом 22 лифт", "Петра Первого", "22"),
    ("на защитников отечества 5 лифт", "Защитников Отечества", "5"),
    ("ул. ермака темно", "Ермака", None),
    # a name is corrected only into one of the same build, and may be heard wrongly
    ("Рябикова 5 крыша", "Рябикова", "5"),
    ("улица Медиков, яма", "Медиков", None),
    ("застряли на ватутена 3", "Ватутина", "3"),
    # the preposition asks for a case in which the adjective and the next noun do not agree
    ("на Полевой собаки бегают", "Полевая", None),
    ("на Луговой столб падает", "Луговая", None),
    ("по Петровского яма на яме", "Петровского", None),
    ("угол леваневского и мира завален снегом", "Леваневского", None),
    ("в начале Вишневского батареи холодные", "Вишневского", None),
    ("почему на рябикова нет света?", "Рябикова", None),
    # type words in other cases, names without capitals before them
    ("вдоль московского шоссе мусор", "Московское", None),
    ("на сиреневом бульваре темно", "Сиреневый", None),
    ("банный переулок не чистят", "Банный", None),
    ("у въезда с Уфимского тракта яма", "Уфимский", None),
    ("по Вишнёвой аллее провода", "Вишнёвая", None),
    ("СНТ Ромашка, 3-я линия, столб упал", "3-я линия", None),
    ("когда почистят Горького?", "Горького", None),
    ("улица Мира, между домами 4 и 6 яма", "Мира", "4"),
    ("ул.Щорса д.9кв.14 потоп", "Щорса", "9"),
    # in Latin letters
    ("ul Gagarina 12 net vody", "Гагарина", "12"),
    ("na Sovetskoy 5a lift ne rabotaet", "Советская", "5а"),
    ("Bratskaya 5, lift ne rabotaet", "Братская", "5"),
    ("ulica Shchorsa, dom 7 net sveta", "Щорса", "7"),
    # as people call their streets
    ("на ленинке 40 лифт", "Ленина", "40"),
    ("на пионерке темно", "Пионерская", None),
]
NO_STREETS = [
    "в парке 30-летия Победы темно",
    "сквер 50 лет Октября зарос",
    "на аллее Славы выкорчевали розы",
    "на главном проспекте темно",
    "в соседнем переулке собаки",
    "льготный проезд отменили",
    "железнодорожный тупик завален мусором",
    "на речной вокзал не ходит автобус",
    "на лесной дороге свалка",
    "в начале отопительного сезона холодно",
    "в конце рабочего дня отключили свет",
    "на московского чиновника надежды нет",
    "Советская власть построила, а вы развалили",
    "Октябрьские праздники прошли, флаги висят",
    "на детской площадке 3 качели сломаны",
    "возле посадочной площадке грязь",
    "первая линия домов без света",
    "на горячую линию не дозвониться",
    "у дома 2 бака переполнены",
    "метро обещают с 1985 года",
    "сняли дорожку в 200 метров до остановки",
    "закрыли дом культуры третий год",
    "автобус 12 в 7:40 не пришёл",
    "мира всем, а воды нет",
    "школа 5 без отопления",
    "Путина 3 раза просили",
    "стадион Труда закрыт",
    "по рабочим дням нет воды с 8 до 12",
    "заплатил 350 рублей за проезд",
    "на защитников животных пожаловались",
    "за высокой травой не видно знака",
    "на улице ремонт, грязь",
    "Hello, best prices in the town, call now",
    "пишу по электронной почте, ответа нет",
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
    ("у магазина магнит яма", "Магнит"),
    ("на пешеходном мосту доски гнилые", "пешеходный мост"),
    ("по аллее ветеранов не пройти", "аллея"),
    ("вдоль железной дороги мусор", "железная дорога"),
    ("Еду по Горького в сторону вокзала", "вокзал"),
    ("у красного и белого пьяные", "Красное и Белое"),
    ("дорога до школы не чищена", "школа"),
    ("ларьки у метро снова открылись", "метро"),
    ("на аллее Славы выкорчевали розы", "аллея"),
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


SETTLEMENTS = [
    ("в посёлке солнечный нет аптеки", "Солнечный"),
    ("снт заря, темно", "Заря"),
    ("С. Ивановское, ул. Центральная 8, нет света", "Ивановское"),
    ("Дорога Ключи — Петровское вся в ямах", "Ключи"),
]


@pytest.mark.parametrize(("text", "settlement"), SETTLEMENTS, ids=[text for text, _ in SETTLEMENTS])
def test_settlement_is_found(everything: TextAnalyzer, text: str, settlement: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert place.settlement == settlement


def test_bridge_over_a_river_is_in_no_settlement(everything: TextAnalyzer) -> None:
    place = everything.read("мост через Каменку прогнил").place
    assert place is None or place.settlement is None


@pytest.mark.parametrize(
    ("name", "address", "false_street", "landmark"),
    [
        ("messages_dev", 0.97, 0.0, 0.90),
        ("messages_sealed", 0.88, 0.0, 0.88),
        ("messages_c", 0.86, 0.03, 0.78),
        ("places_d", 0.96, 0.0, 0.80),
        ("places_e", 0.94, 0.02, 0.78),
        ("places_f", 0.82, 0.06, 0.73),
    ],
)
def test_figures_of_places_do_not_fall(
    everything: TextAnalyzer, name: str, address: float, false_street: float, landmark: float
) -> None:
    figures = place_figures(read(everything, name))
    assert (figures.address or 0.0) >= address
    assert (figures.false_street or 0.0) <= false_street
    assert (figures.landmark or 0.0) >= landmark


@pytest.fixture(scope="module")
def of_another_town() -> TextAnalyzer:
    """A list of streets that most messages do not name: what is written in them must not be bent to it."""
    rows, faults = read_gazetteer(Path(__file__).parents[3] / "examples" / "barnaul-streets.csv")
    assert faults == []
    return TextAnalyzer([Sector("roads", "Дороги")], 0.6, streets=rows)


@pytest.mark.parametrize("name", ["messages_sealed", "messages_c", "places_d", "places_e", "places_f"])
def test_a_list_of_streets_makes_nothing_worse(
    everything: TextAnalyzer, of_another_town: TextAnalyzer, name: str
) -> None:
    plain, listed = place_figures(read(everything, name)), place_figures(read(of_another_town, name))
    assert (listed.address or 0.0) >= (plain.address or 0.0) - 0.011
    assert (listed.false_street or 0.0) <= (plain.false_street or 0.0) + 0.001
