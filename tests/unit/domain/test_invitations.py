"""Invitation codes: typed on any keyboard, hashed per installation, never taken for a citizen's words."""

import re

import pytest

from bot.domain.invitations import hash_code, looks_like_code, new_code


def test_code_is_three_groups_that_are_easily_typed() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert all(looks_like_code(code) for code in codes)


@pytest.mark.parametrize(
    "typed", ["7K2M-X9QD-4HVA", "7k2mx9qd4hva", "7K2M X9QD 4HVA", "7К2М–Х9QD–4НVА", " 7k2m-x9qd-4hva "]
)
def test_code_is_recognised_as_people_type_it(typed: str) -> None:
    """With small letters, without hyphens, and with Cyrillic letters that look like Latin ones."""
    assert looks_like_code(typed)
    assert hash_code("key", typed) == hash_code("key", "7K2M-X9QD-4HVA")


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert hash_code("key", "OIl0-X9QD-4HVA") == hash_code("key", "0110-X9QD-4HVA")


def test_hash_depends_on_the_installation() -> None:
    assert hash_code("one", "7K2M-X9QD-4HVA") != hash_code("another", "7K2M-X9QD-4HVA")


@pytest.mark.parametrize(
    "words",
    [
        *("", "яма на дороге", "нет света 45", "1234 5678 9012", "ABCD EFGH JKMN", "promo", "УЛ МИРА 7"),
        *("Zdravstvuyte", "8916-1234567", "891612345678"),
    ],
)
def test_words_are_no_code(words: str) -> None:
    assert not looks_like_code(words)
