"""Drafts and approvals of somebody who is away: they go over to who stands in, and come back untouched."""

from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import (
    MANAGER,
    MANAGER_APPROVES,
    MANAGERS,
    SECOND_MANAGER,
    code_of,
    open_town,
    submit,
    wait_for_question,
)
from tests.e2e.answers.test_delegation import delegate
from tests.e2e.harness import COORDINATOR, GROUP, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import list_audit, open_history, refusal_codes, wait_for_preview, wait_until_idle
from tests.e2e.staff.test_absences import plan

FOUR_EYES = MANAGER_APPROVES + "four_eyes = true\n"


async def plan_and_agree(bot: Harness, who: int, days: str, stand_in: int, name: str) -> None:
    """Plan own days; the colleague agrees."""
    await plan(bot, who, days, name)
    await bot.press_button(stand_in, await bot.wait_for_message(stand_in, "просит заместить"), "Согласен")
    await bot.wait_for_message(who, "Вас замещает")


@ON_BOTH
async def test_an_approval_goes_over_to_the_stand_in_who_publishes_for_the_approver(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, MANAGER_APPROVES)
    await submit(bot, ROADS_HEAD, "Заделаем завтра.")
    own = await wait_for_question(bot)
    await plan_and_agree(bot, MANAGER, "21.11–24.11", HOUSING_HEAD, "ЖКХ")

    bot.set_time("21.11 09:30")

    question = await wait_for_question(bot, HOUSING_HEAD)
    assert "Вы согласуете за: Руководитель МЦУ." in message_text(question)
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026", "Перешло: 1 согласование")
    await bot.wait_until(lambda: "ответ согласует другой сотрудник" in message_text(own))
    assert not bot.find_message(COORDINATOR, "на согласовании (№1)"), "nobody above is asked"
    card = await bot.wait_for_card(ROADS_HEAD, 1, "На согласовании у: Начальник отдела ЖКХ")

    await bot.press_button(HOUSING_HEAD, question, "Опубликовать")

    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."
    assert "согласован вариант 1 (за: Руководитель МЦУ) — Начальник отдела ЖКХ" in await open_history(
        bot, ROADS_HEAD, card
    )


