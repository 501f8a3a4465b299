"""The town's own list of streets: spelling, districts, coordinates."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.gazetteer import read_gazetteer
from bot.domain.sectors import Sector
from bot.domain.streets import HouseRanges, StreetRow, parse_houses
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import PlaceName, Reading

LIST = """улица;дома;район;широта;долгота
ул. Кедровая;1-45 нечёт;Центральный;45,4712;133,4010
ул. Кедровая;2-44 чёт, 46а;Заречный;45,4713;133,4020
улица Петра Ильичёва;;Центральный;45,4700;133,4000
Приморский пр-т;;Заречный;45,4800;133,4200
мкр. Северный;;Северный;45,4400;133,4000
14-й микрорайон;;Северный;;
квартал 7;;Заречный;;
ул. Полевая;;Каменка;45,5000;133,5000
ул. Полевая;;Ружейное;45,6000;133,6000
Школа № 5;;Центральный;45,4750;133,4050
"""


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> TextAnalyzer:
    file = tmp_path_factory.mktemp("streets") / "streets.csv"
    file.write_text(LIST, encoding="utf-8")
    rows, faults = read_gazetteer(file)
    assert faults == []
    return TextAnalyzer([Sector("roads", "Дороги")], 0.6, streets=rows)


def find_place(reader: TextAnalyzer, text: str) -> PlaceName:
    found = reader.read(text).place
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "street", "house", "district"),
    [
        ("яма на кедровой 7", "Кедровая", "7", "Центральный"),
        ("яма на кедровой 12 у подъезда", "Кедровая", "12", "Заречный"),
        ("яма на кедровой 46а", "Кедровая", "46а", "Заречный"),
        ("яма возле дома 15 по ул. Кидровая", "Кедровая", "15", "Центральный"),
        ("на кедровой вся дорога разбита", "Кедровая", None, None),
        ("на Кедровой 99 свалка", "Кедровая", "99", None),
        ("ул П. Ильичева 3, нет света", "Петра Ильичёва", "3", "Центральный"),
        ("на Ильичёва 3 темно", "Петра Ильичёва", "3", "Центральный"),
        ("яма на проспекте приморском у дома 10", "Приморский", "10", "Заречный"),
        ("мкр северный 4, холодно в квартирах", "Северный", "4", "Северный"),
        ("в северном третий день нет воды", "Северный", None, "Северный"),
        ("14 мкр дом 3, нет света", "14 мкр", "3", "Северный"),
        ("в 7-м квартале темно", "7 мкр", None, "Заречный"),
        ("полевая 5, свалка растёт", "Полевая", "5", None),
        ("в Ружейном на полевой 5 свалка растёт", "Полевая", "5", "Ружейное"),
    ],
)
def test_a_street_is_found_mended_and_laid_into_its_district(
    reader: TextAnalyzer, text: str, street: str, house: str | None, district: str | None
) -> None:
    found = find_place(reader, text)
    assert (found.street, found.house, found.district) == (street, house, district)


def test_a_house_brings_its_point(reader: TextAnalyzer) -> None:
    assert find_place(reader, "яма на кедровой 12").point == (45.4713, 133.402)
    assert find_place(reader, "яма на кедровой 99").point is None, "the list does not know that house"


def test_a_landmark_of_the_list_stays_a_landmark(reader: TextAnalyzer) -> None:
    found = find_place(reader, "возле школы 5 гололёд, дети падают")
    assert (found.street, found.landmark, found.district, found.point) == (
        None,
        "школа № 5",
        "Центральный",
        (45.475, 133.405),
    )


@pytest.mark.parametrize("text", ["на северной стороне двора темно", "новая дорога уже разбита", "в полевых условиях"])
def test_ordinary_words_are_no_streets(reader: TextAnalyzer, text: str) -> None:
    found = reader.read(text).place
    assert found is None or found.district is None


def test_a_street_that_is_not_on_the_list_is_left_as_it_is(reader: TextAnalyzer) -> None:
    found = find_place(reader, "яма на Гагарина 7")
    assert (found.street, found.house, found.district, found.point) == ("Гагарина", "7", None, None)


def test_a_point_lies_in_the_district_of_what_is_near(reader: TextAnalyzer) -> None:
    assert reader.district_at(45.4801, 133.4201) == "Заречный"
    assert reader.district_at(55.75, 37.62) is None


@pytest.mark.parametrize(
    ("text", "street", "kind"),
    [
        ("яма на Кидровой 3", "Кедровая", "ул."),
        ("на Школной 7 темно", "Школьная", None),  # the list lacks it, and everybody knows it
        ("ул. Лётная, 5, темно", "Лётная", "ул."),  # a word of its own, and no slip for «Взлётная»
        ("Достоевского 3, темно", "Достоевского", None),
        ("на Вокзальнной 40 темно", "Вокзальная", None),
        ("на площади Островского фонтан стоит", None, None),
        ("на площади Победы фонтан стоит", "Победы", "пл."),
        ("бюст у Гоголя облупился", None, None),
        ("с Гоголем беда, бюст облупился", None, None),
        ("темно на гоголя", "Гоголя", "ул."),
    ],
)
def test_a_list_corrects_slips_and_nothing_else(text: str, street: str | None, kind: str | None) -> None:
    names = ("ул. Кедровая", "ул. Взлётная", "ул. Островского", "ул. Гоголя", "ул. Привокзальная", "пл. Победы")
    town = TextAnalyzer([Sector("roads", "Дороги")], 0.6, streets=[StreetRow(name) for name in names])
    found = town.read(text).place or PlaceName(None, None)
    assert (found.street, found.kind) == (street, kind)


def test_it_reads_what_a_spreadsheet_saves(tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    file.write_bytes('Улица,Район\r\n"ул. Речная",Заречный\r\n'.encode("cp1251"))
    [row], faults = read_gazetteer(file)
    assert (row.street, row.district, faults) == ("ул. Речная", "Заречный", [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("дома;район\n1;Центр\n", "нет столбца"),
        ("улица;дома\n", "пуст"),
        ("улица;дома\nул. Речная;5-1\n", "строка 2: не понять номера домов «5-1»"),
        ("улица;дома\nул. Речная;до угла\n", "строка 2"),
        ("улица;широта;долгота\nул. Речная;133;45\n", "координата «133»"),
        ("улица;широта;долгота\nул. Речная;45;\n", "только одна из координат"),
        ("улица;дома\n;5\n", "нет названия"),
        ("улица;населённый пункт\nул. Речная;" + "я" * 101 + "\n", "длиннее 100"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "streets.csv"
    file.write_text(text, encoding="utf-8")
    _, faults = read_gazetteer(file)
    assert words in faults[0].problem
    assert faults[0].remedy


def test_many_bad_lines_are_not_all_read_out(tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    file.write_text("улица;дома\n" + "ул. Речная;х\n" * 20, encoding="utf-8")
    _, faults = read_gazetteer(file)
    assert len(faults) == 6
    assert "15" in faults[-1].problem


@given(first=st.integers(1, 900), length=st.integers(0, 90), number=st.integers(1, 999))
def test_every_house_lies_on_one_side_of_the_street(first: int, length: int, number: int) -> None:
    last = first + length
    odd, even, both = (parse_houses(f"{first}-{last}{side}") for side in (" нечёт", " чет.", ""))
    assert (odd.match_precision(str(number)) + even.match_precision(f"{number}к2") > 0) == (first <= number <= last)
    assert both.match_precision(f"{number}а") == (2 if first <= number <= last else 0)
    assert not (odd.match_precision(str(number)) and even.match_precision(str(number)))


def test_the_more_exactly_named_house_wins() -> None:
    assert [parse_houses(text).match_precision("12к2") for text in ("12к2", "12", "1-20", "", "14")] == [4, 3, 2, 1, 0]
    assert HouseRanges().is_whole_street


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_looked_up(reader: TextAnalyzer, villages: TextAnalyzer, text: str) -> None:
    assert isinstance(reader.read(text), Reading), "and nothing breaks"
    assert isinstance(villages.read(f"в {text}, Ключи"), Reading)


VILLAGES = """населённый пункт;улица;дома;район;широта;долгота
г. Приморск;ул. Мира;;Городской;45,40;133,40
с. Ключи;ул. Мира;;Северный;45,50;133,50
с. Ключи;ул. Садовая;;Северный;45,51;133,51
с. Ключи;;;Северный;45,52;133,52
пос. Октябрьский;ул. Мира;;Южный;45,60;133,60
пос. Октябрьский;ул. Лесная;;Южный;45,61;133,61
Верхняя Балка;;;Южный;45,70;133,70
с. Победа;ул. Победы;;Южный;45,80;133,80
"""


@pytest.fixture(scope="session")
def villages(tmp_path_factory: pytest.TempPathFactory) -> TextAnalyzer:
    file = tmp_path_factory.mktemp("villages") / "streets.csv"
    file.write_text(VILLAGES, encoding="utf-8")
    rows, faults = read_gazetteer(file)
    assert faults == []
    return TextAnalyzer([Sector("roads", "Дороги")], 0.6, streets=rows)


@pytest.mark.parametrize(
    ("text", "shown", "district", "point"),
    [
        ("яма на Мира 5 в Ключах", "с. Ключи, ул. Мира, 5", "Северный", (45.5, 133.5)),
        ("в ключах на мира 5 яма", "с. Ключи, ул. Мира, 5", "Северный", (45.5, 133.5)),
        ("Приморск, Мира 5, яма", "г. Приморск, ул. Мира, 5", "Городской", (45.4, 133.4)),
        ("пос. Октябрьский, ул. Мира 5", "пос. Октябрьский, ул. Мира, 5", "Южный", (45.6, 133.6)),
        ("яма на Мира 5", "ул. Мира, 5", None, None),
        ("яма на Садовой 3", "с. Ключи, ул. Садовая, 3", "Северный", (45.51, 133.51)),
        ("в Октябрьском на Садовой 3 яма", "пос. Октябрьский, ул. Садовая, 3", "Южный", None),
        ("с Ключей не выехать", "с. Ключи", "Северный", (45.52, 133.52)),
        ("в верхней балке нет дороги", "Верхняя Балка", "Южный", (45.7, 133.7)),
        ("в Малиновке нет дороги", "", None, None),
        ("село Малиновка, нет дороги", "с. Малиновка", None, None),
        ("потеряли ключи от подвала", "", None, None),
        ("в Актябрьском темно", "пос. Октябрьский", "Южный", None),
        ("на Октябрьской темно", "ул. Октябрьская", None, None),
        ("Победы 5, яма", "с. Победа, ул. Победы, 5", "Южный", (45.8, 133.8)),
        ("в Победе на Победы 5 яма", "с. Победа, ул. Победы, 5", "Южный", (45.8, 133.8)),
        ("в Октябрьском районе темно", "", None, None),
    ],
)
def test_the_settlement_decides_between_streets_of_one_name(
    villages: TextAnalyzer, text: str, shown: str, district: str | None, point: tuple[float, float] | None
) -> None:
    found = villages.read(text).place or PlaceName(None, None)
    assert (found.text, found.district, found.point) == (shown, district, point)


def test_a_village_in_the_column_of_streets_gives_its_district() -> None:
    town = TextAnalyzer([Sector("roads", "Дороги")], 0.6, streets=[StreetRow("Ключи", district="Северный")])
    found = find_place(town, "в Ключах нет света")
    assert (found.street, found.settlement, found.district) == (None, "Ключи", "Северный")
