"""Whose it is: a sure sector, a doubt, a town's own words, and who stands in where nobody stands."""

import pytest

from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Town,
    buttons,
    words,
)

SCHOOL = "В школе холодно, дети сидят в куртках"
MORE_SECTORS = """
[[sectors]]
code = "waste"
title = "Отходы"

[[sectors]]
code = "health"
title = "Медицина"
"""


def without(role: str) -> str:
    """The staff without whoever has this role."""
    entries = STAFF.split("[[staff]]")
    return "[[staff]]".join(entry for entry in entries if f'role = "{role}"' not in entry)


async def test_a_sure_sector_goes_to_its_head_in_both_messengers(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, "Тротуар у дома Мира 3 провалился")
    await town.sandbox.vk.message(COMMUNITY, PYOTR, "Нет света в подъезде")
    await town.letter(ROADS_HEAD, "· Дороги", "Тротуар")
    await town.letter(HOUSING_HEAD, "· ЖКХ", "Нет света")
    assert town.numbers(COORDINATOR) == []


async def test_a_doubt_goes_to_the_coordinator_with_the_three_likeliest(closed_town: Town) -> None:
    closed_town.settings["staff"] = MORE_SECTORS + STAFF
    await closed_town.start()
    town = closed_town
    await town.sandbox.telegram.say(GROUP, MARIA, "Помогите, у нас беда")
    card = await town.card(COORDINATOR, 1, "нужно выбрать отрасль")
    assert buttons(card)[:3] == ["ЖКХ", "Дороги", "Отходы"]
    assert "Не требует ответа" in " ".join(buttons(card))
    await town.press(COORDINATOR, card, "ЖКХ")
    await town.card(HOUSING_HEAD, 1, "беда")
    assert town.numbers(ROADS_HEAD) == []


async def test_below_the_threshold_it_is_a_doubt_too(closed_town: Town) -> None:
    closed_town.rewrites["threshold = 0.6"] = "threshold = 1.0"
    await closed_town.start()
    await closed_town.sandbox.telegram.say(GROUP, MARIA, "Яма на дороге")
    card = await closed_town.card(COORDINATOR, 1, "нужно выбрать отрасль")
    assert buttons(card)[0] == "Дороги"


async def test_the_towns_own_words_win(town: Town) -> None:
    """«Проселочная» stands in the settings for roads; pipes and heating speak for housing."""
    await town.sandbox.telegram.say(GROUP, MARIA, "Проселочная дорога у дома: в подъезде нет отопления и течёт труба")
    await town.card(ROADS_HEAD, 1, "Дороги")


DEPUTY = """
[[staff]]
name = "Заместитель"
role = "deputy"
sectors = ["education"]
telegram_id = 1004
"""
MANAGER = """
[[staff]]
name = "Руководитель центра"
role = "manager"
telegram_id = 1004
"""


@pytest.mark.parametrize(
    ("staff", "person"),
    [
        (without("curator") + DEPUTY, CURATOR),
        (STAFF, COORDINATOR),
        (without("curator").replace('role = "coordinator"', 'role = "curator"') + MANAGER, CURATOR),
        (without("coordinator"), ADMINISTRATOR),
    ],
    ids=["deputy", "coordinator", "manager", "administrator"],
)
async def test_a_sector_without_a_head_falls_to_the_next_on_the_ladder(
    closed_town: Town, staff: str, person: int
) -> None:
    closed_town.settings["staff"] = staff
    await closed_town.start()
    town = closed_town
    await town.sandbox.telegram.say(GROUP, MARIA, SCHOOL)
    await town.card(person, 1, "Образование")
    await town.answer(person, 1, "Котельную наладили.")
    await town.letter(GROUP, "Котельную наладили.")
    others = {ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR} - {person}
    assert [town.numbers(other) for other in others] == [[], [], [], []]


async def test_danger_is_urgent(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, "На дороге у Мира 3 открыт люк, яма, упал ребёнок!")
    assert "🔥 №1" in words(await town.card(ROADS_HEAD, 1, "[срочно]"))
