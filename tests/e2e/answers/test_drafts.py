"""A half-written answer: it survives a restart, expires, and loses its point when a colleague is faster."""

from bot.domain.tickets import State
from tests.e2e.harness import GROUP, ROADS_HEAD, STAFF, Town, words
from tests.e2e.queries import delivered, preview, refusals, report, rows, state

SECOND_HEAD = 1013
TWO_HEADS = STAFF + '[[staff]]\nname = "Второй дорожник"\nrole = "head"\nsectors = ["roads"]\ntelegram_id = 1013\n'


async def with_two_heads(town: Town) -> None:
    town.settings["staff"] = TWO_HEADS
    town.sandbox.telegram.user(SECOND_HEAD, "Юрий")
    await town.sandbox.telegram.start_bot(SECOND_HEAD)
    await town.start()


async def test_a_preview_survives_a_restart(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, "Первая часть.", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD, "Первая часть.")
    await delivered(town)

    await town.stop()
    await town.start()

    await town.write(ROADS_HEAD, "Вторая часть.")
    draft = await preview(town, ROADS_HEAD, "Первая часть.\n\nВторая часть.")
    await delivered(town)
    await town.stop()
    press = await town.sandbox.telegram.press(ROADS_HEAD, ROADS_HEAD, draft["message_id"], "📤 Отправить")
    await town.start()
    await town.until(lambda: town.sandbox.telegram.answered.get(press))
    assert words(await town.letter(GROUP)) == "Первая часть.\n\nВторая часть."
    await delivered(town)
    assert len(town.letters(GROUP)) == 1


async def test_a_question_survives_a_restart(town: Town) -> None:
    await report(town)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await delivered(town)
    await town.stop()
    await town.write(ROADS_HEAD, "Написано, пока бот молчал.")
    await town.start()
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "Написано"), "Отправить")
    await town.letter(GROUP, "Написано, пока бот молчал.")


async def test_a_draft_is_closed_after_a_day_and_stays_readable(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, "Недописанное", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD)
    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await delivered(town)

    town.pass_time(hours=24, seconds=1)

    await town.until(lambda: rows(draft) == [])
    assert "прошли сутки" in words(draft)
    assert "Недописанное" in words(draft)
    said = await town.press_raw(ROADS_HEAD, ROADS_HEAD, draft["message_id"], code)
    assert said == {"text": "Это действие уже завершено или отменено.", "show_alert": True}
    assert town.letters(GROUP) == []


async def test_a_preview_of_an_earlier_draft_never_sends_a_later_one(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, "Старое", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD, "Старое")
    old = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await town.press(ROADS_HEAD, draft, "Отмена")
    await town.write(ROADS_HEAD, "Новое", reply_to=card["message_id"])
    await preview(town, ROADS_HEAD, "Новое")

    said = await town.press_raw(ROADS_HEAD, ROADS_HEAD, draft["message_id"], old)

    assert said["show_alert"]
    await delivered(town)
    assert town.letters(GROUP) == []
    assert await refusals(town, 1) == ["dialog_over"]


async def test_another_heads_answer_voids_the_draft_and_its_writer_is_told(closed_town: Town) -> None:
    town = closed_town
    await with_two_heads(town)
    await report(town)
    card = await town.card(SECOND_HEAD, 1)
    await town.write(SECOND_HEAD, "Пишу медленно", reply_to=card["message_id"])
    draft = await preview(town, SECOND_HEAD)

    await town.answer(ROADS_HEAD, 1, "Я быстрее.")

    note = await town.letter(SECOND_HEAD, "На сообщение №1 уже ответил коллега")
    assert "ваш черновик отменён" in words(note)
    await town.until(lambda: rows(draft) == [])
    assert "Пишу медленно" in words(draft)
    await town.card(SECOND_HEAD, 1, "✅ Отвечено: Начальник отдела дорог")
    await town.write(SECOND_HEAD, "И я скажу", reply_to=card["message_id"])
    await town.letter(SECOND_HEAD, "Ответ на №1 уже есть, его дал другой сотрудник: Начальник отдела дорог.")
    assert [words(letter) for letter in town.letters(GROUP)] == ["Я быстрее."]


