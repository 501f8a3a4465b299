"""Delegation: employees write, the post stays responsible and publishes."""

from typing import Any

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import submit, wait_for_question
from tests.e2e.harness import GROUP, ROADS_HEAD, STAFF, Harness, button_labels, message_text
from tests.e2e.queries import (
    get_ticket_state,
    list_audit,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
)
from tests.e2e.staff.people_file import apply_people

FIRST, SECOND = 1008, 1009
EMPLOYEES = "".join(
    f'\n[[staff]]\nname = "{name}"\nrole = "employee"\nsectors = ["roads"]\ntelegram_id = {number}\n'
    for name, number in (("Сотрудник дорог", FIRST), ("Сотрудник мостов", SECOND))
)


@pytest.fixture
async def bot(closed_bot: Harness) -> Harness:
    bot = closed_bot
    bot.settings["staff"] = STAFF + EMPLOYEES
    for number, name in ((FIRST, "Глеб"), (SECOND, "Дина")):
        bot.sandbox.telegram.user(number, name)
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()
    await send_report(bot)
    return bot


async def delegate(bot: Harness, *names: str) -> None:
    """Press «Ещё», «Поручить» and the people's names under the head's card."""
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: "👤 Поручить" in button_labels(card))
    await bot.press_button(ROADS_HEAD, card, "Поручить")
    for name in names:
        await bot.wait_until(lambda name=name: name in button_labels(card))
        await bot.press_button(ROADS_HEAD, card, name)
        await bot.wait_until(lambda name=name: f"✅ {name}" in button_labels(card))


async def wait_for_task(bot: Harness, person: int) -> dict[str, Any]:
    await bot.wait_for_message(person, "Вам поручено подготовить ответ на №1", "Начальник отдела дорог")
    return await bot.wait_for_card(person, 1)


async def test_an_employee_writes_and_the_head_publishes(bot: Harness) -> None:
    await delegate(bot, "Сотрудник дорог")
    card = await wait_for_task(bot, FIRST)
    assert button_labels(card)[0] == "✍️ Подготовить ответ"
    await bot.wait_for_card(
        ROADS_HEAD, 1, "🛠 В работе: Начальник отдела дорог", "👤 Поручено: Сотрудник дорог, с 14:30"
    )
    assert not bot.find_message(SECOND, "№1")

    await submit(bot, FIRST, "Яму заделают до 27.11.")

    question = await wait_for_question(bot, ROADS_HEAD)
    assert button_labels(question)[:3] == ["✅ Опубликовать", "↩️ Вернуть с замечанием", "✍️ Изменить"]
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(ROADS_HEAD, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Яму заделают до 27.11."
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог")
    await bot.wait_for_message(FIRST, "Ваш ответ на №1 согласован (Начальник отдела дорог)")
    assert [row.facts["role"] for row in await list_audit(bot, 1, "approval_approved")] == ["post"]


@ON_BOTH
async def test_the_parts_of_several_people_make_one_answer_that_names_nobody(bot: Harness) -> None:
    await delegate(bot, "Сотрудник дорог", "Сотрудник мостов")
    for person, text in ((FIRST, "Дорогу починят."), (SECOND, "Мост покрасят.")):
        await bot.send_message(person, text, reply_to=(await wait_for_task(bot, person))["message_id"])
        await bot.press_button(person, await wait_for_preview(bot, person, text), "На согласование")
        await bot.wait_for_message(person, "Ваша часть ответа на №1 передана")
    await bot.wait_for_message(ROADS_HEAD, "Часть ответа на №1: Сотрудник дорог (1 из 2)", "Дорогу починят.")
    last = await bot.wait_for_message(ROADS_HEAD, "Часть ответа на №1: Сотрудник мостов (2 из 2)", "Мост покрасят.")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED

    await bot.press_button(ROADS_HEAD, last, "Собрать ответ")

    preview = await wait_for_preview(bot, ROADS_HEAD, "Дорогу починят.\n\nМост покрасят.")
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Дорогу починят.\n\nМост покрасят."


async def test_what_is_taken_back_cannot_be_submitted_any_more(bot: Harness) -> None:
    await delegate(bot, "Сотрудник дорог")
    card = await wait_for_task(bot, FIRST)
    await bot.send_message(FIRST, "Пишу", reply_to=card["message_id"])
    preview = await wait_for_preview(bot, FIRST, "Пишу")
    code = preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await wait_until_idle(bot)
    head_card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, head_card, "✅ Сотрудник дорог")

    await bot.wait_for_message(FIRST, "Поручение по №1 снято")
    await bot.wait_until(lambda: button_labels(preview) == [])
    assert "Пишу" in message_text(preview)
    said = await bot.press_code(FIRST, FIRST, preview["message_id"], code)
    assert said["show_alert"]
    await bot.send_message(FIRST, "Ещё раз", reply_to=card["message_id"])
    await bot.wait_until(lambda: bot.find_message(FIRST, "Сообщение №1 сейчас не у вас"))
    assert await refusal_codes(bot, 1) == ["dialog_over", "not_allowed"]
    assert bot.bot_messages(GROUP) == []


