"""Triage: the coordinator chooses the sector of an unsure message."""

from bot.domain.tickets import State
from tests.e2e.harness import COORDINATOR, CURATOR, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import UNCLEAR_REPORT, button_rows, get_ticket_state, list_audit, record_buttons, send_report

MORE_SECTORS = "".join(
    f'[[sectors]]\ncode = "{code}"\n' for code in ("waste", "energy", "health", "social", "trade", "culture", "sport")
)


async def test_the_coordinator_sees_the_likeliest_and_chooses(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    card = await bot.wait_for_card(COORDINATOR, 1, "❓ №1 · нужно выбрать отрасль")
    assert len(button_rows(card)) == 6
    assert button_rows(card)[-3:] == [["✍️ Ответить"], ["🚫 Не требует ответа", "⋯ Ещё"], ["🔗 Объединить"]]

    said = await bot.press_button(COORDINATOR, card, "Дороги")

    assert said["text"] == "Передано: Дороги"
    await bot.wait_for_card(ROADS_HEAD, 1, "🆕 №1 · Дороги")
    card = await bot.wait_for_card(COORDINATOR, 1, "🆕 №1 · Дороги", "👉 Сейчас у: Начальник отдела дорог")
    assert button_rows(card) == [["↪️ Передать", "⋯ Ещё"]]
    assert [row.action for row in await list_audit(bot, 1)] == ["registered", "choose_sector"]


async def test_three_likeliest_and_all_the_others(closed_bot: Harness) -> None:
    closed_bot.config_replacements["[routing]"] = MORE_SECTORS + "[routing]"
    await closed_bot.start()
    await send_report(closed_bot, UNCLEAR_REPORT)
    card = await closed_bot.wait_for_card(COORDINATOR, 1)
    likely = button_rows(card)[:-4]
    assert [len(row) for row in likely] == [1, 1, 1]
    assert button_rows(card)[-4:] == [
        ["Все отрасли"],
        ["✍️ Ответить"],
        ["🚫 Не требует ответа", "⋯ Ещё"],
        ["🔗 Объединить"],
    ]

    await closed_bot.press_button(COORDINATOR, card, "Все отрасли")
    await closed_bot.wait_until(lambda: ["← Назад", "Дальше ›"] in button_rows(card))
    await closed_bot.press_button(COORDINATOR, card, "Назад")
    await closed_bot.wait_until(lambda: button_rows(card)[:-4] == likely)
    await closed_bot.press_button(COORDINATOR, card, "Все отрасли")
    await closed_bot.wait_until(lambda: ["ЖКХ"] in button_rows(card))
    await closed_bot.press_button(COORDINATOR, card, "ЖКХ")
    await closed_bot.wait_for_card(HOUSING_HEAD, 1, "ЖКХ")


async def test_dismissed_ticket_comes_back_with_a_sector(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    card = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(COORDINATOR, card, "Не требует ответа")
    await bot.wait_until(lambda: ["← Назад"] in button_rows(card))
    await bot.press_button(COORDINATOR, card, "Не о проблеме")
    card = await bot.wait_for_card(COORDINATOR, 1, "🚫", "не о проблеме")
    assert "Сейчас у" not in message_text(card)
    assert await get_ticket_state(bot, 1) is State.DISMISSED

    await bot.press_button(COORDINATOR, card, "Вернуть в работу")
    await bot.wait_until(lambda: ["Дороги"] in button_rows(card))
    await bot.press_button(COORDINATOR, card, "Дороги")
    await bot.wait_for_card(ROADS_HEAD, 1, "🆕 №1 · Дороги")


async def test_two_coordinators_one_choice(closed_bot: Harness) -> None:
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_bot.settings["staff"] = STAFF + second
    closed_bot.sandbox.telegram.user(1011, "Зоя")
    await closed_bot.sandbox.telegram.start_bot(1011)
    await closed_bot.start()
    await send_report(closed_bot, UNCLEAR_REPORT)
    mine, hers = await closed_bot.wait_for_card(COORDINATOR, 1), await closed_bot.wait_for_card(1011, 1)
    await closed_bot.press_button(COORDINATOR, mine, "ЖКХ")
    said = await closed_bot.press_code(1011, 1011, hers["message_id"], "1:t:1:roads")
    assert said["show_alert"]
    assert "Кнопка устарела" in said["text"]
    await closed_bot.wait_for_card(1011, 1, "🆕 №1 · ЖКХ")
    assert closed_bot.find_message(ROADS_HEAD, "№1 · ") is None


async def test_a_curator_and_a_head_may_not_choose(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    card = await bot.wait_for_card(COORDINATOR, 1)
    for person in (CURATOR, ROADS_HEAD):
        await record_buttons(bot, person, card["message_id"], 1)
        said = await bot.press_code(person, person, card["message_id"], "1:t:1:roads")
        assert said["show_alert"]
        assert "недоступно" in said["text"]
    assert await get_ticket_state(bot, 1) is State.TRIAGE


async def test_in_a_town_of_heads_alone_the_first_of_them_sorts(closed_bot: Harness) -> None:
    heads = STAFF.split('[[staff]]\nname = "Координатор"')[0]
    closed_bot.settings["staff"] = heads.replace('"housing"', '"housing", "education"')
    await closed_bot.start()
    await send_report(closed_bot, UNCLEAR_REPORT)
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1, "нужно выбрать отрасль")
    await closed_bot.send_message(ROADS_HEAD, "/find 1")
    await closed_bot.wait_for_message(ROADS_HEAD, "№1: карточка теперь ниже.")
    await closed_bot.send_message(ROADS_HEAD, "/find вокзала")
    await closed_bot.wait_for_message(ROADS_HEAD, "Найдено: 1 сообщение")
    assert closed_bot.ticket_numbers(HOUSING_HEAD) == []
    await closed_bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:t:1:housing")
    await closed_bot.wait_for_card(HOUSING_HEAD, 1, "🆕 №1 · ЖКХ")


async def test_the_coordinator_answers_a_plain_question_which_no_block_sees(bot: Harness) -> None:
    await bot.send_message(MARIA, "Подскажите, до которого часа вы сегодня работаете?")
    await bot.wait_for_card(COORDINATOR, 1, "❓")
    await bot.answer_ticket(COORDINATOR, 1, "До 18:00.")
    await bot.wait_for_message(MARIA, "До 18:00.")
    card = await bot.wait_for_card(COORDINATOR, 1, "✅ №1", "Отвечено: Координатор")
    assert ["✏️ Исправить ответ"] in button_rows(card)
    assert bot.ticket_numbers(ROADS_HEAD) == bot.ticket_numbers(HOUSING_HEAD) == []
    assert [row.action for row in await list_audit(bot, 1)] == ["registered", "answer", "approve", "posted", "confirm"]


async def test_a_plain_answer_that_cannot_be_posted_returns_to_the_coordinator(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    await bot.wait_for_card(COORDINATOR, 1, "❓")
    await bot.sandbox.telegram.restrict_bot(GROUP)
    await bot.answer_ticket(COORDINATOR, 1, "До 18:00.")
    card = await bot.wait_for_card(COORDINATOR, 1, "🛠", "В работе: Координатор")
    await bot.send_message(COORDINATOR, "/my")
    await bot.wait_for_message(COORDINATOR, "Ждут вас")
    await bot.press_button(COORDINATOR, card, "Передать")
    await bot.wait_until(lambda: ["ЖКХ"] in button_rows(card))
    await bot.press_button(COORDINATOR, card, "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1, "🆕 №1 · ЖКХ")
