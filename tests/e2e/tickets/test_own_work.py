"""``/my``: what waits for me and why, the urgent first; sections for people with several roles."""

from typing import Any

import pytest

from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import submit, wait_for_question
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import ROOF, send_report
from tests.e2e.schedules import DANGER
from tests.e2e.tickets.test_manual_entry import enter_ticket

WITH_SYSTEMS = STAFF.replace(
    'name = "Начальник отдела дорог"\nrole = "head"',
    'name = "Начальник отдела дорог"\nroles = ["head", "system_curator"]\nsystems = ["pos", "ecpur"]',
)

RULE = '[[rules]]\nsector = "roads"\napproval = ["coordinator"]\nfour_eyes = true\n'


async def list_mine(bot: Harness, person: int, *words: str) -> dict[str, Any]:
    await bot.send_message(person, "/my")
    return await bot.wait_for_message(person, "Ждут вас", *words)


@ON_BOTH
async def test_my_list_says_why_and_begins_with_the_urgent(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await bot.wait_until(lambda: "Принять" not in str(bot.find_message(ROADS_HEAD, "№1 · ")))
    await send_report(bot, DANGER, 2002)
    await bot.wait_for_card(ROADS_HEAD, 2)
    listed = message_text(await list_mine(bot, ROADS_HEAD, "№1", "№2"))
    assert "🔥 №2 · принять до" in listed
    assert "№1 · ответить до" in listed
    assert listed.index("№2") < listed.index("№1")
    assert "Ваша работа" not in listed


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town whose roads' answers the coordinator approves, and whose head has several roles."""
    closed_bot.settings |= {"staff": WITH_SYSTEMS, "more": RULE}
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    return closed_bot


@ON_BOTH
async def test_drafts_wait_for_approval_and_for_rework(town: Harness) -> None:
    await submit(town, ROADS_HEAD, "Засыплем до 25 ноября.")
    question = await wait_for_question(town, COORDINATOR)
    await list_mine(town, COORDINATOR, "№1 · согласовать")
    await list_mine(town, ROADS_HEAD, "№1 · на согласовании")

    await town.press_button(COORDINATOR, question, "Вернуть с замечанием")
    await town.wait_for_message(COORDINATOR, "что исправить")
    await town.send_message(COORDINATOR, "Назовите улицу")
    await town.wait_for_message(ROADS_HEAD, "Назовите улицу")
    await list_mine(town, ROADS_HEAD, "№1 · исправить по замечанию")


async def test_a_question_of_another_unit_waits_for_its_head(bot: Harness) -> None:
    await send_report(bot)
    await send_report(bot, ROOF, 2002)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    for button in ("Ещё", "Запросить сведения", "ЖКХ"):
        card = await bot.wait_for_card(ROADS_HEAD, 1)
        await bot.wait_until(lambda button=button, card=card: button in str(card.get("reply_markup")))
        await bot.press_button(ROADS_HEAD, card, button)
    await bot.wait_for_message(ROADS_HEAD, "Запрос (ЖКХ) по №1", "Срок ответа")
    await bot.send_message(ROADS_HEAD, "Когда закончите?")
    await bot.wait_for_message(HOUSING_HEAD, "Запрос сведений по №1")
    await list_mine(bot, HOUSING_HEAD, "№1 · ответить на запрос", "№2 · принять")


@ON_BOTH
async def test_a_system_curator_has_a_section_for_each_system(town: Harness) -> None:
    await town.send_message(COORDINATOR, "/new Звонил Петров: на Школьной 5 в подъезде течёт крыша")
    await enter_ticket(town, "ПОС", "77-1", "Обычный срок")
    await town.wait_for_card(HOUSING_HEAD, 2)
    listed = message_text(await list_mine(town, ROADS_HEAD, "№1", "№2"))
    assert "Ваша работа\n№1 · принять" in listed
    assert "ПОС\n№2 · " in listed