async def test_the_post_learns_at_once_that_an_employee_is_away_and_asks_another(bot: Harness) -> None:
    """Parallel requests, too: the one part that nobody writes would hold the answer."""
    await delegate(bot, "Сотрудник дорог", "Сотрудник мостов")
    await wait_for_task(bot, FIRST)
    await bot.send_message(FIRST, "/away 21.11–24.11")
    await bot.wait_for_message(FIRST, "Кто замещает?")
    assert not bot.find_message(ROADS_HEAD, "ответ готовит")

    bot.set_time("21.11 09:30")

    told = await bot.wait_for_message(
        ROADS_HEAD, "№1: ответ готовит Сотрудник дорог", "в отпуске по 24.11.2026", "За него никого нет"
    )
    assert button_labels(told) == ["↩️ Забрать", "👤 Поручить другому"]
    code = told["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.press_button(ROADS_HEAD, told, "Забрать")
    await bot.wait_until(lambda: "поручение снято" in message_text(told))
    await bot.wait_for_message(FIRST, "Поручение по №1 снято")
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, told["message_id"], code)
    assert said["show_alert"], "a second press does not ask the absent employee again"
    await wait_until_idle(bot)
    assert len(await list_audit(bot, 1, "delegate_withdrawn")) == 1
    assert len(await list_audit(bot, 1, "delegate_asked")) == 2


async def test_who_is_given_a_ticket_while_away_is_named_at_once_and_the_list_opens(bot: Harness) -> None:
    await bot.send_message(FIRST, "/away 20.11–24.11")
    await bot.wait_for_message(FIRST, "Кто замещает?")
    bot.pass_time(minutes=1)
    await bot.wait_for_message(FIRST, "в отпуске по 24.11.2026")
    await delegate(bot, "Сотрудник дорог")

    told = await bot.wait_for_message(ROADS_HEAD, "№1: ответ готовит Сотрудник дорог", "в отпуске по 24.11.2026")
    await bot.press_button(ROADS_HEAD, told, "Поручить другому")

    await bot.wait_for_message(FIRST, "Поручение по №1 снято")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_until(lambda: "Сотрудник мостов" in button_labels(card))
    await bot.press_button(ROADS_HEAD, card, "Сотрудник мостов")
    await wait_for_task(bot, SECOND)


async def test_the_stand_in_of_an_absent_employee_is_asked_and_the_post_is_told(bot: Harness) -> None:
    await delegate(bot, "Сотрудник дорог")
    await bot.send_message(FIRST, "/away 21.11–24.11")
    letter = await bot.wait_for_message(FIRST, "Кто замещает?")
    await bot.press_button(FIRST, letter, "Сотрудник мостов")
    await bot.press_button(SECOND, await bot.wait_for_message(SECOND, "просит заместить"), "Согласен")
    await bot.wait_for_message(FIRST, "Вас замещает")
    bot.set_time("21.11 09:30")

    await bot.wait_for_message(ROADS_HEAD, "№1: ответ готовит Сотрудник дорог", "Вместо него пишет Сотрудник мостов")
    await bot.wait_for_message(SECOND, "Вам поручено подготовить ответ на №1", "Сотрудник дорог")
    await submit(bot, SECOND, "Яму заделают до 27.11.")
    await bot.press_button(ROADS_HEAD, await wait_for_question(bot, ROADS_HEAD), "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Яму заделают до 27.11."


async def test_what_a_dismissed_employee_was_asked_for_comes_back_to_the_post(bot: Harness) -> None:
    await delegate(bot, "Сотрудник дорог", "Сотрудник мостов")
    await wait_for_task(bot, FIRST)
    bot.settings["staff"] = STAFF + EMPLOYEES.partition('\n[[staff]]\nname = "Сотрудник мостов"')[0]
    await apply_people(bot)

    told = await bot.wait_for_message(ROADS_HEAD, "ответ готовил сотрудник Сотрудник мостов", "больше не работает")
    await submit(bot, FIRST, "Яму заделают до 27.11.")
    await wait_for_question(bot, ROADS_HEAD)  # only one is asked now, so that this is the answer and no part
    assert button_labels(told) == ["👤 Поручить другому"]
