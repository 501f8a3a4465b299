"""Routing: a sure sector, an unsure one, the town's own words, and the substitutes of an unstaffed sector."""

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
    Harness,
    button_labels,
    message_text,
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


def staff_without(role: str) -> str:
    """Return the staff without the people who have this role."""
    entries = STAFF.split("[[staff]]")
    return "[[staff]]".join(entry for entry in entries if f'role = "{role}"' not in entry)


async def test_a_sure_sector_goes_to_its_head_in_both_messengers(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Тротуар у дома Мира 3 провалился")
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "Нет света в подъезде")
    await bot.wait_for_message(ROADS_HEAD, "· Дороги", "Тротуар")
    await bot.wait_for_message(HOUSING_HEAD, "· ЖКХ", "Нет света")
    assert bot.ticket_numbers(COORDINATOR) == []


async def test_a_doubt_goes_to_the_coordinator_with_the_three_likeliest(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = MORE_SECTORS + STAFF
    await closed_bot.start()
    bot = closed_bot
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Помогите, у нас беда")
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    assert set(button_labels(card)[:3]) == {"ЖКХ", "Отходы", "Дороги"}
    assert "Не требует ответа" in " ".join(button_labels(card))
    await bot.press_button(COORDINATOR, card, "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1, "беда")
    assert bot.ticket_numbers(ROADS_HEAD) == []


async def test_below_the_threshold_it_is_a_doubt_too(closed_bot: Harness) -> None:
    closed_bot.config_replacements["threshold = 0.6"] = "threshold = 1.0"
    await closed_bot.start()
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге")
    card = await closed_bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    assert button_labels(card)[0] == "Дороги"


async def test_the_towns_own_words_win(bot: Harness) -> None:
    """«Проселочная» is a configured keyword of roads; pipes and heating speak for housing."""
    await bot.sandbox.telegram.send_message(
        GROUP, MARIA, "Проселочная дорога у дома: в подъезде нет отопления и течёт труба"
    )
    await bot.wait_for_card(ROADS_HEAD, 1, "Дороги")


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
        (staff_without("curator") + DEPUTY, CURATOR),
        (STAFF, COORDINATOR),
        (staff_without("curator").replace('role = "coordinator"', 'role = "curator"') + MANAGER, CURATOR),
        (staff_without("coordinator"), ADMINISTRATOR),
    ],
    ids=["deputy", "coordinator", "manager", "administrator"],
)
async def test_a_sector_without_a_head_falls_to_the_next_on_the_ladder(
    closed_bot: Harness, staff: str, person: int
) -> None:
    closed_bot.settings["staff"] = staff
    await closed_bot.start()
    bot = closed_bot
    await bot.sandbox.telegram.send_message(GROUP, MARIA, SCHOOL)
    await bot.wait_for_card(person, 1, "Образование")
    await bot.answer_ticket(person, 1, "Котельную наладили.")
    await bot.wait_for_message(GROUP, "Котельную наладили.")
    others = {ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR} - {person}
    assert [bot.ticket_numbers(other) for other in others] == [[], [], [], []]


async def test_danger_is_urgent(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На дороге у Мира 3 открыт люк, яма, упал ребёнок!")
    assert "🔥 №1" in message_text(await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]"))