@ON_BOTH
async def test_an_untouched_approval_comes_back_and_the_stand_in_loses_the_right(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, MANAGER_APPROVES)
    await plan_and_agree(bot, MANAGER, "21.11–24.11", HOUSING_HEAD, "ЖКХ")
    bot.set_time("21.11 09:30")
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026")
    await submit(bot, ROADS_HEAD, "Заделаем завтра.")
    question = await wait_for_question(bot, HOUSING_HEAD)
    code = code_of(question)

    bot.set_time("25.11 09:30")

    back = await wait_for_question(bot, MANAGER)
    said = await bot.press_code(HOUSING_HEAD, HOUSING_HEAD, question["message_id"], code)
    assert said["text"] == "Этот ответ согласует другой сотрудник: Руководитель МЦУ."
    assert await refusal_codes(bot, 1) == ["not_approver"]
    await bot.press_button(MANAGER, back, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."
    [approved] = await list_audit(bot, 1, "approval_approved")
    assert "instead_of" not in approved.facts


async def test_a_stand_in_does_not_approve_an_own_text_under_four_eyes(closed_bot: Harness) -> None:
    bot = closed_bot
    second = MANAGERS.replace("1006", "1007").replace("Руководитель МЦУ", "Второй руководитель")
    await open_town(bot, FOUR_EYES, STAFF + MANAGERS + second)
    await plan_and_agree(bot, MANAGER, "21.11–24.11", ROADS_HEAD, "дорог")
    bot.set_time("21.11 09:30")
    await bot.wait_for_message(ROADS_HEAD, "в отпуске по 24.11.2026")

    await submit(bot, ROADS_HEAD, "Заделаем завтра.")

    question = await wait_for_question(bot, SECOND_MANAGER)
    await bot.send_message(ROADS_HEAD, "/find 1")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code_of(question))
    assert "Свой текст согласовать нельзя" in said["text"]
    await bot.press_button(SECOND_MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."


async def test_nobody_approves_for_an_absent_author_under_four_eyes(closed_bot: Harness) -> None:
    """The stand-in has exactly the right of the manager, who could not approve the own text either."""
    bot = closed_bot
    await open_town(bot, FOUR_EYES)
    await submit(bot, ROADS_HEAD, "Заделаем.")
    await bot.press_button(MANAGER, await wait_for_question(bot), "Изменить")
    await bot.wait_for_message(MANAGER, "пришлите новый ответ на №1")
    await bot.send_message(MANAGER, "Заделаем завтра.")
    await bot.press_button(MANAGER, await wait_for_preview(bot, MANAGER, "Заделаем завтра."), "На согласование")
    await wait_for_question(bot, COORDINATOR)
    await plan_and_agree(bot, MANAGER, "21.11–24.11", HOUSING_HEAD, "ЖКХ")
    bot.set_time("21.11 09:30")
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026")
    await wait_until_idle(bot)
    assert not bot.find_message(HOUSING_HEAD, "на согласовании (№1)")
    await bot.press_button(COORDINATOR, await wait_for_question(bot, COORDINATOR), "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."


async def test_who_is_named_for_the_post_approves_while_nobody_has_agreed(closed_bot: Harness) -> None:
    bot = closed_bot
    named = STAFF.replace(
        'role = "head"\nsectors = ["housing"]',
        'role = "head"\nsectors = ["housing"]\nstands_in = ["Руководитель МЦУ"]',
    )
    await open_town(bot, MANAGER_APPROVES, named + MANAGERS)
    await bot.send_message(MANAGER, "/away 21.11–24.11")
    await bot.wait_for_message(MANAGER, "Кто замещает?")
    await submit(bot, ROADS_HEAD, "Заделаем завтра.")
    bot.set_time("21.11 09:30")

    await bot.press_button(HOUSING_HEAD, await wait_for_question(bot, HOUSING_HEAD), "Опубликовать")

    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."
    [approved] = await list_audit(bot, 1, "approval_approved")
    assert approved.facts["instead_of"] != approved.person_id


async def test_a_returned_draft_goes_to_who_stands_in_for_its_author(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, MANAGER_APPROVES)
    await submit(bot, ROADS_HEAD, "Передано подрядчику.")
    await bot.press_button(MANAGER, await wait_for_question(bot), "Вернуть с замечанием")
    await bot.wait_for_message(MANAGER, "Замечание к ответу на №1")
    await bot.send_message(MANAGER, "Нет срока")
    await bot.wait_for_message(ROADS_HEAD, "возвращён с замечанием")
    await plan_and_agree(bot, ROADS_HEAD, "21.11–24.11", HOUSING_HEAD, "ЖКХ")

    bot.set_time("21.11 09:30")

    returned = await bot.wait_for_message(HOUSING_HEAD, "возвращён с замечанием", "Руководитель МЦУ: Нет срока")
    await bot.press_button(HOUSING_HEAD, returned, "Исправить")
    await bot.wait_for_message(HOUSING_HEAD, "Было:", "Передано подрядчику.")
    await bot.send_message(HOUSING_HEAD, "Подрядчик заделает до 27.11.")
    preview = await wait_for_preview(bot, HOUSING_HEAD, "до 27.11.")
    await bot.press_button(HOUSING_HEAD, preview, "На согласование")
    question = await wait_for_question(bot)
    authors = [row.facts.get("instead_of") for row in await list_audit(bot, 1, "approval_submitted")]
    assert authors[0] is None
    assert authors[1] is not None, "the second version was written for the absent head"
    await bot.press_button(MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Подрядчик заделает до 27.11."


@ON_BOTH
async def test_a_returned_draft_that_nobody_touched_comes_back(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, MANAGER_APPROVES)
    await plan_and_agree(bot, ROADS_HEAD, "21.11–24.11", HOUSING_HEAD, "ЖКХ")
    await submit(bot, ROADS_HEAD, "Передано подрядчику.")
    bot.set_time("21.11 09:30")
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026")
    await bot.press_button(MANAGER, await wait_for_question(bot), "Вернуть с замечанием")
    await bot.wait_for_message(MANAGER, "Замечание к ответу на №1")
    await bot.send_message(MANAGER, "Нет срока")
    await bot.wait_for_message(HOUSING_HEAD, "возвращён с замечанием")
    assert not bot.find_message(ROADS_HEAD, "возвращён с замечанием")

    bot.set_time("25.11 09:30")

    await bot.wait_for_message(ROADS_HEAD, "возвращён с замечанием", "Руководитель МЦУ: Нет срока")


async def test_a_stand_in_of_an_employee_writes_the_returned_draft_and_the_post_checks_it(closed_bot: Harness) -> None:
    """The head of another block may not draft here; only the absent employee's right lets them."""
    bot = closed_bot
    employee = '[[staff]]\nname = "Мария Ким"\nrole = "employee"\nsectors = ["roads"]\ntelegram_id = 1007\n'
    await open_town(bot, "", STAFF + employee)
    await delegate(bot, "Мария Ким")
    await submit(bot, SECOND_MANAGER, "Передано подрядчику.")
    await bot.press_button(ROADS_HEAD, await wait_for_question(bot, ROADS_HEAD), "Вернуть с замечанием")
    await bot.wait_for_message(ROADS_HEAD, "Замечание к ответу на №1")
    await bot.send_message(ROADS_HEAD, "Нет срока")
    await bot.wait_for_message(SECOND_MANAGER, "возвращён с замечанием")
    await plan_and_agree(bot, SECOND_MANAGER, "21.11–24.11", HOUSING_HEAD, "ЖКХ")

    bot.set_time("21.11 09:30")

    returned = await bot.wait_for_message(HOUSING_HEAD, "возвращён с замечанием", "Нет срока")
    await bot.press_button(HOUSING_HEAD, returned, "Исправить")
    await bot.wait_for_message(HOUSING_HEAD, "Было:", "Передано подрядчику.")
    await bot.send_message(HOUSING_HEAD, "Заделают до 27.11.")
    preview = await wait_for_preview(bot, HOUSING_HEAD, "до 27.11.")
    await bot.press_button(HOUSING_HEAD, preview, "На согласование")
    await bot.press_button(ROADS_HEAD, await wait_for_question(bot, ROADS_HEAD), "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Заделают до 27.11."
