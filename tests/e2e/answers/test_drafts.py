"""A half-written answer: it survives a restart, expires, and loses its point when a colleague is faster."""

from bot.domain.tickets import State
from tests.e2e.harness import GROUP, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import (
    button_rows,
    get_ticket_state,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

SECOND_HEAD = 1013
TWO_HEADS = STAFF + '[[staff]]\nname = "Второй дорожник"\nrole = "head"\nsectors = ["roads"]\ntelegram_id = 1013\n'


async def with_two_heads(bot: Harness) -> None:
    bot.settings["staff"] = TWO_HEADS
    bot.sandbox.telegram.user(SECOND_HEAD, "Юрий")
    await bot.sandbox.telegram.start_bot(SECOND_HEAD)
    await bot.start()


async def test_a_preview_survives_a_restart(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Первая часть.", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, "Первая часть.")
    await wait_until_idle(bot)

    await bot.stop()
    await bot.start()

    await bot.send_message(ROADS_HEAD, "Вторая часть.")
    draft = await wait_for_preview(bot, ROADS_HEAD, "Первая часть.\n\nВторая часть.")
    await wait_until_idle(bot)
    await bot.stop()
    press = await bot.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, draft["message_id"], "📤 Отправить")
    await bot.start()
    await bot.wait_until(lambda: bot.sandbox.telegram.callback_answers.get(press))
    assert message_text(await bot.wait_for_message(GROUP)) == "Первая часть.\n\nВторая часть."
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1


async def test_a_question_survives_a_restart(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await wait_until_idle(bot)
    await bot.stop()
    await bot.send_message(ROADS_HEAD, "Написано, пока бот молчал.")
    await bot.start()
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "Написано"), "Отправить")
    await bot.wait_for_message(GROUP, "Написано, пока бот молчал.")


async def test_a_draft_is_closed_after_a_day_and_stays_readable(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Недописанное", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await wait_until_idle(bot)

    bot.pass_time(hours=24, seconds=1)

    await bot.wait_until(lambda: button_rows(draft) == [])
    assert "прошли сутки" in message_text(draft)
    assert "Недописанное" in message_text(draft)
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, draft["message_id"], code)
    assert said == {"text": "Это действие уже завершено или отменено.", "show_alert": True}
    assert bot.bot_messages(GROUP) == []


async def test_a_preview_of_an_earlier_draft_never_sends_a_later_one(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Старое", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, "Старое")
    old = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.press_button(ROADS_HEAD, draft, "Отмена")
    await bot.send_message(ROADS_HEAD, "Новое", reply_to=card["message_id"])
    await wait_for_preview(bot, ROADS_HEAD, "Новое")

    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, draft["message_id"], old)

    assert said["show_alert"]
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await refusal_codes(bot, 1) == ["dialog_over"]


async def test_another_heads_answer_voids_the_draft_and_its_writer_is_told(closed_bot: Harness) -> None:
    bot = closed_bot
    await with_two_heads(bot)
    await send_report(bot)
    card = await bot.wait_for_card(SECOND_HEAD, 1)
    await bot.send_message(SECOND_HEAD, "Пишу медленно", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, SECOND_HEAD)

    await bot.answer_ticket(ROADS_HEAD, 1, "Я быстрее.")

    note = await bot.wait_for_message(SECOND_HEAD, "На сообщение №1 уже ответил коллега")
    assert "ваш черновик отменён" in message_text(note)
    await bot.wait_until(lambda: button_rows(draft) == [])
    assert "Пишу медленно" in message_text(draft)
    await bot.wait_for_card(SECOND_HEAD, 1, "✅ Отвечено: Начальник отдела дорог")
    await bot.send_message(SECOND_HEAD, "И я скажу", reply_to=card["message_id"])
    await bot.wait_for_message(SECOND_HEAD, "Ответ на №1 уже есть, его дал другой сотрудник: Начальник отдела дорог.")
    assert [message_text(letter) for letter in bot.bot_messages(GROUP)] == ["Я быстрее."]


