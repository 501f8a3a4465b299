"""Settlements by the words around them: gardeners, rivers, possessives, and names of parks and shops."""

import pytest

from bot.understanding.analyzer import TextAnalyzer

SETTLEMENTS = [
    ("садоводство «Мечта» без света", "Мечта"),
    ("садовое товарищество Энергетик, нет воды", "Энергетик"),
    ("в Усть-Качке нет врача", "Усть-Качка"),
    ("В Верх-Чёмке фельдшерский пункт на замке", "Верх-Чёмка"),
    ("Село наше Троицкое без света", "Троицкое"),
    ("От Сергеевки до райцентра автобус раз в день", "Сергеевка"),
    ("клуб Малиновки закрыт", "Малиновка"),
]


@pytest.mark.parametrize(("text", "settlement"), SETTLEMENTS, ids=[text for text, _ in SETTLEMENTS])
def test_settlement_is_read(everything: TextAnalyzer, text: str, settlement: str) -> None:
    place = everything.read(text).place
    assert place is not None
    assert place.settlement == settlement


@pytest.mark.parametrize(
    "text",
    [
        "в парке Дубки пруд зацвёл",
        "дом напротив тц Гринвич",
        "жк Олимп, лифты стоят",
        "от остановки Сады до моста ни фонаря",
        "товарищество собственников «Уют» обещало",
        "От Иванова до нас дошла бумага",
    ],
)
def test_name_of_something_else_is_no_settlement(everything: TextAnalyzer, text: str) -> None:
    place = everything.read(text).place
    assert place is None or place.settlement is None
