"""Fields of templates."""

from bot.domain.templates import fill_fields, fill_first_field, list_fields


def test_known_fields_are_filled_and_the_others_stay_visible() -> None:
    text = "Здравствуйте, {имя}! {место}: сделаем {дата}, {Дата начала работ}."
    filled = fill_fields(text, {"имя": "Мария", "место": None})
    assert filled == "Здравствуйте, Мария! {место}: сделаем {дата}, {Дата начала работ}."
    assert list_fields(filled) == ["{место}", "{дата}", "{Дата начала работ}"]
    assert list_fields("{number} {} {1} f{x}") == []


def test_first_field_is_filled_wherever_it_occurs() -> None:
    assert fill_first_field("{дата} и {срок}, ещё раз {дата}", "завтра") == "завтра и {срок}, ещё раз завтра"
    assert fill_first_field("без полей", "завтра") == "без полей"