async def test_two_heads_accept_one_wins_the_other_is_told(closed_town: Town) -> None:
    town = closed_town
    await with_two_heads(town)
    await report(town)
    first, second = await town.card(ROADS_HEAD, 1), await town.card(SECOND_HEAD, 1)
    telegram = town.sandbox.telegram
    one = await telegram.press(ROADS_HEAD, ROADS_HEAD, first["message_id"], "✅ Принять")
    two = await telegram.press(SECOND_HEAD, SECOND_HEAD, second["message_id"], "✅ Принять")
    await town.until(lambda: one in telegram.answered and two in telegram.answered)

    assert telegram.answered[one] == {"text": "Принято в работу", "show_alert": False}
    lost = {"text": "Не успели: сообщением уже занимается Начальник отдела дорог.", "show_alert": True}
    assert telegram.answered[two] == lost
    await town.card(SECOND_HEAD, 1, "В работе: Начальник отдела дорог")
    assert await refusals(town, 1) == ["taken"]


async def test_two_heads_send_one_answer_stands(closed_town: Town) -> None:
    town = closed_town
    await with_two_heads(town)
    await report(town)
    drafts = {}
    for person, text in ((ROADS_HEAD, "Ответ первого"), (SECOND_HEAD, "Ответ второго")):
        card = await town.card(person, 1)
        await town.write(person, text, reply_to=card["message_id"])
        drafts[person] = await preview(town, person, text)
    telegram = town.sandbox.telegram
    presses = [
        await telegram.press(person, person, draft["message_id"], "📤 Отправить") for person, draft in drafts.items()
    ]
    await town.until(lambda: all(press in telegram.answered for press in presses))
    await delivered(town)
    assert [words(letter) for letter in town.letters(GROUP)] == ["Ответ первого"]
    assert telegram.answered[presses[1]]["show_alert"]
    assert await state(town, 1) is State.ANSWERED


async def test_a_double_press_sends_once(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    telegram = town.sandbox.telegram
    twice = [await telegram.press(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять") for _ in range(2)]
    await town.until(lambda: all(press in telegram.answered for press in twice))
    assert [telegram.answered[press]["text"] for press in twice] == ["Принято в работу"] * 2

    await town.write(ROADS_HEAD, "Один раз", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD)
    twice = [await telegram.press(ROADS_HEAD, ROADS_HEAD, draft["message_id"], "📤 Отправить") for _ in range(2)]
    await town.until(lambda: all(press in telegram.answered for press in twice))
    assert telegram.answered[twice[1]]["text"] == "Это действие уже завершено или отменено."
    await delivered(town)
    assert len(town.letters(GROUP)) == 1


async def test_a_question_that_nobody_wrote_down_loses_its_buttons_when_they_are_pressed(town: Town) -> None:
    """The machine died between sending and writing down; the answer went on without that message."""
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "Ответ на №1")
    await delivered(town)
    assert town.app is not None
    async with town.app.database.begin() as uow:
        await uow._connection.exec_driver_sql("DELETE FROM letter")
        await uow._connection.exec_driver_sql("UPDATE dialog SET facts = '{}'")
    await town.write(ROADS_HEAD, "Засыплем завтра.")
    draft = await preview(town, ROADS_HEAD)
    await delivered(town)
    assert rows(question) == [["Отмена"]]

    said = await town.press(ROADS_HEAD, question, "Отмена")
    assert said == {"text": "Это действие уже завершено или отменено.", "show_alert": True}
    await town.until(lambda: rows(question) == [])
    assert words(question) == "Кнопки под этим сообщением больше не действуют."

    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, draft["message_id"], code)  # a double tap
    await delivered(town)
    assert words(draft).startswith(("📤 Ответ на №1", "✅ Ответ на №1")), "what is known keeps its words"
