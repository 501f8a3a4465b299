"""The audit names who pressed: the approver publishes, also after the author has been moved to another block."""

from typing import Any

import pytest

from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import (
    MANAGER,
    MANAGER_APPROVES,
    find_later,
    open_town,
    submit,
    wait_for_question,
)
from tests.e2e.answers.test_clarifications import QUESTION, write_question
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, HOUSING_HEAD, ROADS_HEAD, Harness, button_labels
from tests.e2e.problems.test_problems import add_neighbours, report_outage
from tests.e2e.queries import list_audit, send_report, wait_until_idle
from tests.e2e.staff.test_people import open_page


@pytest.fixture
async def bot(closed_bot: Harness) -> Harness:
    """A town whose manager publishes; the first answer is posted."""
    await open_town(closed_bot, MANAGER_APPROVES)
    await submit(closed_bot, ROADS_HEAD, "Засыплем 23.11.")
    await closed_bot.press_button(MANAGER, await wait_for_question(closed_bot), "Опубликовать")
    await closed_bot.wait_for_message(GROUP, "Засыплем 23.11.")
    return closed_bot


async def names_of(bot: Harness, number: int, action: str) -> list[str | None]:
    """Return who is recorded for an action."""
    await wait_until_idle(bot)
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        rows = await list_audit(bot, number, action)
        return [await uow.staff.find_name(row.person_id) if row.person_id else None for row in rows]


async def submit_correction(bot: Harness, text: str) -> dict[str, Any]:
    """Let the author ask for a correction; return the manager's question."""
    before = bot.bot_messages(MANAGER)[-1]
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.press_button(ROADS_HEAD, card, "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа")
    await bot.send_message(ROADS_HEAD, text)
    preview = await bot.wait_for_message(ROADS_HEAD, "исправленный ответ", text)
    await bot.press_button(ROADS_HEAD, preview, "На согласование")
    return await bot.wait_until(lambda: find_later(bot, MANAGER, "на согласовании (№1)", before))


async def test_a_correction_is_recorded_for_who_published_it(bot: Harness) -> None:
    question = await submit_correction(bot, "Засыплем 24.11.")
    await bot.press_button(MANAGER, question, "Опубликовать")
    await bot.wait_for_message(GROUP, "Засыплем 24.11.")
    assert await names_of(bot, 1, "correct") == ["Руководитель МЦУ"]


@ON_BOTH
async def test_a_correction_is_published_although_its_author_has_another_block_now(bot: Harness) -> None:
    question = await submit_correction(bot, "Засыплем 24.11.")
    await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Блоки", "Дороги", "Образование", "Готово")
    await bot.wait_for_message(ROADS_HEAD, "Теперь вы:")
    await bot.press_button(MANAGER, question, "Опубликовать")
    await bot.wait_for_message(GROUP, "Засыплем 24.11.")


@ON_BOTH
async def test_a_question_to_the_citizen_is_recorded_for_who_published_it(closed_bot: Harness) -> None:
    closed_bot.settings["more"] = '[[rules]]\napproval = ["coordinator"]\n'
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.press_button(ROADS_HEAD, await write_question(closed_bot), "На согласование")
    await closed_bot.press_button(COORDINATOR, await wait_for_question(closed_bot, COORDINATOR), "Опубликовать")
    await closed_bot.wait_for_message(GROUP, QUESTION)
    assert await names_of(closed_bot, 1, "inquiry_asked") == ["Координатор"]


async def test_a_further_answer_is_recorded_for_who_published_it(bot: Harness) -> None:
    for who in add_neighbours(bot, 2):
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 2, "2 человека")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 2), "Подготовить")
    await bot.wait_for_message(HOUSING_HEAD, "Ответ на №2")
    for text, title in (("Бригада на месте.", "Так ответ увидит житель"), ("Воду дали.", "Так ответ увидит житель")):
        before = bot.bot_messages(MANAGER)[-1]
        await bot.send_message(HOUSING_HEAD, text)
        preview = await bot.wait_for_message(HOUSING_HEAD, title, text)
        await bot.press_button(HOUSING_HEAD, preview, "На согласование")
        question = await bot.wait_until(lambda before=before: find_later(bot, MANAGER, "на согласовании (№2)", before))
        await bot.press_button(MANAGER, question, "Опубликовать")
        await bot.wait_for_message(GROUP, text)
        card = await bot.wait_for_card(HOUSING_HEAD, 2, "Отвечено")
        if text == "Бригада на месте.":
            await bot.wait_until(lambda card=card: "✍️ Написать всем ещё" in button_labels(card))
            await bot.press_button(HOUSING_HEAD, card, "Написать всем ещё")
            await bot.wait_for_message(HOUSING_HEAD, "Ещё одно сообщение по проблеме")
    assert await names_of(bot, 2, "follow_up") == ["Руководитель МЦУ"]
    await wait_until_idle(bot)