async def test_two_heads_accept_one_wins_the_other_is_told(closed_bot: Harness) -> None:
    bot = closed_bot
    await with_two_heads(bot)
    await send_report(bot)
    first, second = await bot.wait_for_card(ROADS_HEAD, 1), await bot.wait_for_card(SECOND_HEAD, 1)
    telegram = bot.sandbox.telegram
    one = await telegram.press_button(ROADS_HEAD, ROADS_HEAD, first["message_id"], "✅ Принять")
    two = await telegram.press_button(SECOND_HEAD, SECOND_HEAD, second["message_id"], "✅ Принять")
    await bot.wait_until(lambda: one in telegram.callback_answers and two in telegram.callback_answers)

    assert telegram.callback_answers[one] == {"text": "Принято в работу", "show_alert": False}
    lost = {"text": "Не успели: сообщением уже занимается Начальник отдела дорог.", "show_alert": True}
    assert telegram.callback_answers[two] == lost
    await bot.wait_for_card(SECOND_HEAD, 1, "В работе: Начальник отдела дорог")
    assert await refusal_codes(bot, 1) == ["taken"]


async def test_two_heads_send_one_answer_stands(closed_bot: Harness) -> None:
    bot = closed_bot
    await with_two_heads(bot)
    await send_report(bot)
    drafts = {}
    for person, text in ((ROADS_HEAD, "Ответ первого"), (SECOND_HEAD, "Ответ второго")):
        card = await bot.wait_for_card(person, 1)
        await bot.send_message(person, text, reply_to=card["message_id"])
        drafts[person] = await wait_for_preview(bot, person, text)
    telegram = bot.sandbox.telegram
    presses = [
        await telegram.press_button(person, person, draft["message_id"], "📤 Отправить")
        for person, draft in drafts.items()
    ]
    await bot.wait_until(lambda: all(press in telegram.callback_answers for press in presses))
    await wait_until_idle(bot)
    assert [message_text(letter) for letter in bot.bot_messages(GROUP)] == ["Ответ первого"]
    assert telegram.callback_answers[presses[1]]["show_alert"]
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def test_a_double_press_sends_once(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    telegram = bot.sandbox.telegram
    twice = [await telegram.press_button(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять") for _ in range(2)]
    await bot.wait_until(lambda: all(press in telegram.callback_answers for press in twice))
    assert [telegram.callback_answers[press]["text"] for press in twice] == ["Принято в работу"] * 2

    await bot.send_message(ROADS_HEAD, "Один раз", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    twice = [await telegram.press_button(ROADS_HEAD, ROADS_HEAD, draft["message_id"], "📤 Отправить") for _ in range(2)]
    await bot.wait_until(lambda: all(press in telegram.callback_answers for press in twice))
    assert telegram.callback_answers[twice[1]]["text"] == "Это действие уже завершено или отменено."
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1


async def test_a_question_that_nobody_wrote_down_loses_its_buttons_when_they_are_pressed(bot: Harness) -> None:
    """The machine died between sending and writing down; the answer went on without that message."""
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await wait_until_idle(bot)
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow._connection.exec_driver_sql("DELETE FROM letter")
        await uow._connection.exec_driver_sql("UPDATE dialog SET facts = '{}'")
    await bot.send_message(ROADS_HEAD, "Засыплем завтра.")
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await wait_until_idle(bot)
    assert button_rows(question) == [["Отмена"]]

    said = await bot.press_button(ROADS_HEAD, question, "Отмена")
    assert said == {"text": "Это действие уже завершено или отменено.", "show_alert": True}
    await bot.wait_until(lambda: button_rows(question) == [])
    assert message_text(question) == "Кнопки под этим сообщением больше не действуют."

    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, draft["message_id"], code)  # a double tap
    await wait_until_idle(bot)
    assert message_text(draft).startswith(("📤 Ответ на №1", "✅ Ответ на №1")), "what is known keeps its words"
