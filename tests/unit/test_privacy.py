"""Redaction of a citizen's words for people who only watch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.privacy import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Звоните +7 (914) 123-45-67, жду", "Звоните [телефон], жду"),
        ("мой номер 89141234567", "мой номер [телефон]"),
        ("тел. 2-34-56", "тел. [телефон]"),
        ("пишите на ivan.petrov@mail.ru", "пишите на [почта]"),
        ("ул. Ленина 45, кв. 12, нет воды", "ул. Ленина 45, кв. [№], нет воды"),
        ("в 12 квартире потоп", "в [№] квартире потоп"),
        ("Ленина 45-12 топит", "Ленина 45-[№] топит"),
        ("я инвалид 2 группы, не могу спуститься", "я [о здоровье], не могу спуститься"),
        ("у матери сахарный диабет, нет инсулина", "у матери [о здоровье], нет инсулина"),
        ("СНИЛС 112-233-445 95", "СНИЛС [номер]"),
        ("карта 2200 1234 5678 9012", "карта [номер]"),
    ],
)
def test_personal_data_is_covered(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "На Ленина 45 третий день яма, уже 12 машин пробили колёса",
        "Воды нет с 18:00 20.11.2026, обещали через 2-3 часа",
        "Пандуса для инвалидов нет, ждём 5-6 лет",
        "Сообщение №12345 от 20.11 так и не решено, платёж 15 300 рублей",
        "Автобус 102 не ходит, ждали 40 минут",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=300))
def test_covering_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.from_regex(r"(\+7|8) ?9\d{2} ?\d{3}[- ]?\d{2}[- ]?\d{2}", fullmatch=True))
def test_no_mobile_number_is_shown(phone: str) -> None:
    shown = redact(f"звоните {phone} вечером")
    assert sum(map(str.isdecimal, shown)) == 0
