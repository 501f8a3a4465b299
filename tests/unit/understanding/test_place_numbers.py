"""Houses, institutions and roads by their numbers, as many hands write them; and numbers that are no houses."""

import pytest

from bot.understanding.analyzer import TextAnalyzer

HOUSES = [
    ("темно на Мельничной у семнадцатого", "Мельничная", "17"),
    ("на Мельничной яма, прямо возле 9-го.", "Мельничная", "9"),
    ("ул. Мельничная, напротив 14, свалка", "Мельничная", "14"),
    ("на Мельничной во дворе пятого дома лужа", "Мельничная", "5"),
    ("Дом наш по Мельничной двадцать второй, крыша течёт", "Мельничная", "22"),
    ("№ 45 по Мельничной: течёт крыша", "Мельничная", "45"),
    ("14/2 по Мельничной не топят", "Мельничная", "14/2"),
    ("фасад 9к1 по ул. Мельничная исписан", "Мельничная", "9к1"),
    ("возле д14 ул мельничная яма", "Мельничная", "14"),
    ("гоголя 14п3 домофон", "Гоголя", "14"),
    ("в МКД № 17-А по Мельничной нет тепла", "Мельничная", "17а"),
    ("Кто с Первомайки? Дом 60, у вас есть вода?", "Первомайская", "60"),
    ("вторая линия дом девять, вода в подвале", "2-я линия", "9"),
    ("на улице пятнадцатого мая возле двенадцатого дома люк", "15 Мая", "12"),
    ("По Гоголя 7 темно", "Гоголя", "7"),
    ("упал на Садовую-Спасскую 3, лёд", "Садовая-Спасская", "3"),
    ("на нижней садовой темно", "Нижняя Садовая", None),
    ("в переулке за Гоголя темно", "Гоголя", None),
    ("дтп гоголя-чехова", "Гоголя", None),
]


@pytest.mark.parametrize(("text", "street", "house"), HOUSES, ids=[text for text, _, _ in HOUSES])
def test_house_is_read_from_its_number(everything: TextAnalyzer, text: str, street: str, house: str | None) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) == (street, house)


NO_HOUSES = [
    ("В поликлинике номер 2 на Мельничной очередь", "Мельничная"),
    ("Шоссе Энтузиастов 3-й километр, нет столба", "Энтузиастов"),
    ("на Мельничной три дома без света", "Мельничная"),
    ("на Мельничной у третьего подъезда темно", "Мельничная"),
    ("получил 5к по Мельничной", "Мельничная"),
    ("Гоголя двадцать, второй подъезд без света", "Гоголя"),
]


@pytest.mark.parametrize(("text", "street"), NO_HOUSES, ids=[text for text, _ in NO_HOUSES])
def test_other_numbers_are_no_houses(everything: TextAnalyzer, text: str, street: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.street, place.house) in [(street, None), (street, "20")]


@pytest.mark.parametrize(
    "text",
    [
        "Победили мороз: 17 в квартире, 26 в отчёте",
        "киоск напротив «Детского мира» без света",
        "стыдно перед девятым маем",
        "вторая линия поддержки не отвечает",
    ],
)
def test_a_number_or_a_name_makes_no_street(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.street is None


LANDMARKS = [
    ("Остановочный пункт «Улица Речная» без павильона", "остановочный пункт «Улица Речная»", None),
    ("территория ГСК «Сигнал» не убирается", "ГСК «Сигнал»", None),
    ("к школе не пройти, лужа по колено", "школа", "подход к школе"),
    ("Подъезд к роддому разбит", "роддом", "подъезд к роддому"),
    ("яма у мехзавода", "мехзавод", "у мехзавода"),
    ("возле ЖД вокзала темно", "вокзал", "возле жд вокзала"),
    ("трасса м5 вся в ямах", "трасса М5", None),
    ("сад 112 не берёт с температурой", "детский сад № 112", None),
    ("у детского сада 112 свалка", "детский сад № 112", "у детского сада № 112"),
    ("столб лежит у развилки", "развилка", "у развилки"),
]


@pytest.mark.parametrize(("text", "landmark", "near"), LANDMARKS, ids=[text for text, _, _ in LANDMARKS])
def test_landmark_is_found_by_number_name_or_way(
    everything: TextAnalyzer, text: str, landmark: str, near: str | None
) -> None:
    place = everything.read(text).place
    assert place is not None
    assert (place.landmark, place.near) == (landmark, near)


def test_a_garden_with_things_counted_is_no_kindergarten(everything: TextAnalyzer) -> None:
    place = everything.read("сад 5 соток, воды нет").place
    assert place is None or place.landmark is None


def test_a_village_may_end_the_message(everything: TextAnalyzer) -> None:
    place = everything.read("скважина есть, а вода ржавая, Ключевское").place
    assert place is not None
    assert place.settlement == "Ключевское"
